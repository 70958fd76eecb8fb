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


@dataclass(frozen=True)
class Changed:
    """One measure and side as the sentence needs it.

    says: the change after the client's name: "walks **31% faster**". strength: how many times the smallest change that
    counts, 0 where none is known. counts: whether it is one of the measures that are counted; what got worse is named
    in any case. left: the published line that was left behind, in words; empty where none was.
    """

    measure: str
    name: str
    says: str
    verdict: Verdict
    strength: float
    counts: bool = True
    left: str = ""


def lead_sentence(client: str, measured: Sequence[Changed], *, span: str) -> str:
    """Return the sentence, strong parts between double asterisks.

    client: as letters say it, "Mrs. Ellery". measured: everything measured at least twice. span: since when, "eight weeks ago".
    The strongest change first, and a published line left behind; then how many of how many improved, each measure
    counted once, whatever its sides; what got worse is named, and it is said when nothing changed.

    >>> walk = Changed("gait", "Gait speed", "walks **31% faster**", Verdict.BETTER, 5.2)
    >>> grip = Changed("grip", "Grip", "grips **2 kg stronger**", Verdict.NO_CHANGE, 0.4)
    >>> lead_sentence("Mrs. Ellery", [walk, grip], span="eight weeks ago")  # doctest: +NORMALIZE_WHITESPACE
    'Mrs. Ellery walks **31% faster** than eight weeks ago. One of two measures improved by more than the smallest
    change that counts.'
    """
    judged = [
        one
        for one in measured
        if one.verdict is Verdict.WORSE or (one.counts and one.verdict is not Verdict.UNKNOWN)
    ]
    better = [one for one in judged if one.verdict is Verdict.BETTER]
    worse = [one for one in judged if one.verdict is Verdict.WORSE]
    if not measured:
        return f"{client} has been measured once. What changes is reported after the next measurement."
    if not judged:
        return f"{client} was measured again. No verified figure says how large a change of these measures must be to count."
    sentences = []
    if better or worse:
        strongest = max(better or worse, key=lambda one: (one.counts, one.strength))
        sentences.append(f"{client} {strongest.says} than {span}{_line_left(strongest, measured)}.")
    sentences.append(_count(measured))
    if worse:
        names = [one.name for one in worse]
        sentences.append(f"**Worse by more than that: {', '.join(names)}.**")
    return " ".join(filter(None, sentences))


def _line_left(strongest: Changed, measured: Sequence[Changed]) -> str:
    """Return the clause on a published line left behind: the strongest change's own, else another measure's."""
    if strongest.left:
        return f", **{strongest.left}**"
    other = next((one for one in measured if one.left and one.verdict is not Verdict.NO_CHANGE), None)
    return f"; {other.name} is **{other.left}**" if other else ""


def _count(measured: Sequence[Changed]) -> str:
    """Return how many measures improved: each once, better only where none of its sides got worse."""
    verdicts: dict[str, set[Verdict]] = {}
    for one in measured:
        if one.counts:
            verdicts.setdefault(one.measure, set()).add(one.verdict)
    judged = {key: found - {Verdict.UNKNOWN} for key, found in verdicts.items() if found - {Verdict.UNKNOWN}}
    better = sum(Verdict.BETTER in found and Verdict.WORSE not in found for found in judged.values())
    of, worse = len(judged), any(Verdict.WORSE in found for found in judged.values())
    counted = f"{number_in_words(of)} measure{'s' if of != 1 else ''}"
    if of < len(verdicts):
        counted += " that can be judged"
    if of == 0:
        return ""
    if better == 0:
        what = "improved" if worse else "changed"
        if of == 1:
            return f"The one measure that can be judged has not {what} by more than the smallest change that counts."
        return f"None of {counted} {what} by more than the smallest change that counts."
    if of == 1:
        return "The one measure that can be judged improved by more than the smallest change that counts."
    all_of_them = better == of
    how_many = ("Both" if of == 2 else "All") if all_of_them else f"{number_in_words(better).capitalize()} of"
    if all_of_them and of == 2:
        counted = counted.removeprefix("two ")
    if of < len(verdicts) and not all_of_them:
        counted = f"the {counted}"
    return f"{how_many} {counted} improved by more than the smallest change that counts."


def span_in_words(days: int) -> str:
    """Return since when something changed, as people say it.

    >>> span_in_words(57), span_in_words(9), span_in_words(1), span_in_words(120), span_in_words(0)
    ('eight weeks ago', '9 days ago', '1 day ago', '17 weeks ago', 'earlier the same day')
    """
    if days < 1:
        return "earlier the same day"
    if days < 14:
        return f"{days} {'day' if days == 1 else 'days'} ago"
    weeks = round(days / 7)
    return f"{NUMBERS[weeks] if weeks < len(NUMBERS) else weeks} weeks ago"


def number_in_words(count: int) -> str:
    """Return a count as people write it: words up to twelve, digits from there."""
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
