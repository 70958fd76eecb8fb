"""The page that says how well the word list marks: figures over all and kind by kind, and the worst errors."""

from collections.abc import Sequence

from medexpro.kernel.reference import Wording
from medexpro.kernel.wording import GROUPS
from medexpro.wording.rules.evaluation import Figures, Judged, Result, Sentence, judge, weigh, worst

HEAD = """\
# How well words are marked

{note}

The word list (`medexpro/knowledge/data/wording.yaml`) marks words in what leaves the practice: while somebody writes, and
once more before it is signed or sent. It is measured on {count} sentences in `tests/wording/data/sentences.yaml`, written
as members write notes, letters to providers, messages to clients and the public page, and labelled with the kinds of slips
that should be marked. {in_scope} of them are in scope, most of these because they look like a slip and are none: “{example}” The
list was tuned on {tuned} of them. The other {held} were written after that, measured once and never tuned on.

Precision says how many marks are right, recall how many slips are marked; one sentence with one kind of slip counts once,
however many words of it are marked. A test fails when either falls below what stands here, rounded down.
"""
UNSEEN = """\

## What to expect of the next letter

Whoever wrote the sentences also wrote the list, so the tuned figures say little of other people's words. Each time new
sentences were written, they were measured once before the list was mended by them:

| new sentences | precision | recall |
| --: | --: | --: |
{rows}

Of slips in words nobody foresaw, about {share} in ten are marked; what is marked is nearly always one. The check is a second
look, never the only one: who signs reads the letter.
"""
FOOT = """\

## What the check passes over

- Names: of providers and their organisations, of clients, of the practice, where they stand as the record writes them.
- What stands in quotation marks, for the words of a provider; on the public page not for praise, which stays a promise.
- Someone else's care, care before ours, what the practice says it does not do, and a finding that the referral or a
  provider names: each is a list of patterns in the data (`contexts`), shared by the words it excuses.
- Phrases the practice lets stand, on the page of its own words under Knowledge. Words that are refused can't be let stand.

A marked word is changed by a person or stays; who let it stand, in which sentence and why is kept with the document.
"""


def report(
    sentences: Sequence[Sentence],
    wording: Wording,
    note: str,
    first_readings: Sequence[tuple[int, Figures]] = (),
) -> str:
    """Return the page. note: how the page is made. first_readings: lots of new sentences and what each came to at first."""
    judged = judge(sentences, wording)
    tuned = weigh([one for one in judged if not one.sentence.held_out])
    held = weigh([one for one in judged if one.sentence.held_out])
    lines = [
        HEAD.format(
            note=note, example=next((one.text for one in sentences if one.note), ""),
            count=len(judged), in_scope=tuned.in_scope + held.in_scope, tuned=len(tuned.judged),
            held=len(held.judged),
        )
    ]  # fmt: skip
    lines += [
        "| | tuned: precision | recall | held out: precision | recall |",
        "| --- | --: | --: | --: | --: |",
    ]
    lines.append(_row("all", tuned.all, held.all))
    for kind in GROUPS:
        if kind in tuned.by_kind or kind in held.by_kind:
            lines.append(
                _row(GROUPS[kind], tuned.by_kind.get(kind, Figures()), held.by_kind.get(kind, Figures()))
            )
    lines += ["", _alone(tuned, held)]
    if first_readings:
        lines += [_unseen(first_readings).rstrip("\n")]
    lines += ["", "## The ten worst errors", ""]
    lines += [f"{number}. {_error(one)}" for number, one in enumerate(worst(judged), 1)]
    return "\n".join(lines) + "\n" + FOOT


def _unseen(lots: Sequence[tuple[int, Figures]]) -> str:
    together = Figures(*(sum(getattr(one, name) for _, one in lots) for name in ("right", "wrong", "missed")))
    counted = [*lots, (sum(count for count, _ in lots), together)]
    rows = [f"| {count} | {one.precision:.3f} | {one.recall:.3f} |" for count, one in counted]
    rows[-1] = rows[-1].replace("| ", "| together ", 1)
    return UNSEEN.format(rows="\n".join(rows), share=int(together.recall * 10 + 0.5))


def _row(name: str, tuned: Figures, held: Figures) -> str:
    cells = [f"{value:.3f}" for one in (tuned, held) for value in (one.precision, one.recall)]
    return f"| {name} | " + " | ".join(cells) + " |"


def _alone(tuned: Result, held: Result) -> str:
    return (
        f"Of the sentences in scope, {tuned.left_alone} of {tuned.in_scope} tuned and {held.left_alone} of "
        f"{held.in_scope} held-out ones carry no mark at all."
    )


def _error(one: Judged) -> str:
    said = []
    if one.missed:
        said.append("not marked: " + ", ".join(GROUPS[kind].lower() for kind in one.missed))
    if one.wrong:
        words = ", ".join(f"“{mark.found}”" for mark in one.marks if mark.group in one.wrong)
        said.append(f"marked and in scope: {words}")
    held = ", held out" if one.sentence.held_out else ""
    return f"{one.sentence.text} (to {one.sentence.to}{held}) {'; '.join(said)}"
