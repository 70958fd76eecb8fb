"""Taking out of a text what could name somebody, by the list of HIPAA Safe Harbor, and saying what was taken out.

Source: 45 CFR 164.514(b)(2)(i)(A)-(R), the 18 identifiers of the individual, relatives, employers and household. A program
finds what has a form or is on record; it does not know that a story is the only one of its kind. So a member reads it,
and (b)(2)(ii), no actual knowledge that it could identify, is theirs to answer.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Ages are told by decade; over 89 all are one (164.514(b)(2)(i)(C)).
OLDEST = 90
# A condition that fewer clients of the practice share is told by its kind only.
RARE_BELOW = 5


@dataclass(frozen=True)
class Identifier:
    """One of the 18. letter: as the rule has it. how: what becomes of it here."""

    key: str
    letter: str
    name: str
    how: str


IDENTIFIERS = (
    Identifier("names", "A", "Names", "Names on record, of the client, those beside them, providers and members, are taken out"),
    Identifier("places", "B", "Places smaller than a state", "Addresses, ZIP codes and place names on record are taken out"),
    Identifier(
        "dates", "C", "Dates but the year, ages over 89",
        "Dates and years are taken out; ages are told by decade, 90 and older as one",
    ),
    Identifier("phones", "D", "Telephone numbers", "Taken out by their form"),
    Identifier("faxes", "E", "Fax numbers", "Taken out by their form"),
    Identifier("emails", "F", "E-mail addresses", "Taken out by their form"),
    Identifier("ssn", "G", "Social security numbers", "Taken out by their form"),
    Identifier("records", "H", "Medical record numbers", "Long numbers are taken out"),
    Identifier("plans", "I", "Health plan numbers", "Long numbers are taken out"),
    Identifier("accounts", "J", "Account numbers", "Long numbers are taken out"),
    Identifier("licences", "K", "Certificate and license numbers", "Long numbers are taken out"),
    Identifier("vehicles", "L", "Vehicle identifiers and plates", "Numbers with letters are taken out"),
    Identifier("devices", "M", "Device identifiers and serial numbers", "Numbers with letters are taken out"),
    Identifier("urls", "N", "Web addresses", "Taken out by their form"),
    Identifier("ips", "O", "IP addresses", "Taken out by their form"),
    Identifier("biometrics", "P", "Finger and voice prints", "A story holds words only"),
    Identifier("photos", "Q", "Photographs of the face", "A story holds words only"),
    Identifier(
        "unique", "R", "Any other unique mark",
        "Rare conditions are told by their kind; the member who reads answers for the rest",
    ),
)  # fmt: skip
NAMED = {one.key: one for one in IDENTIFIERS}

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
# Behind a number: it is a measure and no age.
_UNIT = r"%|m\b|min|s\b|sec|deg|°|lb|kg|cm|steps|feet|meters|points"
_STREET = "street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|boulevard|blvd|way"
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
# What has a form: key of the identifier, pattern, what stands in its place. The order matters: the longest first.
_FORMS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (key, re.compile(pattern, re.IGNORECASE), instead)
    for key, pattern, instead in (
        ("emails", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "an e-mail address"),
        ("urls", r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|edu|gov|health|care)\b(?:/\S*)?", "a web address"),
        ("ips", r"\b\d{1,3}(?:\.\d{1,3}){3}\b", "a number"),
        ("ssn", r"\b\d{3}-\d{2}-\d{4}\b", "a number"),
        ("phones", r"(?<!\d)(?:\+?1[ .-]?)?(?:\(\d{3}\)\s?|\d{3}[ .-])?\d{3}[ .-]\d{4}(?!\d)", "a phone number"),
        ("dates", rf"\b(?:{_DAY},?\s+)?{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b", "one day"),
        ("dates", rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+\d{{4}})?\b", "one day"),
        ("dates", r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b", "one day"),
        ("dates", rf"\b(?:in|since|until|by|from)\s+{_MONTH.replace('may|', '')}(?:\s+\d{{4}})?(?!\w)", "at that time"),
        ("dates", rf"\b(?:on|since|until|by|every|last|next)\s+{_DAY}s?\b", "on a day"),
        ("dates", r"\b(?:in|since|until|by|from)\s+(?:19|20)\d{2}\b", "at that time"),
        ("dates", r"\b(?:19|20)\d{2}\b", "that year"),
        ("dates", r"\b(?:9\d|1[0-2]\d)[ -]?(?:years?[ -]old|year[ -]old)\b", "90 or older"),
        ("dates", rf"\b(?:aged?|age of|turned|turning|is|was)\s+(?:9\d|1[0-2]\d)\b(?!\s*(?:{_UNIT}))", "90 or older"),
        ("places", rf"\b\d{{1,5}}\s+(?:[A-Z][\w.’'-]*\s+){{1,3}}(?:{_STREET})\b\.?", "an address"),
        ("places", r"\b\d{5}-\d{4}\b", "a place"),
        ("vehicles", r"\b(?=\w*\d)(?=\w*[A-Z])[A-Z0-9]{7,17}\b", "a number"),
        ("records", r"(?<![\d.,])(?:#|no\.?\s*)?\d{5,}(?![\d.,]\d)", "a number"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What is on record and names somebody. people: name to what is said instead; places: towns, streets, ZIP codes."""

    people: Sequence[tuple[str, str]] = ()
    places: Sequence[str] = ()


@dataclass(frozen=True)
class Removed:
    """What was taken out, by kind, and how often. The words themselves are not kept."""

    key: str
    times: int

    @property
    def identifier(self) -> Identifier:
        """Return which of the 18 it is."""
        return NAMED[self.key]


def cleaned(text: str, known: Known) -> tuple[str, list[Removed]]:
    """Return a text without what could name somebody, and what was taken out of it.

    >>> cleaned("Janet walked home on March 4, 2026.", Known(people=[("Janet", "the client")]))[0]
    'The client walked home on one day.'
    """
    counted: dict[str, int] = {}
    for key, pattern, instead in [*_of_record(known), *_FORMS]:
        text, times = pattern.subn(lambda _match, said=instead: said, text)
        if times:
            counted[key] = counted.get(key, 0) + times
    return _capitals(text), [Removed(one.key, counted[one.key]) for one in IDENTIFIERS if one.key in counted]


def left_in(text: str, known: Known) -> list[Removed]:
    """Return what still stands in a text that could name somebody: asked before a member's own words are kept."""
    return cleaned(text, known)[1]


def together(*lists: Iterable[Removed]) -> list[Removed]:
    """Return what was taken out of several texts, each kind once."""
    counted: dict[str, int] = {}
    for one in (one for found in lists for one in found):
        counted[one.key] = counted.get(one.key, 0) + one.times
    return [Removed(one.key, counted[one.key]) for one in IDENTIFIERS if one.key in counted]


def decade(age: int | None) -> str:
    """Return an age as a story tells it.

    >>> [decade(age) for age in (17, 58, 89, 90, 104, None)]
    ['a young person', 'a person in their fifties', 'a person in their eighties', 'a person of 90 or older', \
'a person of 90 or older', 'a person']
    """
    if age is None:
        return "a person"
    if age >= OLDEST:
        return f"a person of {OLDEST} or older"
    if age < 20:
        return "a young person"
    names = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties")
    return f"a person in their {names[age // 10 - 2]}"


def span(days: int) -> str:
    """Return how long something took, in weeks or months, never to the day.

    >>> span(4), span(24), span(95), span(400)
    ('a week', '3 weeks', '3 months', 'over a year')
    """
    if days > 365:
        return "over a year"
    if days >= 63:
        return f"{round(days / 30.4)} months"
    weeks = max(1, round(days / 7))
    return "a week" if weeks == 1 else f"{weeks} weeks"


@dataclass(frozen=True)
class Facts:
    """What a story is made of. what: the condition in words, or its kind where it is rare; better, worse, same: how many
    measures; changes: sentences, the most telling first; goals: in the client's or our words."""

    who: str
    what: str
    deficit: str
    weeks: str
    sessions: int
    better: int
    worse: int
    same: int
    changes: Sequence[str]
    goals: str


def drafted(facts: Facts) -> tuple[str, str]:
    """Return title and text of a first draft, one paragraph for each part that there is something to say of."""
    begun = f"{facts.who[:1].upper()}{facts.who[1:]} came to us {facts.what}."
    if facts.deficit:
        begun += f" What was hard: {facts.deficit.rstrip('.')}."
    sessions = "Over" if not facts.sessions else f"In {_tens(facts.sessions)} sessions over"
    parts = [
        begun,
        f"{sessions} {facts.weeks} we exercised, within what the provider allowed, and measured along the way.",
    ]
    if told := facts.better + facts.worse + facts.same:
        counted = (
            f"Of {told} measures {facts.better} changed for the better beyond what the test itself varies by"
        )
        counted += f", {facts.worse} for the worse" if facts.worse else ", none for the worse"
        parts.append(" ".join([f"{counted}.", *facts.changes]))
    if facts.goals:
        parts.append(f"Today: {facts.goals.rstrip('.')}.")
    parts.append("This is one person’s story. Results differ from person to person.")
    return f"{facts.what[:1].upper()}{facts.what[1:]}", "\n\n".join(parts)


def _tens(number: int) -> str:
    """Return a count that fits many: “about 20”; the exact number of sessions is a mark of its own."""
    return str(number) if number < 8 else f"about {round(number / 5) * 5}"


def _of_record(known: Known) -> list[tuple[str, re.Pattern[str], str]]:
    """Return patterns for what is on record, the longest first so that a whole name goes before its parts."""
    people = [("names", name, instead) for name, instead in known.people]
    places = [("places", place, "the area") for place in known.places]
    listed = sorted(
        {(key, " ".join(word.split()), instead) for key, word, instead in [*people, *places]},
        key=lambda one: (-len(one[1]), one),
    )
    return [
        (
            key,
            re.compile(
                rf"(?<!\w)(?:(?:Mr|Mrs|Ms|Mx|Dr)\.?\s+)?{re.escape(word)}(?:[’']s)?(?!\w)", re.IGNORECASE
            ),
            instead,
        )
        for key, word, instead in listed
        if len(word) > 1
    ]


def _capitals(text: str) -> str:
    """Return a text whose sentences begin with a capital, also where the first word was put in place of a name."""
    return re.sub(r"(^|[.!?]\s+|\n)([a-z])", lambda found: found[1] + found[2].upper(), text)
