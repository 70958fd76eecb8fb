"""Measuring: starting an assessment, keeping results, finishing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CharField

from medexpro.assessments import after, catalogue, events, state
from medexpro.assessments.models import Assessment, Goal, Measurement
from medexpro.assessments.operations.goals import met
from medexpro.assessments.rules import goals as goal_rules
from medexpro.assessments.rules import ranges, said, slips
from medexpro.assessments.rules import trials as trial_rules
from medexpro.assessments.rules.entry import RAW_SUM, SECONDS, Entry, Trial, read_trial, speed
from medexpro.assessments.rules.slips import Slip, TwoSides
from medexpro.audit.trail import record as record_event
from medexpro.clearance import state as clearance
from medexpro.clients.models import Side
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Weight
from medexpro.kernel.reference import Measure
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.knowledge.operations import pin
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.prepared import Given, Prepared
from medexpro.web import words

MOST_TRIALS = 6
# Questions and readings at rest tire nobody; everything else waits for clearance.
LONGEST_TYPED = 24
# Results of one measure that are looked at for the last of each side.
LOOKED_AT = 24
# The kind of question that asks whether left and right are swapped.
SIDES = "swapped"
AT_REST = frozenset({"prom", "vital", "symptom", "anthropometric"})


class AssessmentRefused(Refusal):
    """An assessment can't be started, changed or finished so. missing: measure ids, where some are missing."""

    def __init__(self, sentence: str, *, field: str | None = None, missing: Sequence[str] = ()):
        super().__init__(sentence, field=field)
        self.missing = list(missing)


class MeasurementRefused(Refusal):
    """A result can't be kept so."""


class Implausible(MeasurementRefused):
    """An unusual value that has to be meant. Asked once: with `confirmed` it is kept.

    trial: its number, from 1. typed: as typed. instead: what was probably meant, or empty.
    """

    def __init__(self, sentence: str, *, field: str, trial: int, typed: str, unit: str, instead: str):
        super().__init__(sentence, field=field)
        self.trial, self.typed, self.unit, self.instead = trial, typed, unit, instead


class Swapped(MeasurementRefused):
    """Left and right look swapped. Asked once: with `sides_meant` they are kept as typed. side: the one in hand."""

    def __init__(self, sentence: str, *, side: str):
        super().__init__(sentence, field="trial-1")
        self.side = side


# ---- Assessments


@transaction.atomic
def start(
    episode: Episode, kind: str, *, measures: Sequence[str] | None = None, by: Member, at: datetime
) -> Assessment:
    """Start a baseline, a reassessment or a check, or go on with the unfinished one of that kind.

    measures: what to take; without it the protocol's baseline measures, or for a reassessment the protocol's own
    and those of open goals. A check starts empty. Tests of effort wait until nothing stands against a session.
    Raises AssessmentRefused, also when an unfinished one of another kind is open.
    """
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, episode)
    if kind not in Assessment.Kind.values:
        raise AssessmentRefused("Choose baseline, reassessment or a check in between.", field="kind")
    if going_on := state.unfinished(episode):
        if going_on.kind == kind:
            return going_on
        day = words.day(episode.practice.day(going_on.started_at), "short")
        raise AssessmentRefused(
            f"The {going_on.get_kind_display().lower()} of {day} is not finished. Finish it first.",
            field="kind",
        )
    if not episode.is_open:
        raise AssessmentRefused("This episode is closed. Measurements belong to an open one.")
    if kind == Assessment.Kind.REASSESSMENT and not state.finished_baseline(episode):
        raise AssessmentRefused("The baseline comes first: a reassessment compares with it.", field="kind")
    planned = _known(state.plan_for(episode, kind) if measures is None else measures, by)
    if kind != Assessment.Kind.CHECK or tiring(planned, by):
        refuse_unsafe(episode, at)
    try:
        with transaction.atomic():
            assessment = Assessment.objects.create(
                practice=episode.practice, episode=episode, kind=kind, planned=planned, started_at=at, by=by
            )
    except IntegrityError:
        # A double click: the first one's assessment is the one.
        if (first := state.unfinished(episode)) is None:
            raise
        return first
    record_event(events.STARTED, assessment, by=by, at=at, assessment=kind, planned=planned)
    return assessment


@transaction.atomic
def plan(
    assessment: Assessment, *, add: str = "", take_off: str = "", by: Member, at: datetime
) -> Assessment:
    """Add a measure to an unfinished assessment, or take one off again that has no result.

    Raises AssessmentRefused, UnknownMeasure.
    """
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, assessment)
    refuse_finished(assessment)
    planned = list(assessment.planned)
    if add:
        (wanted,) = _known([add], by)
        if not catalogue.can_be_typed(catalogue.measure_of(wanted, by.practice)):
            raise AssessmentRefused("This one is worked out from other values.", field="measure")
        if wanted in planned:
            return assessment
        if tiring([wanted], by):
            refuse_unsafe(assessment.episode, at)
        planned.append(wanted)
    if take_off:
        if assessment.measurements.filter(measure=take_off, removed_at=None).exists():
            raise AssessmentRefused("It has a result. Remove the result first.", field="measure")
        planned = [measure for measure in planned if measure != take_off]
    assessment.planned = planned
    assessment.left_out = {
        key: why for key, why in assessment.left_out.items() if key in planned and key != add
    }
    assessment.save_version(expected=None)
    record_event(events.PLANNED, assessment, by=by, at=at, planned=planned)
    return assessment


@transaction.atomic
def leave_out(assessment: Assessment, *, measure: str, reason: str, by: Member, at: datetime) -> Assessment:
    """Leave a planned measure out, saying why; an empty reason takes it in again. Raises AssessmentRefused."""
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, assessment)
    refuse_finished(assessment)
    if measure not in assessment.planned:
        raise AssessmentRefused("This measure is not planned.", field="measure")
    if reason.strip() and assessment.measurements.filter(measure=measure, removed_at=None).exists():
        raise AssessmentRefused("It has a result. Remove the result first.", field="measure")
    left = {key: why for key, why in assessment.left_out.items() if key != measure}
    if reason.strip():
        left[measure] = reason.strip()[:240]
    assessment.left_out = left
    assessment.save_version(expected=None)
    record_event(events.LEFT_OUT, assessment, by=by, at=at, measure=measure, out=measure in left)
    return assessment


@transaction.atomic
def finish(
    assessment: Assessment, *, left_out: str = "", note: str = "", by: Member, at: datetime
) -> Assessment:
    """Finish an assessment: every planned measure has its result or a reason why not. Goals it reached are met.

    left_out: one reason for everything still missing. Finishing twice changes nothing.
    Raises AssessmentRefused that names what is missing, and with `missing` the measure ids.
    """
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, assessment)
    if assessment.finished_at is not None:
        return assessment
    rows = list(assessment.measurements.filter(removed_at=None))
    if not rows:
        raise AssessmentRefused("Nothing has been measured yet.", missing=assessment.planned)
    open_ones = state.missing(assessment, rows)
    if open_ones and left_out.strip():
        reasons = {one.measure.id: left_out.strip()[:240] for one in open_ones}
        assessment.left_out = assessment.left_out | reasons
        open_ones = []
    if open_ones:
        raise AssessmentRefused(
            f"Still missing: {', '.join(one.words for one in open_ones)}. Take it, or say why it is left out.",
            missing=[one.measure.id for one in open_ones],
        )
    assessment.note = note.strip() or assessment.note
    assessment.finished_at = at
    assessment.save_version(expected=None)
    record_event(
        events.FINISHED, assessment, by=by, at=at, assessment=assessment.kind, taken=len(rows),
        left_out=sorted(assessment.left_out),
    )  # fmt: skip
    _meet_goals(assessment, rows, by=by, at=at)
    after.tell_finished(assessment, by=by, at=at)
    return assessment


def _meet_goals(assessment: Assessment, rows: Sequence[Measurement], *, by: Member, at: datetime) -> None:
    reached = {(row.measure, row.side): row for row in rows}
    baselines: dict[tuple[str, str], Decimal] | None = None
    for goal in Goal.objects.filter(episode=assessment.episode_id, state=Goal.State.OPEN).select_related(
        "episode"
    ):
        row = reached.get((goal.measure, goal.side))
        measure = catalogue.any_measure(goal.measure, by.practice)
        if row is None or measure is None:
            continue
        if baselines is None:
            baselines = state.baselines(assessment.episode)
        if goal_rules.is_reached(measure, baselines.get((goal.measure, goal.side)), goal.target, row.value):
            met(goal, assessment.practice.day(row.measured_at), by=by, at=at)


def _known(measures: Sequence[str], by: Member) -> list[str]:
    return [catalogue.measure_of(measure, by.practice).id for measure in dict.fromkeys(measures)]


def tiring(measures: Sequence[str], by: Member) -> bool:
    return any(catalogue.measure_of(measure, by.practice).category not in AT_REST for measure in measures)


def refuse_unsafe(episode: Episode, at: datetime) -> None:
    findings = clearance.weigh_start(episode, episode.practice.day(at))
    if blocking := [finding for finding in findings if finding.weight == Weight.STOP]:
        raise AssessmentRefused(f"Tests of effort wait: {blocking[0].sentence}")


def refuse_finished(assessment: Assessment) -> None:
    if assessment.finished_at is not None:
        raise AssessmentRefused("This assessment is finished. Start a check to measure something more.")


# ---- Measurements


@transaction.atomic
def record(
    assessment: Assessment,
    *,
    measure: str,
    side: str = Side.NONE,
    trials: Sequence[Mapping[str, Any]],
    device: str = "",
    aid: str = "",
    modified: str = "",
    confirmed: bool = False,
    sides_meant: bool = False,
    expected: int | None = None,
    by: Member,
    at: datetime,
) -> Measurement:
    """Keep one result: its trials as typed, and the value the measure keeps (best, mean or last).

    trials: {value, unit} each, in their order, {n} where one was passed over, {meant} for an
    unusual one that was confirmed; empty ones are left away. unit: as
    typed, empty for the measure's own; "s" over a course, "{raw sum}" where a table converts it. device: the way
    it was done, or the instrument. confirmed: unusual values are meant. sides_meant: so are sides that look swapped.
    expected: the version the page showed, 0 for none; None takes what is there. The same result twice changes nothing.
    Who answered a question, and when, stays with the result.
    Raises MeasurementRefused, ReadingRefused and ScoreRefused at `trial-1` and so on, Implausible for an unusual
    value nobody confirmed yet, Swapped, Conflict when somebody else recorded in between.
    """
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, assessment)
    what = catalogue.measure_of(measure, by.practice)
    side = _side(what, side)
    row = _current(assessment, measure, side)
    if assessment.finished_at is not None and row is None:
        refuse_finished(assessment)
    typed = _typed(trials)
    for name, text, most in (("device", device, 80), ("aid", aid, 80), ("modified", modified, 160)):
        if len(text) > most:
            raise MeasurementRefused(f"At most {most} signs fit here.", field=name)
    device, aid, modified = (_plain(text) for text in (device, aid, modified))
    known = {trial["n"]: trial for trial in row.trials} if row else {}
    beside = _beside(assessment, what)
    kept, questions = _read_trials(what, typed, known, beside.last(side), way=device, confirmed=confirmed)
    value = trial_rules.kept_value(what, [Decimal(trial["canonical"]) for trial in kept])
    if value is None:
        raise MeasurementRefused("Type at least one trial.", field="trial-1")
    if row is None or row.value != value:
        questions += _swapped(what, side, value, beside, meant=sides_meant)
    asked = _answered(row, kept, questions, by=by, at=at)
    fields = {
        "asked": asked, "trials": kept,
        "value": value.quantize(Decimal("0.000001")), "unit": what.unit, "device": device, "aid": aid,
        "modified": modified, "confirmed_implausible": any(trial["meant"] for trial in kept),
    }  # fmt: skip
    if row is not None and all(getattr(row, name) == wanted for name, wanted in fields.items()):
        return row
    _refuse_stale(row, expected)
    if row is None:
        return _first(assessment, what, side, fields, expected, by=by, at=at)
    if assessment.finished_at is not None:
        before = {"trials": row.trials, "value": str(row.value), "by": str(row.by), "until": at.isoformat()}
        row.corrections = [*row.corrections, before]
    for name, wanted in fields.items():
        setattr(row, name, wanted)
    row.by, row.definition = by, pin("measure", measure, by.practice)
    row.save_version(expected=None)
    kind = events.CORRECTED if assessment.finished_at else events.CHANGED
    record_event(
        kind, row, by=by, at=at, client=assessment.client, measure=measure, side=side, version=row.version
    )
    return row


def _first(
    assessment: Assessment,
    what: Measure,
    side: str,
    fields: dict[str, Any],
    expected: int | None,
    *,
    by: Member,
    at: datetime,
) -> Measurement:
    try:
        with transaction.atomic():
            row = Measurement.objects.create(
                practice=assessment.practice, episode=assessment.episode, assessment=assessment, measure=what.id,
                definition=pin("measure", what.id, by.practice), side=side, measured_at=at, by=by, **fields,
            )  # fmt: skip
    except IntegrityError:
        # Two requests side by side: the second finds the first one's row, the same or another.
        there = _current(assessment, what.id, side)
        if there is None:
            raise
        if all(getattr(there, name) == wanted for name, wanted in fields.items()):
            return there
        _refuse_stale(there, expected or 0)
        raise
    if what.id in assessment.left_out:
        assessment.left_out = {key: why for key, why in assessment.left_out.items() if key != what.id}
        assessment.save_version(expected=None)
    record_event(
        events.RECORDED, row, by=by, at=at, client=assessment.client, measure=what.id, side=side,
        trials=len(fields["trials"]), unusual=fields["confirmed_implausible"],
    )  # fmt: skip
    return row


@transaction.atomic
def remove(
    measurement: Measurement, *, reason: str = "", expected: int | None = None, by: Member, at: datetime
) -> Measurement:
    """Remove a result; it stays, marked, and can be put back. In a finished assessment a reason is needed.

    Raises MeasurementRefused, Conflict.
    """
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, measurement)
    if measurement.removed_at is not None:
        return measurement
    if measurement.assessment.finished_at is not None and not reason.strip():
        raise MeasurementRefused("Say why a result of a finished assessment is removed.", field="reason")
    measurement.removed_at, measurement.removed_reason = at, reason.strip()[:240]
    measurement.save_version(expected=expected)
    record_event(
        events.REMOVED, measurement, by=by, at=at, measure=measurement.measure, side=measurement.side
    )
    return measurement


@transaction.atomic
def restore(measurement: Measurement, *, by: Member, at: datetime) -> Measurement:
    """Put a removed result back. Raises MeasurementRefused when another one has taken its place."""
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, measurement)
    if measurement.removed_at is None:
        return measurement
    if _current(measurement.assessment, measurement.measure, measurement.side):
        raise MeasurementRefused("Another result has taken its place. Remove that one first.")
    measurement.removed_at, measurement.removed_reason = None, ""
    measurement.save_version(expected=None)
    record_event(
        events.RESTORED, measurement, by=by, at=at, measure=measurement.measure, side=measurement.side
    )
    return measurement


def _current(assessment: Assessment, measure: str, side: str) -> Measurement | None:
    return _CURRENT.first(assessment=assessment.pk, measure=measure, side=side)


_CURRENT = Prepared[Measurement](
    lambda: (
        Measurement.objects.filter(
            assessment=Given("assessment"), measure=Given("measure", CharField()),
            side=Given("side", CharField()), removed_at=None,
        )
        .select_related("by__user")
        .order_by("pk")[:1]
    )
)  # fmt: skip


def _side(measure: Measure, side: str) -> str:
    if not measure.sides:
        return Side.NONE
    if side not in measure.sides:
        raise MeasurementRefused(f"{measure.name} is kept for each side. Choose left or right.", field="side")
    return side


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()


def _typed(trials: Sequence[Mapping[str, Any]]) -> list[tuple[int, str, str, bool]]:
    """Return (number, text, unit, meant) of the trials that hold something."""
    found = []
    for place, trial in enumerate(trials, 1):
        number, text = int(trial.get("n", place)), _plain(str(trial.get("value", "")))
        if not 1 <= number <= MOST_TRIALS:
            raise MeasurementRefused(f"At most {MOST_TRIALS} trials are kept.", field=f"trial-{MOST_TRIALS}")
        if text:
            found.append((number, text, str(trial.get("unit", "") or ""), bool(trial.get("meant"))))
    return found


@dataclass(frozen=True)
class _Beside:
    """What is known of a measure beside the result in hand: the newest before this assessment, and the other side's."""

    before: Mapping[str, Decimal]
    here: Mapping[str, Decimal]
    asked: bool

    def last(self, side: str) -> list[Decimal]:
        """Return the last value of a side as a list of one, or none."""
        return [self.before[side]] if side in self.before else []


def _beside(assessment: Assessment, measure: Measure) -> _Beside:
    """Return what stands beside a result of the measure. One query."""
    before: dict[str, Decimal] = {}
    here: dict[str, Decimal] = {}
    asked = False
    rows = _NEWEST(episode=assessment.episode_id, measure=measure.id)
    for row in rows:
        if row.assessment_id == assessment.pk:
            here.setdefault(row.side, row.value)
            asked = asked or any(one["kind"] == SIDES for one in row.asked)
        else:
            before.setdefault(row.side, row.value)
    return _Beside(before, here, asked)


_NEWEST = Prepared[Measurement](
    lambda: Measurement.objects.filter(
        episode=Given("episode"), measure=Given("measure", CharField()), removed_at=None
    ).order_by("-measured_at", "-id")[:LOOKED_AT]
)


def _swapped(
    measure: Measure, side: str, value: Decimal, beside: _Beside, *, meant: bool
) -> list[dict[str, Any]]:
    """Return the question whether left and right are swapped, where it was answered; none where there is none.

    Raises Swapped where it was not.
    """
    other = {"left": "right", "right": "left"}.get(side, "")
    if beside.asked or other not in beside.here or not beside.before.keys() >= {"left", "right"}:
        return []
    now = {other: beside.here[other], side: value}
    if not slips.look_swapped(
        TwoSides(now["left"], now["right"]), TwoSides(beside.before["left"], beside.before["right"])
    ):
        return []
    figures = {key: said.figure(measure, one) for key, one in beside.before.items()}
    sentence = f"Left and right look swapped: last time left {figures['left']}, right {figures['right']}."
    if not meant:
        raise Swapped(sentence, side=side)
    return [{"kind": SIDES, "trial": 0, "sentence": sentence}]


def _answered(
    row: Measurement | None,
    trials: Sequence[Mapping[str, Any]],
    questions: Sequence[dict[str, Any]],
    *,
    by: Member,
    at: datetime,
) -> list[dict[str, Any]]:
    """Return every question answered for a result: those that still stand, and those answered now, with who and when."""
    meant = {trial["n"] for trial in trials if trial["meant"]}
    now = {"by": str(by.pk), "name": str(by), "at": at.isoformat()}
    fresh = [question | now for question in questions]
    places = {(one["kind"] == SIDES, one["trial"]) for one in fresh}
    before = [
        one
        for one in (row.asked if row else [])
        if (one["kind"] == SIDES, one["trial"]) not in places
        and (one["kind"] == SIDES or one["trial"] in meant)
    ]
    return [*before, *fresh]


def _read_trials(
    measure: Measure,
    typed: Sequence[tuple[int, str, str, bool]],
    known: Mapping[int, Mapping[str, Any]],
    last: Sequence[Decimal],
    *,
    way: str,
    confirmed: bool,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the trials as they are kept, and the questions that were answered with them.

    last: the last value of this side, or none. A value that was meant before is not asked about again.
    """
    entry = catalogue.entry_of(measure)
    table = catalogue.raw_table(entry)
    kept: list[dict[str, Any]] = []
    questions: list[dict[str, Any]] = []
    for number, text, unit, yes in typed:
        before = known.get(number)
        settled = bool(before and before.get("meant") and before["value"] == text[:LONGEST_TYPED])
        meant = confirmed or yes or settled
        beside = [*last, *(Decimal(one["canonical"]) for one in kept)]
        trial = read_trial(
            measure, entry, text, unit, way=way, table=table, beside=beside, field=f"trial-{number}"
        )
        question = _question(measure, entry, trial, way, beside)
        if question is not None and not meant:
            raise Implausible(
                question.sentence, field=f"trial-{number}", trial=number, typed=trial.typed, unit=trial.unit,
                instead=question.instead,
            )  # fmt: skip
        if question is not None and not settled:
            questions.append({"kind": question.kind, "trial": number, "sentence": question.sentence})
        kept.append(
            {
                "n": number,
                "value": trial.typed[:LONGEST_TYPED],
                "unit": trial.unit,
                "canonical": str(trial.value),
                "meant": question is not None,
            }
        )
    return kept, questions


def _question(
    measure: Measure, entry: Entry, trial: Trial, way: str, beside: Sequence[Decimal]
) -> Slip | None:
    """Return what is asked about a trial: a slip that explains it, else that it is unusual; None where nothing is."""
    if trial.unit != RAW_SUM:
        number, course = ranges.read_number(trial.typed), entry.ways.get(way)
        over = course.course_m if course and trial.unit == SECONDS and entry.course_ways else None
        found = slips.slip_of(
            measure, number, trial.unit, beside, to_value=(lambda typed: speed(over, typed)) if over else None
        )
        if found is not None:
            unit = trial.unit if trial.unit in ranges.units_of(measure) else ""
            here, there = (said.figure(measure, one, unit) for one in (trial.value, beside[0]))
            far = trial.question.removesuffix("Is it right?") or f"{here} is far from {there} before. "
            return Slip(found.kind, f"{far}{found.sentence}", found.instead)
    return Slip("unusual", trial.question, trial.instead) if trial.question else None


def _refuse_stale(row: Measurement | None, expected: int | None) -> None:
    if expected is None or expected == (row.version if row else 0):
        return
    if row is None:
        raise Conflict(
            "Someone removed this result while you were typing. Save again to keep yours.", version=0
        )
    theirs = ", ".join(f"{trial['value']}" for trial in row.trials)
    raise Conflict(
        f"{row.by} has recorded {theirs} here meanwhile. Choose which to keep.",
        theirs={
            "trials": row.trials,
            "value": str(row.value),
            "by": str(row.by),
            "device": row.device,
            "aid": row.aid,
        },
        version=row.version,
    )
