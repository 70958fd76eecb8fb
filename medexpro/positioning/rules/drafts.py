"""What the clarity sheet's answers make: positioning line, overview, scope statement, public page text, bio.

An answer completes a sentence that its question begins, so each stands in the texts as it was typed, less its full stop
and the words the question had said already. An answer that was not given is our own plain words, so that every text is
whole from the first day on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

ANSWERS = ("whom", "problem", "result", "not_do", "proof")
# What stands where nothing was answered; checked as public wording like everything else (tests).
OURS = {
    "whom": "people who are past an injury or a surgery, or live with a long-term condition",
    "problem": "their care has ended and everyday things are still hard",
    "result": "get stronger, steadier and back to what they do every day",
    "proof": "We measure at the start and at least every 30 days, and everybody sees their own figures",
}
NOT_DO = (
    "name the cause of a complaint",
    "take the place of your own providers",
    "decide on medicines",
)
# Openings that the question has said already.
_SAID = {
    "whom": r"(we (serve|help|work with|train)|for)\b",
    "problem": r"(they come( to us)? )?because\b",
    "result": r"((afterwards )?(they|our clients) can|so that they can|to)\b",
    "not_do": r"(we )?(also )?((do not|don[’']t)|never)\b",
    "proof": "",
}


@dataclass(frozen=True)
class Sheet:
    """The answers as typed, with the practice's name. not_do: one a line of the answer."""

    name: str
    whom: str = ""
    problem: str = ""
    result: str = ""
    not_do: tuple[str, ...] = ()
    proof: str = ""


@dataclass(frozen=True)
class Draft:
    """A text, and the answers it was made from, as fields of the sheet; those not given are our own words there."""

    text: str
    made_of: tuple[str, ...]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Return the text's paragraphs."""
        return tuple(part for part in self.text.split("\n\n") if part)


@dataclass(frozen=True)
class Person:
    """Who a bio introduces. background: sentences; training: one a line of the answer."""

    name: str
    credentials: str = ""
    title: str = ""
    background: str = ""
    training: tuple[str, ...] = ()


def tidy(field: str, answer: str) -> str:
    """Return an answer as it goes on in a sentence: on one line, without full stop and without the words asked with.

    >>> tidy("whom", " We serve people over 60. "), tidy("not_do", "We don’t sell supplements"), tidy("result", "Climb")
    ('people over 60', 'sell supplements', 'climb')
    """
    text = " ".join(answer.split()).rstrip(".;, ")
    if opening := _SAID.get(field):
        bare = re.sub(rf"^{opening}\s*", "", text, flags=re.IGNORECASE)
        text = bare or text
    return text if field == "proof" else _low(text)


def said(sheet: Sheet, field: str) -> str:
    """Return an answer as it goes on in a sentence; our own words where there is none."""
    return tidy(field, getattr(sheet, field)) or OURS[field]


def refused(sheet: Sheet) -> tuple[str, ...]:
    """Return what the practice doesn't do, each going on after “We do not”."""
    own = tuple(filter(None, (tidy("not_do", one) for one in sheet.not_do)))
    return own or NOT_DO


def line(sheet: Sheet) -> Draft:
    """Return the positioning line: one sentence."""
    return Draft(f"We help {said(sheet, 'whom')} {said(sheet, 'result')}.", ("whom", "result"))


def scope(sheet: Sheet) -> Draft:
    """Return the scope statement that stands on every document. It says what holds for every practice, and never less."""
    more = [one for one in refused(sheet) if one not in NOT_DO]
    also = f" We also do not {listed(more, 'or')}." if more else ""
    return Draft(
        f"{sheet.name} offers medical exercise and functional training, after or beside the care of the client’s own "
        "providers. We observe, measure and lead exercise. We do not name the cause of a complaint, decide on medicines or "
        f"take the place of a provider.{also} When something looks wrong, we stop and refer back.",
        ("not_do",),
    )


def overview(sheet: Sheet) -> Draft:
    """Return the service overview for a page that is enclosed with letters: four short paragraphs."""
    parts = [
        f"{sheet.name} offers medical exercise and functional training. We serve {said(sheet, 'whom')}.",
        f"They come to us because {said(sheet, 'problem')}. Afterwards they can {said(sheet, 'result')}.",
        "Before the first session we ask for what the client’s provider allows and limits. We measure at the start and at "
        "least every 30 days, and where the client agrees, the provider reads each result on one page.",
        f"{_proof(sheet)}",
    ]
    return Draft("\n\n".join(parts), ("whom", "problem", "result", "proof"))


def public(sheet: Sheet) -> Draft:
    """Return the text of the public page, under the positioning line."""
    parts = [
        f"Our clients come to us because {said(sheet, 'problem')}. We build exercise around what you want to do again, "
        "within what your provider allows, and measure it at least every 30 days.",
        _proof(sheet),
        f"What we don’t do: {listed(refused(sheet), 'or')}. If something looks wrong, we stop and call your provider.",
    ]
    return Draft("\n\n".join(parts), ("problem", "proof", "not_do"))


def bio(person: Person, sheet: Sheet) -> Draft:
    """Return how one member is introduced: who they are, with whom they work, what they learned."""
    name = f"{person.name}, {person.credentials}" if person.credentials else person.name
    role = _article(person.title) if person.title else "a medical exercise professional"
    parts = [
        f"{name}, is {role} at {sheet.name}." if person.credentials else f"{name} is {role} at {sheet.name}."
    ]
    if background := " ".join(person.background.split()):
        parts.append(background if background.endswith((".", "!", "?")) else f"{background}.")
    first = person.name.split()[0] if person.name.split() else "They"
    parts.append(f"{first} works with {said(sheet, 'whom')}, so that they can {said(sheet, 'result')}.")
    training = [" ".join(one.split()).rstrip(".;,") for one in person.training if one.strip()]
    if training:
        parts.append(f"Training: {'; '.join(training)}.")
    return Draft(" ".join(parts), ("background", "training", "whom", "result"))


def listed(parts: Sequence[str], last: str) -> str:
    """Return parts as a list in a sentence.

    >>> listed(["a", "b", "c"], "or"), listed(["a"], "or")
    ('a, b or c', 'a')
    """
    *most, end = parts
    return f"{', '.join(most)} {last} {end}" if most else end


def _proof(sheet: Sheet) -> str:
    text = said(sheet, "proof")
    text = text[:1].upper() + text[1:]
    return text if text.endswith(("!", "?", "”")) else f"{text}."


def _low(text: str) -> str:
    """Return a text with a small first letter, unless its first word is a name or an abbreviation."""
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first.lower() in _COMMON else text


def _article(title: str) -> str:
    return f"{'an' if title[:1].lower() in 'aeiou' else 'a'} {title}"


# First words of answers that were typed with a capital; names of places and conditions keep theirs.
_COMMON = frozenset([
    "a", "active", "adults", "after", "an", "and", "any", "anybody", "anyone", "athletes", "because",
    "become", "carry", "change", "clients", "climb", "do", "everybody", "everyone", "feel", "find",
    "finish", "firefighters", "garden", "get", "give", "go", "golfers", "have", "hold", "keep", "lift",
    "live", "men", "move", "name", "offer", "older", "people", "play", "promise", "read", "replace",
    "retired", "return", "runners", "sell", "seniors", "sleep", "some", "stand", "stay", "take",
    "teachers", "their", "they", "those", "train", "travel", "use", "walk", "we", "women", "work",
    "workers", "write",
])  # fmt: skip
