"""How well the word list marks what it should: measured on sentences that people labelled with the kinds of slips."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from medexpro.kernel.reference import Wording
from medexpro.kernel.wording import Mark, find_marks


@dataclass(frozen=True)
class Sentence:
    """A labelled sentence. to: who reads it. labels: the kinds of slips in it, none where it is in scope."""

    id: str
    to: str
    text: str
    labels: frozenset[str]
    note: str = ""
    held_out: bool = False


@dataclass(frozen=True)
class Judged:
    """A sentence with what the list marked in it."""

    sentence: Sentence
    marks: tuple[Mark, ...]

    @property
    def found(self) -> frozenset[str]:
        return frozenset(mark.group for mark in self.marks)

    @property
    def missed(self) -> list[str]:
        """Return the kinds that should have been marked and were not."""
        return sorted(self.sentence.labels - self.found)

    @property
    def wrong(self) -> list[str]:
        """Return the kinds that were marked and should not have been."""
        return sorted(self.found - self.sentence.labels)


@dataclass
class Figures:
    """Counts of one kind, or of all: marked rightly, marked wrongly, missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Return how many of those marked should be, 0 to 1; 1 where nothing was marked."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Return how many of those to be marked were, 0 to 1; 1 where there were none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass
class Result:
    """What came out: over all pairs of sentence and kind, and kind by kind. clean: sentences in scope, and left alone."""

    all: Figures = field(default_factory=Figures)
    by_kind: dict[str, Figures] = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    in_scope: int = 0
    left_alone: int = 0


def judge(sentences: Iterable[Sentence], wording: Wording) -> list[Judged]:
    """Return each sentence with what the list marks in it, as its reader's text."""
    return [Judged(one, tuple(find_marks({"text": one.text}, wording, to=one.to))) for one in sentences]


def weigh(judged: Sequence[Judged]) -> Result:
    """Return precision and recall. One pair is one sentence and one kind of slip, however many words were marked."""
    result = Result(judged=list(judged))
    for one in judged:
        right = one.found & one.sentence.labels
        for kind in sorted(one.found | one.sentence.labels):
            for figures in (result.all, result.by_kind.setdefault(kind, Figures())):
                figures.right += kind in right
                figures.wrong += kind in one.wrong
                figures.missed += kind in one.missed
        result.in_scope += not one.sentence.labels
        result.left_alone += not one.sentence.labels and not one.marks
    return result


def worst(judged: Iterable[Judged], most: int = 10) -> list[Judged]:
    """Return the worst errors: most kinds wrong first, then what was missed, medicines and brain words before all."""
    grave = Counter({"brain": 4, "medication": 3, "promise": 2, "cause": 2})

    def weight(one: Judged) -> tuple[int, int, str]:
        missed = sum(1 + grave[kind] for kind in one.missed)
        return (-2 * missed - len(one.wrong), -sum(mark.refused for mark in one.marks), one.sentence.id)

    return sorted((one for one in judged if one.missed or one.wrong), key=weight)[:most]
