"""What a referral typed on the public page may carry, and what a member need not choose again. Nothing here trusts it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from medexpro.referrals.rules.checks import WRITTEN, Reading, phrases_named

# What the tick box stands for: names both things the second check asks for.
EXERCISE_SENTENCE = "I refer this person for medical exercise and functional conditioning."
# What a typed name under the form means. Kept with each referral as the page said it.
SIGNED_WORDS = (
    "I am the provider named above or act on their order. Typing my name here is my electronic signature: "
    "I refer this person, and what I state is true as far as I know."
)
# No 0 and O, no 1, I and L, no U: to be read out over the phone.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_SIGNS = 8
LINK, FAX, PHONE = "link", "fax", "phone"
# How a provider may be answered, in the order taken when none is chosen.
ANSWERS = ((FAX, "fax"), (LINK, "email"), (PHONE, "phone"))


@dataclass(frozen=True)
class Match:
    """Somebody on file who may be the one. certain: enough agrees that the page may choose them already."""

    key: object
    certain: bool


def number_of(id: UUID) -> str:
    """Return the number by which both sides name a referral, made from its random id.

    >>> number_of(UUID("01934567-89ab-7def-8123-456789abcdef"))
    'R-VZMB-FKKC'
    """
    rest, signs = id.int, ""
    for _ in range(_NUMBER_SIGNS):
        rest, place = divmod(rest, len(_SIGNS))
        signs += _SIGNS[place]
    return f"R-{signs[:4]}-{signs[4:]}"


def asks_for(wording: str, *, ticked: bool, phrases: Collection[str]) -> str:
    """Return what is asked for: the typed words, behind our sentence where its box is ticked and they don't say it.

    >>> asks_for("After his new knee.", ticked=True, phrases=("medical exercise",))
    'I refer this person for medical exercise and functional conditioning. After his new knee.'
    >>> asks_for("Medical exercise, please.", ticked=True, phrases=("medical exercise",))
    'Medical exercise, please.'
    """
    wording = wording.strip()
    if not ticked or phrases_named(wording, phrases):
        return wording
    return f"{EXERCISE_SENTENCE} {wording}".strip()


def answer_by(chosen: str, contact: Mapping[str, str]) -> tuple[str, str, str]:
    """Return how to answer, and the field with what is wrong with it; the last two are empty when it can be so.

    chosen: what the provider prefers, or empty. contact: `fax`, `email` and `phone` as typed.

    >>> answer_by("", {"phone": "555 0100"})
    ('phone', '', '')
    >>> answer_by("fax", {"phone": "555 0100"})[1:]
    ('fax', 'You prefer to be answered by fax. Type the fax number, or choose another way.')
    """
    given = {way: contact.get(field, "") for way, field in ANSWERS}
    if not any(given.values()):
        return "", "phone", "Give one way to answer you: phone, fax or e-mail."
    if not chosen:
        return next(way for way, _ in ANSWERS if given[way]), "", ""
    if not given.get(chosen):
        field = dict(ANSWERS)[chosen]
        what = {
            "email": "a secure link. Type the e-mail address",
            "fax": "fax. Type the fax number",
            "phone": "phone. Type the number",
        }
        return chosen, field, f"You prefer to be answered by {what[field]}, or choose another way."
    return chosen, "", ""


def chosen_first(matches: Sequence[Match]) -> object | None:
    """Return who is chosen when the page opens: the one certain match; "new" where nobody is like it; None asks.

    >>> chosen_first([]), chosen_first([Match(1, True), Match(2, False)]), chosen_first([Match(1, False)])
    ('new', 1, None)
    """
    if not matches:
        return "new"
    certain = [match.key for match in matches if match.certain]
    return certain[0] if len(certain) == 1 else None


def ticked_first(readings: Mapping[str, Reading], *, provider_on_file: bool) -> list[str]:
    """Return the checks that are ticked when the page opens; a member confirms them by accepting, or unticks.

    Only what the paper shows. That a licensed provider wrote it, a web form alone does not show: the tick is there for
    a provider whom the practice has on file.
    """
    return [
        kind for kind, reading in readings.items() if reading.shown and (kind != WRITTEN or provider_on_file)
    ]


def differing(typed: Mapping[str, str], on_file: Mapping[str, str]) -> list[str]:
    """Return the fields that were typed otherwise than they stand on file; numbers are compared by their digits.

    >>> differing({"fax": "(555) 0100", "npi": "1"}, {"fax": "555-0100", "npi": "2"})
    ['npi']
    """

    def plain(text: str) -> str:
        digits = "".join(sign for sign in text if sign.isdigit())
        return digits if digits and "@" not in text else text.strip().casefold()

    return [name for name, text in typed.items() if text and plain(text) != plain(on_file.get(name, ""))]
