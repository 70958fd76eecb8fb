"""The first sentence of a progress report: the strongest change that counts, and how many of how many changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from medexpro.reports.snapshots import Verdict

NUMBERS = (
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
IS_WORDS = frozenset({"faster", "slower", "stronger", "weaker"})


@dataclass(frozen=True)
class Changed:
    """One measure as the sentence needs it.

    name: in short. activity: what it speaks about ("getting up, walking and turning"); difference: "4.2 s faster";
    word: its last word; strength: how many times the smallest change that counts, 0 where none is known.
    """

    name: str
    activity: str
    difference: str
    word: str
    verdict: Verdict
    strength: float


def lead_sentence(client: str, measured: Sequence[Changed], *, span: str) -> str:
    """Return the sentence, strong parts between double asterisks.

    client: as letters say it, "Mrs. Ellery". measured: everything measured at least twice. span: "eight weeks".
    Counts only measures with a known smallest change; says what got worse, and says it when nothing changed.

    >>> walk = Changed("Timed Up and Go", "walking", "4.2 s faster", "faster", Verdict.BETTER, 1.7)
    >>> same = Changed("Grip", "gripping", "2 kg stronger", "stronger", Verdict.NO_CHANGE, 0.4)
    >>> lead_sentence("Mrs. Ellery", [walk, same], span="eight weeks")  # doctest: +NORMALIZE_WHITESPACE
    'Mrs. Ellery is **4.2 s faster** at walking than eight weeks ago. One of two measures improved by more than the
    smallest change that counts.'
    """
    judged = [one for one in measured if one.verdict is not Verdict.UNKNOWN]
    better = [one for one in judged if one.verdict is Verdict.BETTER]
    worse = [one for one in judged if one.verdict is Verdict.WORSE]
    if not measured:
        return f"{client} has been measured once. What changes is reported after the next measurement."
    if not judged:
        return f"{client} was measured again. No published figure says how large a change of these measures must be to count."
    sentences = []
    if better:
        sentences.append(_strongest(client, max(better, key=lambda one: one.strength), span))
    elif worse:
        sentences.append(_strongest(client, max(worse, key=lambda one: one.strength), span))
    sentences.append(_count(len(better), len(judged), bool(worse)))
    if worse:
        names = [one.name for one in worse]
        sentences.append(f"**Worse by more than that: {', '.join(names)}.**")
    return " ".join(sentences)


def span_in_words(days: int) -> str:
    """Return a span as people say it.

    >>> span_in_words(57), span_in_words(9), span_in_words(1), span_in_words(120)
    ('eight weeks', '9 days', '1 day', '17 weeks')
    """
    if days < 14:
        return f"{days} {'day' if days == 1 else 'days'}"
    weeks = round(days / 7)
    return f"{NUMBERS[weeks] if weeks < len(NUMBERS) else weeks} weeks"


def _strongest(client: str, one: Changed, span: str) -> str:
    if one.word in IS_WORDS:
        return f"{client} is **{one.difference}** at {one.activity} than {span} ago."
    return f"{client}, {one.activity}: **{one.difference}** than {span} ago."


def _count(better: int, of: int, worse: bool) -> str:
    measures = "measure" if of == 1 else "measures"
    if better == 0:
        if worse:
            return f"None of {_number(of)} {measures} improved by more than the smallest change that counts."
        return f"None of {_number(of)} {measures} changed by more than the smallest change that counts."
    if of == 1:
        return "The one measure that can be judged improved by more than the smallest change that counts."
    how_many = "All" if better == of else f"{_number(better).capitalize()} of"
    return f"{how_many} {_number(of)} measures improved by more than the smallest change that counts."


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
