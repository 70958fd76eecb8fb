"""What people type about the practice, turned into the arguments of operations."""

from typing import Any

from django import forms

from medexpro.positioning.models import Service
from medexpro.web.editing import EditForm
from medexpro.web.forms import Form
from medexpro.wording.forms import ScopeChecked

PUBLIC = {"data-wording": "public"}
# Question by question: what is asked, how the answer's sentence begins, and what others wrote.
QUESTIONS = {
    "whom": (
        "Who do you serve?",
        "We help …",
        "people over 50 who have finished medical care after a knee or hip replacement",
    ),
    "problem": (
        "Which problem do they come with?",
        "They come to us because …",
        "they were discharged, and stairs, the garden or a day’s work are still hard",
    ),
    "result": (
        "Which result do they get?",
        "Afterwards they can …",
        "climb stairs, carry shopping and get up from the floor without help",
    ),
    "not_do": (
        "What don’t you do?",
        "We do not …, one a line",
        "name the cause of a complaint\nsell supplements\ndecide on medicines",
    ),
    "proof": (
        "Why should they believe it?",
        "In your own sentence",
        "Every client is measured at least every 30 days, and we publish the figures of all of them, also of those who "
        "stopped early",
    ),
}


def _text(
    label: str, *, rows: int = 2, longest: int = 400, hint: str = "", wording: bool = True, **more: Any
) -> forms.CharField:
    attrs = {"rows": rows} | (PUBLIC if wording else {})
    return forms.CharField(
        label=label,
        required=False,
        max_length=longest,
        help_text=hint,
        widget=forms.Textarea(attrs=attrs),
        **more,
    )


def _line(
    label: str, longest: int, *, hint: str = "", needed: bool = False, wording: bool = True
) -> forms.CharField:
    widget = forms.TextInput(attrs=PUBLIC if wording else {})
    return forms.CharField(label=label, max_length=longest, required=needed, help_text=hint, widget=widget)


class Sheet(ScopeChecked, EditForm):
    """The clarity sheet: five questions, each of which may stay open."""

    all_optional = True

    whom = _text(QUESTIONS["whom"][0], longest=200, hint=QUESTIONS["whom"][1])
    problem = _text(QUESTIONS["problem"][0], longest=240, hint=QUESTIONS["problem"][1])
    result = _text(QUESTIONS["result"][0], longest=200, hint=QUESTIONS["result"][1])
    # What is not done is named by the very words that don't belong elsewhere.
    not_do = _text(QUESTIONS["not_do"][0], rows=3, longest=400, hint=QUESTIONS["not_do"][1], wording=False)
    proof = _text(QUESTIONS["proof"][0], longest=300, hint=QUESTIONS["proof"][1])

    @property
    def good(self) -> dict[str, str]:
        """Return the answers that can be kept as they are, by field. Only after is_valid()."""
        return {name: text for name, text in self.values().items() if name not in self.errors}

    @property
    def waiting(self) -> dict[str, str]:
        """Return the answers whose words are asked about, as typed: nobody outside reads them, and none is lost."""
        return {name: self._typed(name) for name in self.questions}


class OwnText(ScopeChecked, Form):
    """One text written by hand."""

    text = _text("Text", rows=9, longest=3000, hint="Empty takes the text made from the sheet.")


class Brand(Form):
    """The brand's color."""

    colour = forms.CharField(
        label="Color",
        required=False,
        max_length=40,
        help_text="As # and six digits or letters, such as #0b5c74. Empty takes ours.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"}),
    )


class _ServiceFields(ScopeChecked):
    name = _line("Name", 80, needed=True, hint="As a client would say it, such as Knees again")
    condition = _line("After or with what", 160, hint="Such as after a knee or hip replacement")
    whom = _line("Who it is for", 240)
    format = _line("Format", 120, hint="Such as one to one, in the studio")
    length = _line("Length", 120, hint="Such as 12 weeks, 2 visits a week, 50 minutes")
    price = _line(
        "Price", 120, wording=False, hint="An amount such as 1,200 or $95.50, or words such as on request"
    )
    referrer_gets = _line(
        "What the referring provider receives", 240, hint="Such as one page of results every 30 days"
    )

    def values(self) -> dict[str, Any]:
        """Return the arguments of the operation: an amount as cents, anything else as words."""
        values = super().values()
        typed = values.pop("price")
        cents = cents_of(typed)
        return values | {"price_cents": cents, "price_words": "" if cents is not None else typed}


def cents_of(typed: str) -> int | None:
    """Return an amount in cents; None for words, and for an amount nobody charges.

    >>> cents_of("$1,200"), cents_of("95.50"), cents_of("95.5"), cents_of("on request"), cents_of("12 visits"), cents_of("")
    (120000, 9550, 9550, None, None, None)
    """
    bare = typed.strip().removeprefix("$").strip().replace(",", "")
    whole, _, cents = bare.partition(".")
    if not (
        bare.isascii()
        and whole.isdigit()
        and len(whole) <= 6
        and (cents.isdigit() or not cents)
        and len(cents) <= 2
    ):
        return None
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


class NewService(_ServiceFields, Form):
    """A new service."""


class ChangeService(_ServiceFields, EditForm):
    """A service that is there."""


def initial_of(service: Service, price: str) -> dict[str, Any]:
    """Return what the form shows of a service. price: as it is told."""
    names = ("name", "condition", "whom", "format", "length", "referrer_gets")
    return {name: getattr(service, name) for name in names} | {"price": price, "version": service.version}


class BioForm(ScopeChecked, EditForm):
    """How a member is introduced."""

    all_optional = True

    background = _text(
        "Background", rows=3, longest=600, hint="One to three sentences: since when, what before"
    )
    training = _text("Training", rows=3, longest=500, hint="Degrees and certificates, one a line")
    text = _text(
        "The bio in your own words",
        rows=6,
        longest=1500,
        hint="Empty takes the text made from the answers above and the sheet.",
    )
    is_shown = forms.BooleanField(label="Show on the public page", required=False)


class OpenPage(Form):
    """The public page's address."""

    slug = forms.CharField(
        label="Address",
        required=False,
        max_length=50,
        help_text="Small letters, digits and hyphens. Links to an address that is changed end.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"}),
    )
