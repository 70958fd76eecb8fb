"""Forms: what people type becomes values, and what we can't take is said at the field, in their words.

A form never loses what was typed. Errors carry the likely fix where there is one. A value that is possible
but unusual is asked about once and then kept.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from medexpro.kernel import quantities
from medexpro.kernel.quantities import Quantity
from medexpro.kernel.refusals import Refusal
from medexpro.web import typed, words
from medexpro.web.widgets import (
    ClockInput,
    DayInput,
    NumberInput,
    Picks,
    PicksMultiple,
    QuantityInput,
    SearchInput,
    SignatureInput,
    Stepper,
    Taps,
)

__all__ = [
    "DateField",
    "Form",
    "NumberField",
    "Picks",
    "PicksMultiple",
    "QuantityField",
    "ScaleField",
    "SearchField",
    "Signature",
    "SignatureField",
    "Stepper",
    "Taps",
    "TimeField",
]  # fmt: skip

TEXT_INPUTS = (forms.widgets.Input, forms.Textarea, forms.Select)
WIDE_INPUTS = (forms.Textarea, SignatureInput)

# Django's own sentences, said our way. A field that brings its own words keeps them.
PLAIN_WORDS = {
    "max_length": "At most %(limit_value)d characters; this has %(show_value)d.",
    "min_length": "At least %(limit_value)d characters.",
    "min_value": "The least is %(limit_value)s.",
    "max_value": "The most is %(limit_value)s.",
    "null_characters_not_allowed": "This holds a sign we can’t keep. Type it again.",
    "invalid_choice": "Choose one of the answers offered.",
    "invalid_list": "Choose from the answers offered.",
    "missing": "The file did not arrive. Choose it again.",
    "empty": "This file is empty. Choose another.",
    "contradiction": "Either choose a file or tick the box that removes it.",
}


@dataclass(frozen=True)
class Question:
    """An unusual value, asked about once. typed: as it stands in the field; suggestion: what was probably meant.

    keep: what the button that keeps it names in the place of a long text.
    """

    typed: str
    unit: str = ""
    suggestion: str = ""
    keep: str = ""

    @property
    def typed_label(self) -> str:
        return self.keep or f"{self.typed} {self.unit}".strip()

    @property
    def suggestion_label(self) -> str:
        return f"{self.suggestion} {self.unit}".strip()


@dataclass(frozen=True)
class Problem:
    """One error of a form, for the list above it."""

    id: str
    label: str
    sentence: str

    @property
    def names_itself(self) -> bool:
        """Return whether the sentence already begins with the field's name."""
        return self.sentence.startswith(self.label)


class BoundField(forms.BoundField):
    """A field of a form as the page draws it."""

    form: "Form"

    @property
    def question(self) -> Question | None:
        """Return what is asked about this value, if anything."""
        return self.form.questions.get(self.name)

    @property
    def kept(self) -> str:
        """Return the unusual value that was kept, so that the next try does not ask again."""
        return self.form.kept.get(self.name, "")

    @property
    def aria_describedby(self) -> str | None:
        """Return the ids of hint, error and remark."""
        found = super().aria_describedby
        return " ".join(filter(None, [found, f"{self.auto_id}_kept" if self.kept else ""])) or None

    def build_widget_attrs(self, attrs: dict, widget: forms.Widget | None = None) -> dict:
        attrs = super().build_widget_attrs(attrs, widget)
        if isinstance(widget or self.field.widget, forms.FileInput):
            # The browser alone holds a chosen file: it outlives a form that comes back with a question.
            attrs["hx-preserve"] = "true"
        # The first bad field takes the focus, also without scripts.
        if self.form.first_bad == self.name and not self.use_fieldset:
            attrs["autofocus"] = True
        return attrs


class Form(forms.Form):
    """The base of every form.

    After `is_valid()`, `values()` are the arguments of the operation. `refuse(refusal)` puts an operation's
    no at its field. `unusual` names the fields whose values were asked about and kept.
    """

    bound_field_class = BoundField
    all_optional = False  # Where every answer may be left out, no field says so of itself.
    take_focus = True  # A form that came back with errors puts the focus on the first.
    use_required_attribute = False  # The browser's own bubbles speak another language than we do.

    def __init__(self, data: Mapping | None = None, *args: Any, **kwargs: Any):
        super().__init__(data, *args, **kwargs)
        self.questions: dict[str, Question] = {}
        self.kept: dict[str, str] = {}
        for name, field in self.fields.items():
            self._dress(name, field)
        if self.is_bound:
            self._take_suggestions()

    def add(self, name: str, field: forms.Field) -> None:
        """Add a field that depends on what the form is about; it gets the words and looks of the others."""
        self._dress(name, field)
        self.fields[name] = field

    def values(self) -> dict[str, Any]:
        """Return the typed values by field. Only after is_valid()."""
        return dict(self.cleaned_data)

    def hold(self, name: str, value: Any) -> None:
        """Let a field hold this in place of what was sent, such as the newer version; the rest stays as typed."""
        data = self.data.copy()
        data[self.add_prefix(name)] = str(value)
        self.data = data

    def refuse(self, refusal: Refusal) -> None:
        """Show an operation's no: at the field it names, else above the form."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, str(refusal))

    def ask(self, name: str, sentence: str, *, unit: str = "", suggestion: str = "", keep: str = "") -> None:
        """Ask once about an unusual value. Nothing happens if the person has already kept this very value."""
        text = self._typed(name)
        if self.data.get(f"keep_{self.add_prefix(name)}") == text:
            self.kept[name] = text
            return
        self.questions[name] = Question(text, unit, suggestion, keep)
        self.add_error(name, sentence)

    @property
    def unusual(self) -> list[str]:
        """Return the fields with unusual values that a person confirmed."""
        return list(self.kept)

    @property
    def problems(self) -> list[Problem]:
        """Return every error, in the order of the fields, those of no field first."""
        if not self.is_bound:
            return []
        found = [Problem("", "", str(error)) for error in self.non_field_errors()]
        for bound in self:
            found += [
                Problem(bound.id_for_label or bound.auto_id, str(bound.label), str(e)) for e in bound.errors
            ]
        return found

    @property
    def first_bad(self) -> str | None:
        """Return the name of the first field with an error, which takes the focus."""
        if not (self.is_bound and self.take_focus):
            return None
        return next((name for name in self.fields if name in self.errors), None)

    def _post_clean(self) -> None:
        """Ask about unusual values; runs after `clean`, so a subclass can't forget it."""
        super()._post_clean()
        for name, field in self.fields.items():
            plausible = getattr(field, "plausible", None)
            value = self.cleaned_data.get(name)
            if plausible and value is not None:
                self._weigh_plausible(name, field, value)

    def _weigh_plausible(self, name: str, field: Any, value: Any) -> None:
        low, high = field.plausible
        exact = field.comparable(value)
        if low <= exact <= high:
            return
        unit = field.unit_words(value)
        self.ask(
            name,
            f"{self._typed(name)}{' ' + unit if unit else ''} is unusual. Most people here are between "
            f"{words.number(field.shown(low, value))} and {words.number(field.shown(high, value))}. Is it right?",
            unit=unit,
            suggestion=_decimal_slip(
                self._typed(name), low, high, lambda text: field.comparable_text(text, value)
            ),
        )

    def _typed(self, name: str) -> str:
        data = self[name].data
        return str((data[0] if isinstance(data, (list, tuple)) else data) or "").strip()

    def _take_suggestions(self) -> None:
        """Put a suggestion that was taken ("Use 3.60 s") into its field, as if it had been typed."""
        taken = {name: self.data.get(f"use_{self.add_prefix(name)}") for name in self.fields}
        taken = {name: value for name, value in taken.items() if value}
        if taken:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            for name, value in taken.items():
                key = self.add_prefix(name)
                data[f"{key}_0" if f"{key}_0" in data else key] = value
            self.data = data

    def _dress(self, name: str, field: forms.Field) -> None:
        """Give a field its words and its looks."""
        label = str(field.label or name.replace("_", " ").capitalize())
        field.label = label
        for spoken in (field, *getattr(field, "fields", ())):
            _speak(spoken, label)
        if isinstance(field.widget, WIDE_INPUTS) and not hasattr(field, "wide"):
            field.wide = True  # type: ignore[attr-defined]
        if isinstance(field.widget, forms.CheckboxInput):
            field.widget.is_check = True  # type: ignore[attr-defined]
        elif isinstance(field.widget, TEXT_INPUTS) and not field.widget.is_hidden:
            field.widget.attrs.setdefault("class", "input")
            # A shared tablet must not offer one client's answers to the next.
            field.widget.attrs.setdefault("autocomplete", "off")


def _speak(field: forms.Field, label: str) -> None:
    """Put our words in the place of Django's; words a field brought itself stay."""
    standard: dict[str, Any] = {}
    for base in reversed(type(field).__mro__):
        standard |= getattr(base, "default_error_messages", {})
    plain = PLAIN_WORDS | {"required": _needed(field, label), "invalid": _invalid(field)}
    if isinstance(field, forms.FileField):  # Of a file, the name is what can be too long.
        plain["max_length"] = "The file’s name has %(length)d characters; %(max)d is the limit. Rename it."
    for code, sentence in plain.items():
        if sentence and field.error_messages.get(code, standard.get(code)) == standard.get(code):
            field.error_messages[code] = sentence


def _needed(field: forms.Field, label: str) -> str:
    if isinstance(field, forms.BooleanField):
        return "Tick this to go on."
    if isinstance(field, forms.FileField):
        return "Choose a file."
    if isinstance(field, forms.ChoiceField):
        return "Choose an answer."
    return f"{label} is needed."


def _invalid(field: forms.Field) -> str:
    if isinstance(field, forms.EmailField):
        return "Write the address as name@example.org."
    if isinstance(field, forms.URLField):
        return "Write the address as https://example.org."
    if isinstance(field, (forms.IntegerField, forms.DecimalField, forms.FloatField)):
        return "Type a number in digits, such as 12."
    if isinstance(field, forms.FileField):
        return "The file did not arrive. Choose it again."
    return ""


def _decimal_slip(text: str, low: Decimal, high: Decimal, read: Any) -> str:
    """Return the value with its decimal point moved one place, if that would be usual: 36.0 was 3.60."""
    try:
        value = quantities.parse_decimal(text)
    except ValueError:
        return ""
    for moved in (value.scaleb(-1), value.scaleb(1)):
        if low <= read(moved) <= high:
            return f"{moved.normalize():f}" if moved == moved.to_integral() else f"{moved:f}"
    return ""


class DateField(forms.CharField):
    """A day, typed as 3/14/1958, 14 Mar 1958 or 1958-03-14; its value is a date.

    latest, earliest: last and first day taken, set by the view which knows today: `form.fields["born_on"].latest`.
    """

    widget = DayInput

    def __init__(
        self, *, earliest: date | None = date(1900, 1, 1), latest: date | None = None, **kwargs: Any
    ):
        kwargs.setdefault("help_text", "Month/day/year")
        super().__init__(max_length=40, **kwargs)
        self.earliest, self.latest = earliest, latest

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]
        if isinstance(value, date):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return typed.parse_day(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def validate(self, value: Any) -> None:
        super().validate(value or "")
        if value is None:
            return
        if self.latest and value > self.latest:
            raise ValidationError(
                f"{words.day(value)} is still to come; {words.day(self.latest)} is the latest."
            )
        if self.earliest and value < self.earliest:
            raise ValidationError(
                f"{words.day(value)} is too long ago; {words.day(self.earliest)} is the earliest."
            )

    def run_validators(self, value: Any) -> None:
        """Length rules speak of text, and this is a day by now."""


class TimeField(forms.CharField):
    """A time of the day, typed as 9:30 am or 14:05; its value is a time."""

    widget = ClockInput

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=20, **kwargs)

    def to_python(self, value: Any) -> time | None:  # type: ignore[override]
        if isinstance(value, time):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return typed.parse_time(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def validate(self, value: Any) -> None:
        super().validate("" if value is None else "given")

    def run_validators(self, value: Any) -> None:
        """Length rules speak of text, and this is a time by now."""


class NumberField(forms.Field):
    """A number in one unit; its value is an exact Decimal, or an int when `whole`.

    lowest, highest: the possible range, refused outside. plausible: (low, high), asked about once outside.
    """

    widget = NumberInput

    def __init__(
        self, *, unit: str = "", whole: bool = False, lowest: Any = None, highest: Any = None,
        plausible: tuple[Any, Any] | None = None, **kwargs: Any,
    ):  # fmt: skip
        kwargs.setdefault("widget", NumberInput(whole=whole))
        super().__init__(**kwargs)
        self.unit_code, self.whole = unit, whole
        self.unit_label = quantities.label(unit)
        self.lowest = None if lowest is None else Decimal(str(lowest))
        self.highest = None if highest is None else Decimal(str(highest))
        self.plausible = (Decimal(str(plausible[0])), Decimal(str(plausible[1]))) if plausible else None

    def to_python(self, value: Any) -> Decimal | int | None:
        if value in self.empty_values:
            return None
        try:
            number = quantities.parse_decimal(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None
        if self.whole and number != number.to_integral():
            raise ValidationError("Type a whole number, such as 12.", code="invalid")
        return int(number) if self.whole else number

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None:
            check_range(Decimal(value), self.lowest, self.highest, self.unit_label)

    def comparable(self, value: Any) -> Decimal:
        """Return the value in the unit of `plausible`."""
        return Decimal(value)

    def comparable_text(self, number: Decimal, like: Any) -> Decimal:
        return number

    def shown(self, limit: Decimal, like: Any) -> Decimal:
        return limit

    def unit_words(self, value: Any) -> str:
        return self.unit_label


def check_range(value: Decimal, lowest: Decimal | None, highest: Decimal | None, unit: str = "") -> None:
    """Refuse an impossible value, saying the range. Raises ValidationError."""
    end = f" {unit}" if unit and unit != "°" else unit
    if (lowest is not None and value < lowest) or (highest is not None and value > highest):
        if lowest is not None and highest is not None:
            span = f"runs from {words.number(lowest)} to {words.number(highest)}{end}"
        elif lowest is not None:
            span = f"is {words.number(lowest)}{end} or more"
        else:
            span = f"is {words.number(highest or 0)}{end} or less"
        raise ValidationError(f"{words.number(value)}{end} is not possible: this {span}.", code="range")


class QuantityField(forms.MultiValueField):
    """A number with a choice of units; its value is a kernel Quantity as typed.

    units: UCUM codes, the one shown first leads. canonical: the unit of lowest, highest and plausible.
    """

    def __init__(
        self, units: Iterable[str], *, canonical: str, lowest: Any = None, highest: Any = None,
        plausible: tuple[Any, Any] | None = None, **kwargs: Any,
    ):  # fmt: skip
        self.units, self.canonical = list(units), canonical
        self.lowest = None if lowest is None else Decimal(str(lowest))
        self.highest = None if highest is None else Decimal(str(highest))
        self.plausible = (Decimal(str(plausible[0])), Decimal(str(plausible[1]))) if plausible else None
        choice = forms.ChoiceField(
            choices=[(code, quantities.label(code)) for code in self.units], required=False
        )
        super().__init__(
            [NumberField(required=False), choice],
            widget=QuantityInput(self.units),
            require_all_fields=False,
            **kwargs,
        )

    def clean(self, value: Any) -> Quantity | None:
        """Return the quantity. A unit chosen without a number is no answer."""
        number = value[0] if isinstance(value, (list, tuple)) and value else None
        if number in self.empty_values:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        return super().clean(value)

    def compress(self, data_list: list) -> Quantity | None:
        if not data_list or data_list[0] is None:
            return None
        quantity = Quantity(data_list[0], data_list[1] or self.units[0])
        limits = [None if x is None else self.shown(x, quantity) for x in (self.lowest, self.highest)]
        check_range(quantity.value, limits[0], limits[1], quantities.label(quantity.unit))
        return quantity

    def comparable(self, value: Quantity) -> Decimal:
        """Return the value in the canonical unit."""
        return quantities.convert(value.value, value.unit, self.canonical)

    def comparable_text(self, number: Decimal, like: Quantity) -> Decimal:
        return quantities.convert(number, like.unit, self.canonical)

    def shown(self, limit: Decimal, like: Quantity) -> Decimal:
        """Return a limit in the unit that was typed, to one decimal."""
        if like.unit == self.canonical:
            return limit
        return quantities.rounded(quantities.convert(limit, self.canonical, like.unit), "0.1")

    def unit_words(self, value: Quantity) -> str:
        return quantities.label(value.unit)


class ScaleField(forms.TypedChoiceField):
    """A whole number on a scale, tapped: effort 1 to 10, pain 0 to 10. ceiling: the client's limit."""

    def __init__(self, low: int, high: int, *, ceiling: int | None = None, **kwargs: Any):
        super().__init__(
            choices=[(n, str(n)) for n in range(low, high + 1)],
            coerce=int,
            empty_value=None,
            widget=Taps(ceiling=ceiling),
            **kwargs,
        )


@dataclass(frozen=True)
class Signature:
    """A signature as it was given. strokes: an SVG path in a box of 600 by 180; typed_name: where none was drawn."""

    strokes: str
    typed_name: str


class SignatureField(forms.MultiValueField):
    """A drawn signature or the typed full name; one of the two is enough."""

    PATH = re.compile(r"(?:[ML]-?\d{1,4}(?:\.\d)?[ ,]-?\d{1,4}(?:\.\d)? ?)*")
    LONGEST = 60_000

    def __init__(self, **kwargs: Any):
        parts = [
            forms.CharField(required=False, max_length=self.LONGEST),
            forms.CharField(required=False, max_length=160),
        ]
        kwargs.setdefault(
            "error_messages", {"required": "Sign with finger, pen or mouse, or type the full name."}
        )
        super().__init__(parts, widget=SignatureInput(), require_all_fields=False, **kwargs)

    def compress(self, data_list: list) -> Signature | None:
        if not data_list:
            return None
        strokes, name = (data_list[0] or "").strip(), (data_list[1] or "").strip()
        if not self.PATH.fullmatch(strokes):
            raise ValidationError(
                "The drawing did not arrive whole. Clear it and sign again.", code="invalid"
            )
        if strokes and not name and len(set(re.findall(r"[\d.]+[ ,][\d.]+", strokes))) < 2:
            raise ValidationError("This is only a dot. Sign again, or type the full name.", code="invalid")
        if not strokes and not name:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        return Signature(strokes, name)


class SearchField(forms.MultiValueField):
    """Search as you type; its value is the id or code that was chosen.

    What was typed but not chosen is refused with a sentence, and stays in the field.
    """

    def __init__(self, url_name: str, *, label: str = "", **kwargs: Any):
        parts = [forms.CharField(required=False), forms.CharField(required=False)]
        kwargs.setdefault("error_messages", {"required": "Type a few letters and choose from the list."})
        super().__init__(
            parts, widget=SearchInput(url_name, label=label), require_all_fields=False, label=label, **kwargs
        )

    def compress(self, data_list: list) -> str:
        chosen, text = (*data_list, "", "")[:2]
        if text and not chosen:
            raise ValidationError(
                f"“{text}” was typed but not chosen. Choose one from the list.", code="invalid"
            )
        return chosen or ""
