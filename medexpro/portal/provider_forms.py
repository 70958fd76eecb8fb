"""What a provider types on the page of a link."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms as django_forms

from medexpro.clearance.forms import CLOSING, SIDES, limited_measures
from medexpro.clearance.models import Precaution
from medexpro.clients.forms import NewId
from medexpro.kernel.refusals import Refusal
from medexpro.reports.answering import MOST_WORDS, LimitSaid, Said, Speaker
from medexpro.web import forms

# Two for a blood pressure, one more for a heart rate; another answer adds others.
LIMIT_LINES = 3


class LimitLine(forms.Form):
    """One limit as the practice records it, too; a line without a value is left."""

    all_optional = True
    measure = django_forms.ChoiceField(label="Measure", required=False)
    op = django_forms.ChoiceField(label="Limit", choices=SIDES, required=False)
    value = forms.NumberField(label="Value", required=False)
    closes = django_forms.ChoiceField(label="Past it, this is closed", choices=CLOSING, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [("", "No limit"), *limited_measures()]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if bool(values.get("measure")) != (values.get("value") is not None) and "value" not in self.errors:
            missing = "value" if values.get("measure") else "measure"
            self.add_error(missing, "Write the value." if missing == "value" else "Choose what it limits.")
        return values

    def said(self) -> LimitSaid | None:
        """Return the limit; None for a line left empty."""
        values = self.values()
        if not values["measure"]:
            return None
        return LimitSaid(
            values["measure"],
            values["op"] or ">",
            values["value"],
            values["closes"] or "session",
            field=f"{self.prefix}-value",
        )


class AnswerForm(forms.Form):
    """The answer to a report, a letter or a question, and who gives it."""

    all_optional = True
    new_id = NewId()
    ticks = django_forms.MultipleChoiceField(label="What we ask", widget=forms.PicksMultiple, required=False)
    go_on = django_forms.ChoiceField(
        label="May exercise go on?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.Picks,
        required=False,
    )
    words = django_forms.CharField(
        label="Your answer in words",
        widget=django_forms.Textarea(attrs={"rows": 3}),
        max_length=MOST_WORDS,
        required=False,
    )
    stop = django_forms.BooleanField(label="Stop exercise now, until a new clearance", required=False)
    restriction = django_forms.CharField(
        label="Another limit, in words",
        max_length=240,
        required=False,
        help_text="A load, a range, a position",
    )
    release = django_forms.MultipleChoiceField(
        label="These no longer have to be respected", widget=forms.PicksMultiple, required=False
    )
    cleared_until = forms.DateField(label="Cleared to exercise until", required=False)
    name = django_forms.CharField(
        label="Your name", max_length=120, error_messages={"required": "Write your name."}
    )
    credential = django_forms.CharField(
        label="Your credential", max_length=60, help_text="MD, NP, office manager …",
        error_messages={"required": "Write your credential, or your role in the office."},
    )  # fmt: skip
    confirm = django_forms.BooleanField(
        error_messages={"required": "Tick that you are the provider, or answer for them."}
    )

    def __init__(
        self, *args: Any, asks: Sequence[str] = (), precautions: Sequence[Precaution] = (), meaning: str, changes: bool = True,
        asks_to_go_on: bool = False, **kwargs: Any,
    ):  # fmt: skip
        super().__init__(*args, **kwargs)
        self.meaning = meaning
        self.fields["confirm"].label = meaning
        self.fields["ticks"].choices = [(ask, ask) for ask in dict.fromkeys(asks)]
        self.fields["release"].choices = [(str(one.pk), one.text) for one in precautions]
        for name, offered in {"ticks": bool(asks), "release": bool(precautions) and changes, "go_on": asks_to_go_on,
                              "stop": changes, "restriction": changes, "cleared_until": changes}.items():  # fmt: skip
            if not offered:
                del self.fields[name]
        data = args[0] if args else kwargs.get("data")
        self.limits = [LimitLine(data, prefix=f"l{place}") for place in range(LIMIT_LINES)] if changes else []

    def is_valid(self) -> bool:
        """Return whether the answer and every limit in it can be taken."""
        return all([super().is_valid(), *(line.is_valid() for line in self.limits)])

    def said(self) -> Said:
        """Return what was answered."""
        values = self.values()
        go_on = values.get("go_on")
        return Said(
            ticks=values.get("ticks", ()), words=values["words"], stop=bool(values.get("stop")),
            limits=[one for line in self.limits if (one := line.said())], restriction=values.get("restriction") or "",
            releases=[UUID(one) for one in values.get("release", ())], cleared_until=values.get("cleared_until"),
            go_on={"yes": True, "no": False}.get(go_on or ""),
        )  # fmt: skip

    def speaker(self) -> Speaker:
        """Return who answered."""
        values = self.values()
        return Speaker(values["name"], values["credential"], self.meaning)

    def refuse_at(self, refusal: Refusal) -> None:
        """Put an operation's no at its field, one of a limit's too."""
        at = refusal.field or ""
        for line in self.limits:
            if at == f"{line.prefix}-value":
                line.add_error("value", str(refusal))
                return
        self.add_error(at if at in self.fields else None, str(refusal))
