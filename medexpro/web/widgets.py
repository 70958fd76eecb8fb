"""Controls of forms: stepper, taps, choice cards, quantities, signature, search as you type."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from medexpro.kernel import quantities
from medexpro.web import typed, words

SELECTED = mark_safe(" selected")


class DayInput(forms.TextInput):
    """A day, typed as people write it."""

    def format_value(self, value: Any) -> str | None:
        return typed.written_day(value) if isinstance(value, date) else super().format_value(value)


class ClockInput(forms.TextInput):
    """A time of the day, typed as people say it."""

    def format_value(self, value: Any) -> str | None:
        return words.clock(value) if isinstance(value, time) else super().format_value(value)


class NumberInput(forms.TextInput):
    """A number, right-aligned; the keypad opens on a tablet. Not type=number: that one eats what it can't read."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, whole: bool = False):
        super().__init__(
            {"inputmode": "numeric" if whole else "decimal", "class": "input input-num", **(attrs or {})}
        )

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Decimal):
            return words.number(value).replace(",", "")
        return super().format_value(value)


class Stepper(NumberInput):
    """A number between two big buttons, for the floor. last: last time's value, shown under it."""

    template_name = "web/widgets/stepper.html"

    def __init__(
        self, attrs: dict[str, Any] | None = None, *, label: str, step: Any = 1, unit: str = "", last: Any = None,
        lowest: Any = None, highest: Any = None,
    ):  # fmt: skip
        super().__init__(attrs)
        self.attrs["class"] = ""
        self.label, self.step, self.unit, self.last = label, step, unit, last
        self.lowest, self.highest = lowest, highest

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        caption = [self.unit] if self.unit else []
        if self.last is not None:
            caption.append(f"last {self.last}")
        label = f"{self.label}, {self.unit}" if self.unit else self.label
        context["widget"] |= {
            "label": label, "step": self.step, "caption": " · ".join(caption), "min": self.lowest, "max": self.highest,
        }  # fmt: skip
        context["widget"]["attrs"]["aria-label"] = label
        return context


class LongSelect(forms.Select):
    """A choice among many rows, put together here: a template for each of them is most of what its page costs."""

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> SafeString:
        chosen = {str(one) for one in self.format_value(value)}
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, SELECTED if str(key) in chosen else "", label) for key, label in self.choices),
        )
        return format_html(
            "<select{}>\n{}\n</select>", flatatt({"name": name, **self.attrs, **(attrs or {})}), options
        )


class Taps(forms.RadioSelect):
    """A scale as a row of buttons. ceiling: the highest value inside the limit; those over it stay choosable."""

    template_name = "web/widgets/taps.html"

    def __init__(self, *args: Any, ceiling: int | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.ceiling = ceiling

    @property
    def numbers(self) -> list:
        """Return the values of the scale."""
        return [value for value, _ in self.choices]

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict:
        option = super().create_option(name, value, *args, **kwargs)
        if self.ceiling is not None and str(value).lstrip("-").isdigit():
            option["attrs"]["data_css"] = (
                "is-ceiling" if int(value) == self.ceiling else "is-over" if int(value) > self.ceiling else ""
            )
        return option


class _Cards:
    """Choice cards: each answer a card with its words and, where given, a line under them."""

    template_name = "web/widgets/picks.html"

    def __init__(self, *args: Any, hints: Mapping[str, str] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.hints = hints or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict:
        option = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        option["attrs"]["data_hint"] = self.hints.get(str(value), "")
        return option


class Picks(_Cards, forms.RadioSelect):
    """One of a few cards."""


class PicksMultiple(_Cards, forms.CheckboxSelectMultiple):
    """Any of a few cards."""


class QuantityInput(forms.MultiWidget):
    """A number and its unit. With one unit it stands inside the field; with several there is a choice beside it."""

    template_name = "web/widgets/quantity.html"
    use_fieldset = False

    def __init__(self, units: Iterable[str], attrs: dict[str, Any] | None = None):
        self.units = list(units)
        unit = forms.Select(
            choices=[(code, quantities.label(code)) for code in self.units], attrs={"class": "input"}
        )
        super().__init__([NumberInput(), unit], attrs)

    def decompress(self, value: Any) -> list:
        return [value.value, value.unit] if isinstance(value, quantities.Quantity) else [None, self.units[0]]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        number, unit = context["widget"]["subwidgets"]
        number["attrs"]["class"], unit["attrs"]["class"] = "input input-num", "input"
        unit["attrs"]["aria-label"] = "Unit"
        if len(self.units) == 1:
            context["widget"] |= {
                "single_unit": quantities.label(self.units[0]) or " ", "single_unit_code": self.units[0],
            }  # fmt: skip
        return context


class SignatureInput(forms.MultiWidget):
    """A pad to draw on, or the name typed: nobody has to be able to draw."""

    template_name = "web/widgets/signature.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__([forms.HiddenInput(), forms.TextInput(attrs={"class": "input"})], attrs)

    def decompress(self, value: Any) -> list:
        return [value.strokes, value.typed_name] if value else ["", ""]


class SearchInput(forms.MultiWidget):
    """Search as you type: what was chosen travels in a hidden field, what was typed beside it.

    url_name: answers `?q=` with JSON `{"found": [{"value", "label", "detail"}], "more": bool}`; see combobox.js.
    """

    template_name = "web/widgets/combobox.html"
    use_fieldset = False

    def __init__(self, url_name: str, attrs: dict[str, Any] | None = None, *, label: str = ""):
        self.url_name, self.label = url_name, label
        text = forms.TextInput(attrs={"class": "input", "role": "combobox", "aria-expanded": "false"})
        super().__init__([forms.HiddenInput(), text], attrs)

    def decompress(self, value: Any) -> list:
        return list(value) if isinstance(value, (list, tuple)) else [value or "", value or ""]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_1" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        text = context["widget"]["subwidgets"][1]
        text["attrs"] |= {
            "aria-controls": f"{text['attrs'].get('id')}_list", "aria-autocomplete": "list", "autocomplete": "off",
            "spellcheck": "false",
        }  # fmt: skip
        context["widget"] |= {"url": reverse(self.url_name), "label": self.label}
        return context
