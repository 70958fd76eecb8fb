"""Opening, signing and adding to session logs. What happens in between are commands (commands.py)."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from medexpro.audit.trail import record
from medexpro.clearance import operations as clearance_operations
from medexpro.clearance import state as clearance
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Finding, first_obstacle
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.programs import state as programs
from medexpro.scheduling import operations as scheduling
from medexpro.scheduling.models import Booking, State
from medexpro.sessions import events
from medexpro.sessions.gate import Weighing
from medexpro.sessions.models import (
    Addendum,
    Decision,
    ExerciseEntry,
    NotHeld,
    Place,
    SessionLog,
    SessionState,
)
from medexpro.sessions.rules import ending, swapping
from medexpro.sessions.rules.times import floor_closes_at

RUNNING = (SessionState.OPEN, SessionState.READY)
# Nobody has signed it, and something of it can still be entered.
IN_PROGRESS = (*RUNNING, SessionState.HELD)
LOCKED = (SessionState.SIGNED, SessionState.AWAITING_COSIGN)
CLOSED = (*LOCKED, SessionState.VOID)


class SessionRefused(Refusal):
    """The session can't be opened, signed or added to."""

    def __init__(self, sentence: str, *, findings: list | None = None, field: str | None = None):
        super().__init__(sentence, field=field)
        self.findings = findings or []


class SignInNeeded(SessionRefused):
    """Signing asks for a sign-in within five minutes."""


@transaction.atomic
def open_session(
    episode: Episode, *, id: UUID | None = None, group: Booking | None = None, by: Member, at: datetime
) -> SessionLog:
    """Open the session log of today, filled from the program and from last time.

    An unsigned log of the same practice day is opened again instead of making a second one; one that was stopped is
    not: once the provider has answered, a new session begins. id: made by the page, so that a double tap opens one.
    group: the booking of a group the client came with. A home visit that is booked is one in the log too.
    Raises SessionRefused when referral, clearance, status or an open refer-back stands in the way: no session starts
    past them.
    """
    permissions.check(by, Permission.SESSIONS_LOG, episode)
    episode = (
        Episode.objects.select_for_update(of=("self",))
        .select_related("practice", "client")
        .get(pk=episode.pk)
    )
    latest = episode.sessions.order_by("-number").first()
    if (
        latest
        and latest.state in RUNNING
        and episode.practice.day(latest.opened_at) == episode.practice.day(at)
    ):
        return latest

    findings = clearance.weigh_start(episode, episode.practice.day(at))
    if obstacle := first_obstacle(findings, reason="decided at the gate"):
        raise SessionRefused(obstacle.sentence, findings=findings)

    if group is not None:
        scheduling.came_to_group(group, episode, by=by, at=at)
    booked = None if group is not None else scheduling.came_to_session(episode, by=by, at=at)
    session = SessionLog.objects.create(
        id=id or uuid7(),
        practice=episode.practice,
        episode=episode,
        program=programs.program_of(episode),
        number=(latest.number if latest else 0) + 1,
        by=by,
        opened_at=at,
        place=Place.HOME if booked is not None and booked.at_home else Place.SITE,
        marks={"group": str(group.pk)} if group is not None else {},
    )
    _fill(session)
    record(events.OPENED, session, by=by, at=at, number=session.number)
    return session


def open_group(
    booking: Booking, episodes: Sequence[Episode], *, by: Member, at: datetime
) -> tuple[list[SessionLog], list[str]]:
    """Open the log of each client who came to a group, every one for itself; return those open, and why others are not.

    Each is weighed alone: what keeps one from starting keeps no other. Raises SessionRefused on another day than the
    group's, and for what is no group.
    """
    permissions.check(by, Permission.SESSIONS_LOG, booking)
    if not booking.is_group:
        raise NotFound("There is no such group.")
    day = booking.practice.day(booking.starts_at)
    if day != booking.practice.day(at):
        raise SessionRefused(f"The group meets on {day:%a, %b} {day.day}. Its logs open on that day.")
    if booking.state == State.CANCELLED:
        raise SessionRefused("This group is cancelled.")
    opened, refused = [], []
    for episode in episodes:
        try:
            opened.append(open_session(episode, group=booking, by=by, at=at))
        except SessionRefused as refusal:
            refused.append(f"{episode.client}: {refusal}")
    return opened, refused


def _fill(session: SessionLog) -> None:
    """Copy the program's lines and what was done last time into the log, so that one tap confirms."""
    if session.program is None:
        return
    lines = programs.for_session(session.program)
    planned = [line.exercise for line in lines]
    last = last_entries(session.episode, planned, before=session.number)
    said = said_last_time(session.episode, planned, before=session.number)
    ExerciseEntry.objects.bulk_create(
        entry_of(
            session, line, order=order, last=last_of(last.get(line.exercise)) | said.get(line.exercise, {})
        )
        for order, line in enumerate(lines, start=1)
    )


def entry_of(session: SessionLog, line, *, order: int, last: dict[str, Any]) -> ExerciseEntry:
    """Return the unsaved entry of one program line."""
    return ExerciseEntry(
        practice=session.practice, session=session, episode=session.episode, planned=line, exercise=line.exercise,
        name=line.name, category=line.category, part=line.part, order=order, quantity_unit=line.quantity_unit,
        load_unit=line.load_unit or load_unit_of(session),
        target={"sets": line.sets, "quantity": str(line.quantity.normalize() if line.quantity % 1 else int(line.quantity)),
                "load": None if line.load is None else str(line.load), "effort": line.effort, "cue": line.cue},
        last=last,
    )  # fmt: skip


def last_of(entry: ExerciseEntry | None) -> dict[str, Any]:
    """Return what an entry opens with, from the one before it; empty for the first."""
    return {"sets": entry.sets or [], "effort": entry.effort, "pain": entry.pain} if entry else {}


def load_unit_of(session: SessionLog) -> str:
    """Return the unit in which the practice loads an exercise that has no load yet."""
    return "[lb_av]" if session.practice.units == "us" else "kg"


def _before(episode: Episode, number: int, *, back: int) -> QuerySet[ExerciseEntry]:
    """Return the entries of the sessions just before one, the oldest first: cost does not grow with history."""
    recent = episode.sessions.filter(number__lt=number).exclude(state=SessionState.VOID).order_by("-number")
    return ExerciseEntry.objects.filter(session__in=recent.values("pk")[:back]).order_by("session__number")


def last_entries(
    episode: Episode, exercises: Sequence[str], *, before: int, sessions_back: int = 6
) -> dict[str, ExerciseEntry]:
    """Return the latest done entry per exercise, looking a few sessions back. before: the number of the session asking."""
    done = _before(episode, before, back=sessions_back).filter(exercise__in=exercises, state="done")
    return {entry.exercise: entry for entry in done}


def said_last_time(episode: Episode, exercises: Sequence[str], *, before: int) -> dict[str, dict[str, str]]:
    """Return what the session before says of exercises that were left out or swapped, as {"said": words}."""
    rows = _before(episode, before, back=1).filter(exercise__in=exercises, state__in=("skipped", "swapped"))
    words = {entry.exercise: swapping.last_time_words(entry.state, entry.reason) for entry in rows}
    return {exercise: {"said": said} for exercise, said in words.items() if said}


def content_hash(session: SessionLog) -> str:
    """Return the SHA-256 of what a signature covers: readings, entries, minutes, note, decision, answers, a stop."""
    content = {
        "id": str(session.pk),
        "number": session.number,
        "started_at": str(session.started_at),
        "red_flags": session.red_flags,
        "signs": session.signs,
        "answers": session.answers,
        "readings": [
            [reading.measure, str(reading.value), reading.unit, reading.moment, reading.at.isoformat()]
            for reading in session.readings.all()
        ],
        "entries": [
            [entry.exercise, entry.state, entry.sets, entry.effort, entry.pain, entry.reason]
            for entry in session.entries.all()
        ],
        "minutes": session.minutes,
        "place": session.place,
        "note": session.note,
        "response": session.response,
        "decision": [session.decision, session.decision_reason, session.next_plan],
    }
    for mark in ("stopped", "proposed_by"):
        if mark in session.marks:
            content[mark] = session.marks[mark]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@transaction.atomic
def sign(session: SessionLog, *, recently_signed_in: bool, by: Member, at: datetime) -> SessionLog:
    """Sign and lock a session log. An assistant's waits for a professional's co-sign.

    A session that was stopped is signed as stopped, and one of an earlier day as it was left: exercises still open
    count as not done. recently_signed_in: whether the person proved who they are within five minutes. Raises
    SignInNeeded, SessionRefused when the session never passed its gate, stands before a closed gate, has open
    exercises, did not take place, or decides something for the next time without saying why.
    """
    session = _locked(session)
    cosign_later = not by.may(Permission.SESSIONS_SIGN)
    permissions.check(by, Permission.SESSIONS_LOG if cosign_later else Permission.SESSIONS_SIGN, session)
    if session.state in LOCKED:
        raise SessionRefused("This session is signed. Add what is missing as an addendum.")
    if session.state == SessionState.VOID:
        raise SessionRefused("This session did not take place: there is nothing to sign.")
    left = list(session.entries.filter(state="open").values_list("name", flat=True))
    if obstacle := ending.obstacle_to_signing(
        stopped=session.state == SessionState.HELD,
        started=session.started_at is not None,
        gate=session.marks.get("gate", "go"),
        open_exercises=left,
        floor_is_open=at < floor_closes_at(session.opened_at, session.practice.tz),
    ):
        raise SessionRefused(obstacle, field="entries" if left else None)
    if session.decision not in ("", Decision.HOLD) and not session.decision_reason:
        raise SessionRefused("Say in one line why the next time is different.", field="decision")
    if not recently_signed_in:
        raise SignInNeeded("Show that it is you: signing asks for your password or passkey again.")

    session.state = SessionState.AWAITING_COSIGN if cosign_later else SessionState.SIGNED
    session.signed_at, session.signed_by, session.signed_name = at, by, by.signing_name
    session.ended_at = session.ended_at or at
    session.content_hash = content_hash(session)
    session.version += 1
    session.save()
    record(events.SIGNED, session, by=by, at=at, hash=session.content_hash, awaits_cosign=cosign_later)
    weighed = [Finding.from_dict(finding) for finding in session.findings]
    clearance_operations.owe_telling(session.episode, weighed, session_id=session.pk, by=by, at=at)
    return session


@transaction.atomic
def did_not_take_place(
    session: SessionLog, *, why: str, words: str = "", by: Member, at: datetime
) -> SessionLog:
    """Close a log that never started: nobody came, it was cancelled, or opened by mistake. It keeps its number.

    why: one of NotHeld. words: one more line. Doing it twice is doing it once. Raises SessionRefused for a session
    that started, was stopped or signed, and where a finding closed the gate: that goes back to the provider.
    """
    permissions.check(by, Permission.SESSIONS_LOG, session)
    session = _locked(session)
    if session.state == SessionState.VOID:
        return session
    if why not in NotHeld:
        raise SessionRefused("Choose why it did not take place.", field="why")
    if session.state not in RUNNING:
        raise SessionRefused("This session took place: its note is signed, or it was stopped.")
    found = Weighing(session, at=at).found_on_the_floor()
    if obstacle := ending.obstacle_to_leaving_out(
        started=session.started_at is not None, found=[finding.sentence for finding in found]
    ):
        raise SessionRefused(obstacle)
    session.state = SessionState.VOID
    session.marks["void"] = {
        "why": why,
        "words": words.strip()[:240],
        "by": by.signing_name,
        "at": at.isoformat(),
    }
    session.version += 1
    session.save()
    record(events.VOID, session, by=by, at=at, why=why)
    return session


@transaction.atomic
def cosign(session: SessionLog, *, recently_signed_in: bool, by: Member, at: datetime) -> SessionLog:
    """Co-sign an assistant's note; never one's own. Raises SessionRefused, SignInNeeded, NotAllowed."""
    session = _locked(session)
    permissions.check(by, Permission.SESSIONS_COSIGN, session)
    if session.state != SessionState.AWAITING_COSIGN:
        raise SessionRefused("This session does not wait for a co-sign.")
    if session.signed_by_id == by.pk:
        raise NotAllowed("Nobody co-signs their own note.")
    if not recently_signed_in:
        raise SignInNeeded("Show that it is you: signing asks for your password or passkey again.")
    if session.content_hash != content_hash(session):
        raise SessionRefused(
            "The note no longer reads as it was signed. Tell the owner; nothing was changed here."
        )
    session.state = SessionState.SIGNED
    session.cosigned_at, session.cosigned_by, session.cosigned_name = at, by, by.signing_name
    session.version += 1
    session.save()
    record(events.COSIGNED, session, by=by, at=at)
    return session


@transaction.atomic
def add_addendum(
    session: SessionLog, *, text: str, id: UUID | None = None, by: Member, at: datetime
) -> Addendum:
    """Add a dated addition to a signed note. The note itself never changes.

    An assistant adds until the note is co-signed: whoever co-signs reads it. Later it would stand there unread.
    """
    permissions.check(by, Permission.SESSIONS_LOG, session)
    if session.state == SessionState.VOID:
        raise SessionRefused("This session did not take place: there is no note to add to.")
    if session.state not in LOCKED:
        raise SessionRefused("The note is not signed yet; write in the note itself.")
    if session.state == SessionState.SIGNED and not by.may(Permission.SESSIONS_SIGN):
        raise SessionRefused("This note is signed by a professional. Ask them to add it.", field="text")
    if not text.strip():
        raise SessionRefused("Write what you want to add.", field="text")
    if id and (known := Addendum.objects.filter(pk=id).first()):
        if known.session_id != session.pk:
            raise NotFound("There is no such addition to this note.")
        return known
    addendum = Addendum.objects.create(
        id=id or uuid7(), practice=session.practice, session=session, episode=session.episode, text=text.strip(),
        by=by, signed_name=by.signing_name, at=at,
    )  # fmt: skip
    record(events.ADDED, addendum, by=by, at=at, session=str(session.pk))
    return addendum


def _locked(session: SessionLog) -> SessionLog:
    """Return the session's row locked for this transaction, so that no command slips in behind a signature."""
    rows = SessionLog.objects.select_for_update(of=("self",)).select_related(
        "episode__client", "episode__practice", "practice"
    )
    return rows.get(pk=session.pk)
