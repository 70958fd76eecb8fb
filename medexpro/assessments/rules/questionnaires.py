"""Questionnaires: what is asked, when the answers count, and how they become the score that is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

import msgspec

from medexpro.kernel.reference import IntervalRow, NormSet, Verification
from medexpro.kernel.refusals import Refusal


class ScoreRefused(Refusal):
    """A score can't be worked out from what was given."""


def raw_sum(items: Sequence[int | None], *, count: int, highest: int = 4, field: str | None = None) -> int:
    """Return the sum of a questionnaire's items. All of them are needed: there is no rule for gaps in these forms.

    items: one answer each from 0 to `highest`, None where there is none. count: how many the form has.
    Raises ScoreRefused naming the first item without an answer or with one outside the scale.

    >>> raw_sum([1, 2, 0, 3, 1, 0, 2], count=7)
    9
    """
    if len(items) != count:
        raise ScoreRefused(f"The form has {count} items; {len(items)} were given.", field=field)
    for number, item in enumerate(items, 1):
        if item is None:
            raise ScoreRefused(
                f"Item {number} has no answer. All {count} are needed for a score.", field=field
            )
        if not 0 <= item <= highest:
            raise ScoreRefused(f"Item {number} runs from 0 to {highest}. You typed {item}.", field=field)
    return sum(item for item in items if item is not None)


def interval_score(table: NormSet, raw: int, *, field: str | None = None) -> IntervalRow:
    """Return the table's row for a raw sum: the interval score from 0 to 100 (100 is best), with its source.

    table: the KOOS JR (raw 0 to 28) or HOOS JR (raw 0 to 24) table.
    Raises ScoreRefused for a raw sum outside the table.
    Source: Lyman S et al. 2016, Clin Orthop Relat Res 474:1461-1471 (KOOS JR) and 474:1472-1482 (HOOS JR).
    """
    for row in table.intervals:
        if row.raw_sum == raw:
            return row
    highest = max((row.raw_sum for row in table.intervals), default=0)
    raise ScoreRefused(f"The raw sum runs from 0 to {highest}. You typed {raw}.", field=field)


def raw_from_interval(table: NormSet, score: Decimal) -> int | None:
    """Return the raw sum behind an interval score of the table, or None when the score is not one of its rows."""
    return next((row.raw_sum for row in table.intervals if row.interval_score == score), None)


# ---- Whole questionnaires: what is asked, and when what was answered still counts


class Method(StrEnum):
    """How the answers become the score.

    mean: of those answered. sum: of all. first: the first item alone; the others are kept beside it. interval: the raw
    sum by its table. percent: the sum of the highest sum those answered could reach. dash: (mean - 1) x 25.
    """

    MEAN = "mean"
    SUM = "sum"
    FIRST = "first"
    INTERVAL = "interval"
    PERCENT = "percent"
    DASH = "dash"


class Shape(StrEnum):
    """items: answered here. activities: the client writes what is rated. totals: only the sum of the paper form."""

    ITEMS = "items"
    ACTIVITIES = "activities"
    TOTALS = "totals"


class Scoring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rule of one form. count: its items. fewest: so many answered still count. places: of the score."""

    method: Method
    count: int
    fewest: int
    lowest: int = 0
    highest: int = 10
    places: int = 0
    table: str = ""


class Questionnaire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One questionnaire as data: what is asked, how it scores, where it is from and on what terms.

    measure: what the score is kept as; empty for our own, which keeps its answers and claims nothing. items: our own or
    free words; empty where the texts are not ours to print. low, high: what the ends of the scale mean. paper: where the
    form is found, for one that is answered as on paper.
    """

    id: str
    version: int
    name: str
    lead: str
    shape: Shape
    scoring: Scoring
    source: str
    licence: str
    verification: Verification
    measure: str = ""
    items: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    paper: str = ""
    rule: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what the answers are called: their numbers."""
        return tuple(str(number) for number in range(1, self.scoring.count + 1))

    @property
    def scale(self) -> range:
        """Return the answers an item may have."""
        return range(self.scoring.lowest, self.scoring.highest + 1)

    def item(self, number: int) -> str:
        """Return what an item asks; its bare number where the text is not ours."""
        return self.items[number - 1] if number <= len(self.items) else f"Item {number}"


@dataclass(frozen=True)
class Score:
    """What came of a form. value: None while it does not count; sentence says why, naming what is missing."""

    value: Decimal | None
    answered: int
    missing: tuple[int, ...]
    raw: int = 0
    sentence: str = ""

    @property
    def counts(self) -> bool:
        """Return whether there is a score."""
        return self.value is not None


@dataclass(frozen=True)
class Given:
    """Answers as they may be kept, and what was wrong with the others, by field."""

    answers: dict[str, str]
    wrong: dict[str, str]


LONGEST_NAME = 120


def questionnaire_from(data: Mapping[str, Any]) -> Questionnaire:
    """Return a questionnaire as the data file describes it. Raises ValueError for one that can't be filled in."""
    try:
        form = msgspec.convert(data, Questionnaire)
    except msgspec.ValidationError as wrong:
        raise ValueError(str(wrong)) from None
    scoring = form.scoring
    if not 1 <= scoring.fewest <= scoring.count or scoring.lowest >= scoring.highest:
        raise ValueError(f"{form.id}: the scoring asks for what can't be")
    if form.items and len(form.items) != scoring.count:
        raise ValueError(f"{form.id}: {len(form.items)} items, scored as {scoring.count}")
    if (scoring.method is Method.INTERVAL) != bool(scoring.table):
        raise ValueError(f"{form.id}: an interval score has a table, no other has")
    if form.shape is Shape.ITEMS and not form.items and not form.paper:
        raise ValueError(f"{form.id}: where is the form to answer from?")
    return form


def read_answers(form: Questionnaire, given: Mapping[str, str]) -> Given:
    """Return what was ticked or typed, as it is kept. An empty one takes an answer back; nothing else is touched.

    An activity keeps its name under `name-1`, its rating under `1`.
    """
    answers: dict[str, str] = {}
    wrong: dict[str, str] = {}
    span = f"from {form.scoring.lowest} to {form.scoring.highest}"
    for key in form.keys:
        text = given.get(key, "").strip()
        if not text:
            continue
        if len(text) <= 3 and text.isascii() and text.isdecimal() and int(text) in form.scale:
            answers[key] = str(int(text))
        else:
            wrong[key] = f"Item {key} runs {span}."
    if form.shape is Shape.ACTIVITIES:
        for key in form.keys:
            name = " ".join(given.get(f"name-{key}", "").replace("\x00", "").split())
            if len(name) > LONGEST_NAME:
                wrong[f"name-{key}"] = f"At most {LONGEST_NAME} signs fit here."
            elif name:
                answers[f"name-{key}"] = name
    return Given(answers, wrong)


def score(form: Questionnaire, answers: Mapping[str, str], table: NormSet | None = None) -> Score:
    """Return the score of a form's answers, or what is missing. In whatever order they were given, it is the same."""
    asked = form.keys
    if form.shape is Shape.ACTIVITIES:
        # What was named is what is asked; a rating without a name rates nothing.
        asked = tuple(key for key in form.keys if answers.get(f"name-{key}"))
    values = {int(key): int(answers[key]) for key in asked if key in answers}
    missing = tuple(int(key) for key in asked if key not in answers)
    if form.shape is Shape.ACTIVITIES and len(asked) < form.scoring.fewest:
        named = f"{len(asked)} named" if asked else "None named yet"
        return Score(
            None,
            len(values),
            missing,
            sentence=f"{named}; {form.scoring.fewest} to {form.scoring.count} activities make a score.",
        )
    if form.scoring.method is Method.FIRST:
        if 1 in missing:
            return Score(None, len(values), (1,), sentence=f"“{form.item(1)}” has no answer.")
        return Score(Decimal(values[1]), len(values), missing, values[1])
    needed = len(asked) if form.shape is Shape.ACTIVITIES else form.scoring.fewest
    if len(values) < needed:
        return Score(None, len(values), missing, sentence=_missing_words(form, missing, needed))
    return _scored(form, sum(values.values()), len(values), missing, table)


def score_of_total(
    form: Questionnaire, total: int, answered: int, table: NormSet | None = None, *, field: str | None = None
) -> Score:
    """Return the score of a paper form from the sum of its answers and how many were answered.

    Raises ScoreRefused for a sum or a number the form can't have, and for too few answers.
    """
    scoring = form.scoring
    if not 0 <= answered <= scoring.count:
        raise ScoreRefused(
            f"The form has {scoring.count} items. You typed {answered} answered.", field="answered"
        )
    if answered < scoring.fewest:
        lacking = scoring.count - answered
        allowed = scoring.count - scoring.fewest
        said = "all are needed" if not allowed else f"at most {allowed} may be missing"
        raise ScoreRefused(f"{lacking} of {scoring.count} are missing; {said} for a score.", field="answered")
    low, high = scoring.lowest * answered, scoring.highest * answered
    if not low <= total <= high:
        raise ScoreRefused(
            f"{answered} answers from {scoring.lowest} to {scoring.highest} add up to {low} to {high}. You typed {total}.",
            field=field or "sum",
        )
    return _scored(form, total, answered, (), table)


def _scored(
    form: Questionnaire, total: int, answered: int, missing: tuple[int, ...], table: NormSet | None
) -> Score:
    scoring = form.scoring
    raw = Decimal(total)
    if scoring.method is Method.INTERVAL:
        if table is None:
            return Score(None, answered, missing, total, "Its table is not in service.")
        return Score(interval_score(table, total).interval_score, answered, missing, total)
    value = {
        Method.MEAN: raw / answered,
        Method.SUM: raw,
        Method.PERCENT: raw * 100 / (scoring.highest * answered),
        Method.DASH: (raw / answered - 1) * 25,
    }[scoring.method]
    return Score(
        value.quantize(Decimal(1).scaleb(-scoring.places), rounding=ROUND_HALF_UP), answered, missing, total
    )


def _missing_words(form: Questionnaire, missing: Sequence[int], needed: int) -> str:
    names = [f"“{form.item(number)}”" if form.items else f"item {number}" for number in missing]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    rule = (
        "All are needed" if needed == form.scoring.count else f"{needed} of {form.scoring.count} are needed"
    )
    if form.shape is Shape.ACTIVITIES:
        rule = "Each named activity needs its rating"
    return f"No answer yet: {listed}. {rule} for a score; what was given is kept."


# ---- When it is asked again

FIRST_VISITS = 3
INTERVAL_DAYS = 30
SOON_DAYS = 5


@dataclass(frozen=True)
class Asked:
    """That a questionnaire is to be filled in. by: the day it is due, None where a visit says so."""

    sentence: str
    late: bool
    by: date | None = None


def asked_for(
    *, answered_on: date | None, visits: int, day: date, every: int = INTERVAL_DAYS
) -> Asked | None:
    """Return whether a client is to fill in a questionnaire on a day, and why; None while nothing is to do.

    Before visit one, by visit three at the latest, then at most every 30 days. answered_on: the last one with a score.
    visits: sessions that took place.

    >>> asked_for(answered_on=None, visits=2, day=date(2026, 10, 13)).sentence
    'No questionnaire yet: by visit 3 at the latest'
    """
    if answered_on is None:
        if visits == 0:
            return Asked("No questionnaire yet: before visit 1", late=False)
        if visits < FIRST_VISITS:
            return Asked(f"No questionnaire yet: by visit {FIRST_VISITS} at the latest", late=False)
        return Asked(f"No questionnaire after {visits} visits", late=True)
    due = answered_on + timedelta(days=min(every, INTERVAL_DAYS))
    if (due - day).days > SOON_DAYS:
        return None
    over = (day - due).days
    if over > 0:
        return Asked(f"Questionnaire {over} day{'s' if over != 1 else ''} over", late=True, by=due)
    return Asked("Questionnaire due again", late=False, by=due)
