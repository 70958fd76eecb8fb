"""Session commands from a tablet: applied once each, in order, or answered with what stands in the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, IntegerField, Q

from medexpro.audit.trail import record
from medexpro.clearance import asked
from medexpro.clearance import operations as clearance
from medexpro.kernel.findings import first_obstacle
from medexpro.kernel.quantities import UnitMismatch, label, to_canonical
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.knowledge.library import library, library_of
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.prepared import Given, Prepared
from medexpro.programs.models import ServiceCategory
from medexpro.programs.rules.fit import check_fit
from medexpro.programs.rules.making import line_of
from medexpro.programs.state import blocks_of
from medexpro.sessions import events, presenters
from medexpro.sessions.gate import Gate, Weighing, parts_of
from medexpro.sessions.models import (
    Decision,
    ExerciseEntry,
    Place,
    Response,
    SessionCommand,
    SessionLog,
    SessionReading,
    SessionState,
)
from medexpro.sessions.operations import LOCKED, last_entries, last_of, load_unit_of
from medexpro.sessions.rules import logging as rules
from medexpro.sessions.rules import swapping, times
from medexpro.sessions.rules.protocol import (
    Command,
    Malformed,
    collides,
    payload_hash,
    read_command,
    target_of,
    waits_for,
)


class CommandRefused(Refusal):
    """A command says no; the findings say why. asks: the same again with `confirmed` is taken."""

    def __init__(
        self, sentence: str, *, findings: list | None = None, field: str | None = None, asks: bool = False
    ):
        super().__init__(sentence, field=field)
        self.findings = findings or []
        self.asks = asks


_SESSION = Prepared[SessionLog](
    lambda: (
        SessionLog.objects.select_for_update(of=("self",))
        .select_related("episode__client", "episode__surgery", "episode__referral", "program")
        .filter(practice=Given("practice"), pk=Given("session"))
        .annotate(**asked.beside("episode"))
    )
)
# The command itself, should it have come before, and those of its device from the one before it on.
_BEFORE = Prepared[SessionCommand](
    lambda: SessionCommand.objects.filter(
        Q(practice=Given("practice"), id=Given("id"))
        | Q(
            session=Given("session"),
            device=Given("device", CharField()),
            seq__gte=Given("seq", IntegerField()),
        )
    ).only("id", "session", "device", "seq", "payload_hash", "outcome", "answer")
)


@dataclass
class Work:
    """One command being applied: the locked session and who is asking. at: now; happened: when it was entered."""

    session: SessionLog
    command: Command
    by: Member
    at: datetime
    happened: datetime
    touched: dict[str, Any] = field(default_factory=dict)
    gate: Gate | None = None
    weighing: Weighing = field(init=False)

    def __post_init__(self) -> None:
        self.weighing = Weighing(self.session, at=self.at)

    @property
    def body(self) -> dict[str, Any]:
        return self.command.body


def apply(data: Any, *, by: Member, at: datetime) -> dict[str, Any]:
    """Apply one command and return its answer.

    answer["outcome"]: applied, duplicate (the first answer again), waiting (send `expected` first),
    conflict (both versions inside), refused (a sentence and findings inside), mismatch (the id was used
    for something else: 409) or malformed (400). Everything but waiting, mismatch and malformed is stored,
    so nothing a person entered is lost, even when it was refused.
    at: the server's time; the device's is kept beside it and says only how long the command waited. Raises NotFound
    and NotAllowed where this member may not write in the session; then nothing is stored.
    """
    try:
        command = read_command(data)
    except Malformed as error:
        return {"outcome": "malformed", "sentence": f"This entry can’t be read: {error}"}
    with transaction.atomic():
        return _apply(command, by=by, at=at)


def _apply(command: Command, *, by: Member, at: datetime) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": str(command.id)}
    if command.practice != by.practice_id:
        raise NotFound("There is no such session in this practice.")
    session = _SESSION.first(practice=by.practice_id, session=command.session)
    if session is None:
        raise NotFound("There is no such session in this practice.")
    session.practice = session.episode.practice = by.practice
    permissions.check(by, Permission.SESSIONS_LOG, session)

    hashed = payload_hash(command)
    before = _BEFORE(
        practice=by.practice_id, id=command.id, session=session.pk, device=command.device, seq=command.seq - 1
    )
    if known := next((one for one in before if one.id == command.id), None):
        if known.payload_hash != hashed:
            return answer | {
                "outcome": "mismatch",
                "sentence": "This entry’s number was used for another entry.",
            }
        return answer | _again(known, session, at=at)
    last = max((one.seq for one in before), default=0) or _last_seq(session, command)
    if expected := waits_for(command.seq, last):
        return answer | {"outcome": "waiting", "expected": expected}
    if command.seq <= last:
        return answer | {"outcome": "mismatch", "sentence": "This entry’s place was used for another entry."}

    work = Work(session, command, by, at, _happened(session, command, at=at))
    target = target_of(command)
    touched = session.marks.get("touched", {})
    if closed := _closed_words(work):
        outcome = "refused"
        answer |= {"sentence": closed, "field": None, "findings": []}
    elif collides(target, base_version=command.base_version, device=command.device, touched=touched):
        outcome = "conflict"
        answer |= {
            "sentence": "Someone else changed this on another device. Both are kept; choose one.",
            "theirs": presenters.target_value(session, target),
            "mine": command.body,
            "target": target,
        }
    else:
        outcome, said = _run(work)
        answer |= said
    if outcome == "applied":
        session.version += 1
        session.marks["clocks"] = session.marks.get("clocks", {}) | {
            command.device: work.happened.isoformat()
        }
        if target:
            touched[target] = {"version": session.version, "device": command.device}
            session.marks["touched"] = touched
        session.save()
    else:
        session.refresh_from_db(fields=["version"])
        record(events.REFUSED, session, by=by, at=at, outcome=outcome, command=command.kind)
    answer |= {"version": session.version}
    SessionCommand.objects.create(
        id=command.id, practice_id=by.practice_id, session=session, member=by, device=command.device, seq=command.seq,
        kind=command.kind, body=command.body, payload_hash=hashed, device_at=command.at, received_at=at,
        outcome=outcome, answer=answer,
    )  # fmt: skip
    if work.gate:
        answer["gate"] = presenters.gate_state(session, work.gate, at=at)
    return answer | {"outcome": outcome}


def _happened(session: SessionLog, command: Command, *, at: datetime) -> datetime:
    before = session.marks.get("clocks", {}).get(command.device)
    return times.happened_at(
        at=command.at,
        sent_at=command.sent_at,
        received_at=at,
        opened_at=session.opened_at,
        not_before=datetime.fromisoformat(before) if before else None,
    )


def _closed_words(work: Work) -> str:
    """Return why a log takes this command no more, in words; "" while it does."""
    session, kind = work.session, work.command.kind
    if session.state in LOCKED:
        return "The note is signed. Add this as an addendum."
    if session.state == SessionState.VOID:
        return "This session did not take place. Open today’s session."
    if session.state == SessionState.HELD and kind not in times.AFTER_A_STOP:
        return (
            "This session was stopped: write its note and sign it. Exercise waits for the provider’s answer."
        )
    tz = session.practice.tz
    closes_at = times.floor_closes_at(session.opened_at, tz)
    if times.is_of_another_day(kind, happened=work.happened, closes_at=closes_at):
        return times.another_day_words(session.practice.day(session.opened_at))
    return ""


def _again(known: SessionCommand, session: SessionLog, *, at: datetime) -> dict[str, Any]:
    """Return the answer to a command that was taken already: what was said, and the gate as it stands now.

    The gate of that time is not kept with the command: it may have closed since. The version is that of the first
    answer: a tablet that was told today's would pass for one that has seen what others changed.
    """
    gate = presenters.gate_state(session, Weighing(session, at=at).gate(), at=at)
    return known.answer | {"outcome": "duplicate", "first": known.outcome, "gate": gate}


def _last_seq(session: SessionLog, command: Command) -> int:
    """Return the number of the last command taken from a device; 0 before the first."""
    if command.seq == 1:
        return 0
    rows = SessionCommand.objects.filter(session=session, device=command.device).order_by("-seq")
    return rows.values_list("seq", flat=True).first() or 0


def _run(work: Work) -> tuple[str, dict[str, Any]]:
    try:
        with transaction.atomic():  # A refused command leaves nothing half-written.
            HANDLERS[work.command.kind](work)
    except CommandRefused as refusal:
        return "refused", {
            "sentence": refusal.sentence,
            "field": refusal.field,
            "findings": [finding.as_dict() for finding in refusal.findings],
            "ask": refusal.asks,
        }
    except (rules.Impossible, NotAllowed) as refusal:
        return "refused", {"sentence": str(refusal), "field": None, "findings": []}
    return "applied", {}


# ---- What each kind does


def _reading(work: Work) -> None:
    measure = library_of(work.by.practice).measures.get(work.body.get("measure", ""))
    # Without a word a reading taken after the start was taken at work; a rested recheck says so.
    moment = work.body.get("moment", "in" if work.session.started_at else "pre")
    if measure is None or moment not in ("pre", "in", "post"):
        raise CommandRefused("There is no such reading.")
    if moment != "pre" and work.session.started_at is None:
        raise CommandRefused("The session has not started: this is a resting reading.", field=measure.id)
    unit = work.body.get("unit") or measure.unit
    typed = rules.number_in(work.body.get("value"), Decimal(-1000), Decimal(100000), measure.name)
    try:
        value = to_canonical(typed, unit, measure.unit)
    except UnitMismatch:
        raise CommandRefused(f"{measure.name} can’t be given in {unit}.", field=measure.id) from None
    if not measure.valid_range.holds(value):
        low, high = measure.valid_range.min, measure.valid_range.max
        raise CommandRefused(
            f"{measure.name} can be {low:f} to {high:f}, not {typed:f}. Measure again.", field=measure.id
        )
    usual = measure.plausible_range
    unusual = not usual.holds(value)
    if unusual and work.body.get("confirmed") is not True:
        raise CommandRefused(
            f"{typed:f} {label(measure.unit)} is unusual: most lie between {usual.min:f} and {usual.max:f}. Is it right?",
            field=measure.id, asks=True,
        )  # fmt: skip
    SessionReading.objects.create(
        practice=work.session.practice, session=work.session, episode=work.session.episode, measure=measure.id,
        value=value, unit=measure.unit, moment=moment, at=work.happened,
    )  # fmt: skip
    record(
        events.READING, work.session, by=work.by, at=work.at, measure=measure.id, moment=moment,
        **({"unusual_confirmed": True} if unusual else {}),
    )  # fmt: skip
    _weigh(work)


def _red_flags(work: Work) -> None:
    items = work.body.get("items")
    known = set(library().symptoms) | set(library().histories)
    if not isinstance(items, list) or not set(items) <= known:
        raise CommandRefused("Answer each red flag, or choose “None of these”.", field="red_flags")
    before = set(work.session.red_flags or [])
    if before - set(items):
        raise CommandRefused(
            "A red flag said today stays for today; the provider’s answer clears it.", field="red_flags"
        )
    clearance.note_since_last_visit(
        work.session.episode, sorted(set(items) - before), by=work.by, at=work.happened
    )
    work.session.red_flags, work.session.red_flags_at = sorted(items), work.happened
    record(events.RED_FLAGS, work.session, by=work.by, at=work.at, items=work.session.red_flags)
    _weigh(work)


def _signs(work: Work) -> None:
    """Add today's signs. None is an answer; what was said today stays for today."""
    items = work.body.get("items")
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise CommandRefused("Choose the signs, or “None of these”.", field="signs")
    if not set(items) <= set(library().symptoms):
        raise CommandRefused("There is no such sign.", field="signs")
    said = list(work.session.signs or [])
    known = {one["symptom"] for one in said}
    at, when = work.happened.isoformat(), "in" if work.session.started_at else "pre"
    work.session.signs = said + [
        {"symptom": item, "at": at, "when": when} for item in items if item not in known
    ]
    record(events.SIGNS, work.session, by=work.by, at=work.at, items=items)
    _weigh(work)


def _answer(work: Work) -> None:
    permissions.check(work.by, Permission.CLEARANCE_DECIDE, work.session)
    reason, code = str(work.body.get("reason", "")).strip(), str(work.body.get("code", ""))
    if not reason:
        raise CommandRefused("Write what the provider answered, or why you go on.", field="reason")
    gate = work.weighing.gate()
    if code not in gate.verdict.undecided:
        raise CommandRefused("This finding does not wait for a decision.", findings=gate.findings)
    work.session.answers = work.session.answers | {
        code: {"reason": reason[:1000], "by": str(work.by), "at": work.at.isoformat()}
    }
    record(events.DECIDED, work.session, by=work.by, at=work.at, finding=code)
    _weigh(work)


def _weigh(work: Work) -> Gate:
    """Weigh the gate again and keep what it says; a change of closed or open is in the trail."""
    session = work.session
    was_closed = bool(session.findings) and session.marks.get("gate") not in (None, "go")
    work.gate = gate = work.weighing.gate()
    session.findings = [finding.as_dict() for finding in gate.findings]
    session.marks["gate"] = gate.verdict.state.value
    codes = [finding.code for finding in gate.findings if not finding.code.endswith("-not-taken")]
    if not gate.verdict.may_start and codes and not was_closed:
        record(events.GATE_CLOSED, session, by=work.by, at=work.at, findings=codes)
    elif gate.verdict.may_start and was_closed:
        record(events.GATE_CLEARED, session, by=work.by, at=work.at)
    return gate


def _start(work: Work) -> None:
    gate = _weigh(work)
    if obstacles := work.weighing.start_stops:
        raise CommandRefused(obstacles[0].sentence, findings=obstacles)
    if not gate.verdict.may_start:
        raise CommandRefused(gate.verdict.sentence, findings=gate.findings)
    if work.session.started_at is None:
        work.session.started_at = work.happened
        record(events.STARTED, work.session, by=work.by, at=work.at)


def _uuid(value: Any) -> UUID | None:
    """Return an id as sent by a device, or None for what is none."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _entry(work: Work) -> ExerciseEntry:
    wanted = _uuid(work.body.get("entry"))
    entry = next((entry for entry in work.weighing.entries if entry.pk == wanted), None)
    if entry is None:
        raise CommandRefused("This exercise is not in the session.")
    return entry


def _check_going(work: Work, parts: frozenset[str]) -> None:
    """Refuse work on the floor before the session started, or in a part the gate closed."""
    if work.session.started_at is None:
        raise CommandRefused("The session has not started: finish the gate first.")
    gate = work.gate or work.weighing.gate()
    if not gate.verdict.may_start:
        raise CommandRefused(gate.verdict.sentence, findings=gate.findings)
    if shut := parts & gate.verdict.closed:
        stop = next((finding for finding in gate.findings if finding.closes in shut), None)
        raise CommandRefused(stop.sentence if stop else gate.verdict.sentence, findings=gate.findings)


def _log(work: Work) -> None:
    entry = _entry(work)
    # A slip of the finger in an exercise already logged may be put right, though it closed that exercise.
    own = {f"exercise:{entry.exercise}"} if entry.state == "done" else set()
    _check_going(work, parts_of(work.session, entry) - own)
    effort, pain = (
        rules.read_score(work.body.get("effort"), "Effort"),
        rules.read_score(work.body.get("pain"), "Pain"),
    )
    sets = rules.read_sets(work.body.get("sets"), entry.quantity_unit)
    reason = str(work.body.get("reason", "")).strip()[:240]
    program = work.session.program
    over = program and (
        (effort is not None and effort > program.effort_ceiling)
        or (pain is not None and pain > program.pain_ceiling)
    )
    if over and not reason:
        raise CommandRefused("This is over the ceiling. Say what you did about it.", field="reason")
    entry.state, entry.sets, entry.effort, entry.pain, entry.reason = "done", sets, effort, pain, reason
    entry.logged_at = work.happened
    entry.save()
    record(
        events.LOGGED, work.session, by=work.by, at=work.at, exercise=entry.exercise, over_ceiling=bool(over)
    )
    if effort is not None or pain is not None:
        _weigh(work)


def _unlog(work: Work) -> None:
    entry = _entry(work)
    if entry.state == "swapped":  # Taken back: what stood in its place leaves, unless it is logged already.
        instead = work.session.entries.filter(order=entry.order, state="open").exclude(pk=entry.pk)
        instead.update(state="swapped", reason=f"{swapping.BACK}{entry.name}"[:240])
    entry.state, entry.sets, entry.effort, entry.pain, entry.reason = "open", [], None, None, ""
    entry.save()
    record(events.LOGGED, work.session, by=work.by, at=work.at, exercise=entry.exercise, undone=True)


def _skip(work: Work) -> None:
    entry = _entry(work)
    reason = str(work.body.get("reason", "")).strip()
    if not reason:
        raise CommandRefused("Say why it is left out.", field="reason")
    entry.state, entry.reason, entry.sets = "skipped", reason[:240], []
    entry.save()
    record(events.LOGGED, work.session, by=work.by, at=work.at, exercise=entry.exercise, skipped=True)


def _new_entry(
    work: Work, exercise_id: str, order: int, *, instead_of: str = "", why: str = ""
) -> ExerciseEntry:
    """Add an exercise of the library to the session, opened with what was done of it the last time.

    The precautions are weighed as in a program: what they block enters no session, and what they ask a reason for
    enters with one, from a member who may change programs.
    """
    exercise = library_of(work.by.practice).exercises.get(exercise_id)
    if exercise is None:
        raise CommandRefused("There is no such exercise in the library.", field="exercise")
    findings = check_fit(exercise, blocks_of(work.session.episode))
    reason = why if work.by.may(Permission.PROGRAMS_EDIT) else ""
    if obstacle := first_obstacle(findings, reason=reason):
        raise CommandRefused(obstacle.sentence, findings=findings, field="exercise")
    line, new = line_of(exercise), _uuid(work.body.get("new_entry")) or work.command.id
    if ExerciseEntry.objects.filter(pk=new).exists():
        raise CommandRefused("This exercise is in a session already.", field="exercise")
    before = last_entries(work.session.episode, [exercise.id], before=work.session.number)
    replaces = {"instead_of": instead_of, "why": why} if instead_of else {}
    return ExerciseEntry.objects.create(
        id=new, practice=work.session.practice, session=work.session,
        episode=work.session.episode, exercise=exercise.id, name=exercise.name, category=line.category, part=line.part,
        order=order, quantity_unit=line.unit, load_unit=load_unit_of(work.session),
        target={"sets": line.sets, "quantity": str(line.quantity), "load": None, "effort": str(line.effort),
                "cue": exercise.cues[:160]} | replaces,
        last=last_of(before.get(exercise.id)),
    )  # fmt: skip


def _swap(work: Work) -> None:
    entry = _entry(work)
    if entry.state == "swapped":
        raise CommandRefused("This exercise is swapped already.", field="exercise")
    if entry.state == "done":  # What was said of it closes gates; a swap must not make that unsaid.
        raise CommandRefused("This exercise is logged. What was done stays.", field="exercise")
    why = str(work.body.get("reason", "")).strip()[:160]
    wanted = str(work.body.get("exercise", ""))
    new = _new_entry(work, wanted, entry.order, instead_of=entry.name, why=why)
    entry.state, entry.reason = "swapped", swapping.swapped_words(new.name, why)[:240]
    entry.save()
    record(
        events.LOGGED, work.session, by=work.by, at=work.at, exercise=entry.exercise, swapped_for=new.exercise
    )


def _add(work: Work) -> None:
    last = work.session.entries.order_by("-order").values_list("order", flat=True).first() or 0
    new = _new_entry(work, str(work.body.get("exercise", "")), last + 1)
    record(events.LOGGED, work.session, by=work.by, at=work.at, exercise=new.exercise, added=True)


def _minutes(work: Work) -> None:
    until = min(work.happened, work.session.ended_at or work.happened)
    elapsed = (until - work.session.opened_at).total_seconds()
    seconds = rules.read_minutes(work.body.get("seconds"), set(ServiceCategory.values), elapsed)
    work.session.minutes = seconds


def _note(work: Work) -> None:
    text = work.body.get("text", "")
    if not isinstance(text, str) or len(text) > 4000:
        raise CommandRefused(
            "A note has room for 4,000 characters. Shorten it; nothing was lost.", field="note"
        )
    work.session.note = text
    record(events.WROTE, work.session, by=work.by, at=work.at, fields=["note"])


def _close(work: Work) -> None:
    decision, response = str(work.body.get("decision") or ""), str(work.body.get("response") or "")
    if decision and decision not in Decision:
        raise CommandRefused("Choose advance, hold, step back or stop.", field="decision")
    if response and response not in Response:
        raise CommandRefused("Choose how the client took the session.", field="response")
    session, reason = work.session, str(work.body.get("reason", "")).strip()[:240]
    next_plan = str(work.body.get("next_plan", "")).strip()[:240]
    # What comes next time is a professional's to decide: from anyone else it is a proposal until the co-sign.
    if (decision, reason, next_plan) != (session.decision, session.decision_reason, session.next_plan):
        session.marks.pop("proposed_by", None)
        if decision and not work.by.may(Permission.SESSIONS_SIGN):
            session.marks["proposed_by"] = work.by.signing_name
    session.decision, session.response = decision, response
    session.decision_reason, session.next_plan = reason, next_plan
    record(events.WROTE, work.session, by=work.by, at=work.at, fields=["decision", "response", "next_plan"])


def _place(work: Work) -> None:
    place = work.body.get("place")
    if place not in Place:
        raise CommandRefused("Choose where the session takes place.", field="place")
    work.session.place = str(place)
    record(events.WROTE, work.session, by=work.by, at=work.at, fields=["place"])


def _ready(work: Work) -> None:
    work.session.state = SessionState.READY
    record(events.READY, work.session, by=work.by, at=work.at)


def _hold(work: Work) -> None:
    """Record and hold: the finding as observed goes back to the provider, the episode is put on hold.

    The log stays stopped for good, and is signed as that. The next session is a new one, once the episode may start.
    """
    gate = _weigh(work)
    observed = str(work.body.get("observed", "")).strip() or gate.verdict.sentence
    work.session.state, work.session.ended_at = SessionState.HELD, work.happened
    work.session.marks["stopped"] = {"at": work.happened.isoformat(), "observed": observed[:1000]}
    clearance.refer_back(
        work.session.episode,
        trigger=next((finding.code for finding in gate.findings if finding.weight == "stop"), "observed"),
        observed=observed,
        findings=gate.findings,
        by=work.by,
        at=work.at,
    )
    record(events.HELD, work.session, by=work.by, at=work.at)


HANDLERS: dict[str, Callable[[Work], None]] = {
    "reading": _reading,
    "red_flags": _red_flags,
    "signs": _signs,
    "answer": _answer,
    "start": _start,
    "log": _log,
    "unlog": _unlog,
    "skip": _skip,
    "swap": _swap,
    "add": _add,
    "minutes": _minutes,
    "note": _note,
    "close": _close,
    "place": _place,
    "ready": _ready,
    "hold": _hold,
}
