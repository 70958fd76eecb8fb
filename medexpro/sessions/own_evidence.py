"""What sessions tell of a program's phase: how the last ones were taken, and how many of those booked were kept."""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import CharField, DateTimeField, F, Q, QuerySet, TextField, UUIDField, Value
from django.db.models.functions import Cast

from medexpro.episodes.models import Episode
from medexpro.episodes.reading import once
from medexpro.practice.prepared import Given, Prepared
from medexpro.programs.evidence import Attended, register
from medexpro.programs.rules.facts import Attendance, Done, Visit
from medexpro.programs.rules.making import highest
from medexpro.scheduling.models import Booking, GroupPlace
from medexpro.scheduling.models import State as Booked
from medexpro.sessions.models import ExerciseEntry, SessionLog, SessionReading, SessionState

# Six weeks of two a week: the longest any rule of progression looks back.
VISITS = 12
ATTENDANCE_DAYS = 42
# Columns of words: as many as the widest of the rows has.
WIDTH = 7
RESTING = ("pain_nrs", "bp_systolic", "bp_diastolic", "resting_hr")


def tell() -> None:
    """Tell the programs of sessions, when the app starts."""
    register(attended)


def attended(episode: Episode, at: datetime) -> Attended:
    """Return the last sessions that took place, the oldest first, and attendance. One question, whatever the history."""
    if getattr(episode, "sessions_so_far", 0) is None:
        return Attended()  # A chart has read along that there is none yet.
    return once(episode, f"sessions:attended:{at.date()}", lambda: _attended(episode, at))


def _attended(episode: Episode, at: datetime) -> Attended:
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    beside: dict[Any, dict[str, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
    asked = {"practice": episode.practice_id, "episode": episode.pk, "client": episode.client_id}
    since = at - timedelta(days=ATTENDANCE_DAYS)
    for kind, session, *row in _TOLD(**asked, at=at, since=since):
        rows[kind].append((session, *row))
        beside[session][kind].append(tuple(row))
    visits = [_visit(episode, row, beside[row[0]]) for row in rows["session"]]
    states = [row[2] for row in rows["booking"]]
    attendance = Attendance(states.count(Booked.CAME), states.count(Booked.NO_SHOW))
    return Attended(tuple(sorted(visits, key=lambda visit: visit.at)), attendance)


def _told() -> QuerySet:
    """Return sessions, readings, exercises and bookings as rows of one shape: kind, session, when, then words."""
    of_client = {"practice": Given("practice"), "episode": Given("episode")}
    at, since = Given("at", DateTimeField()), Given("since", DateTimeField())
    took_place = SessionLog.objects.filter(**of_client, opened_at__lte=at, started_at__isnull=False).exclude(
        state=SessionState.VOID
    )
    recent = took_place.order_by("-number").values("pk")[:VISITS]
    passed = (Booked.CAME, Booked.NO_SHOW)
    told = Q(measure__in=RESTING, moment="pre") | Q(measure="pain_nrs", moment="in")
    booked = Booking.objects.filter(**of_client, starts_at__gte=since, starts_at__lte=at, state__in=passed)
    places = GroupPlace.objects.filter(
        **of_client,
        client=Given("client"),
        state__in=passed,
        booking__starts_at__gte=since,
        booking__starts_at__lte=at,
    )
    nothing = Value(None, UUIDField())
    return _shaped(
        took_place.filter(pk__in=recent), "session", F("pk"), "opened_at",
        "response", "number", "findings", "red_flags", "marks", "decision", "state",
    ).union(
        _shaped(SessionReading.objects.filter(told, session__in=recent), "reading", F("session"), "at",
                "measure", "moment", "value"),
        _shaped(ExerciseEntry.objects.filter(session__in=recent, state="done"), "entry", F("session"), "logged_at",
                "exercise", "name", "sets", "target", "effort", "pain", "load_unit"),
        _shaped(booked, "booking", nothing, "starts_at", "state"),
        _shaped(places, "booking", nothing, "booking__starts_at", "state"),
        all=True,
    )  # fmt: skip


def _shaped(rows: QuerySet, kind: str, session: Any, when: str, *words: str) -> QuerySet:
    """Return rows in the shape of the union: every column beyond the third is text, empty ones at the end."""
    columns = {f"w{n}": Cast(name, TextField()) for n, name in enumerate(words)}
    columns |= {f"w{n}": Value(None, TextField()) for n in range(len(words), WIDTH)}
    named = {"kind": Value(kind, CharField()), "of_session": session, "happened": F(when)} | columns
    return rows.order_by().annotate(**named).values_list(*named)


_TOLD = Prepared[tuple[Any, ...]](_told)


def _visit(episode: Episode, row: tuple[Any, ...], beside: dict[str, list[tuple[Any, ...]]]) -> Visit:
    _, at, response, number, findings, flags, marks, noted, state = row
    on, kept = episode.practice.day(at), json.loads(marks or "{}")
    rest: dict[str, Decimal] = {}
    pains = []
    for _, measure, moment, value, *_ in sorted(beside["reading"], key=lambda reading: reading[0]):
        if moment == "pre":
            rest[measure] = Decimal(value).normalize() + 0
        else:
            pains.append(Decimal(value).normalize() + 0)
    signed = state == SessionState.SIGNED or not kept.get("proposed_by")
    return Visit(
        number=int(number), at=at, on=on, rest=rest, work_pain=max(pains, default=None),
        done=tuple(_done(on, entry) for entry in beside["entry"]), response=response or "",
        noted=noted if signed and noted else "", flags=tuple(json.loads(flags or "[]") or ()),
        found=tuple((found.get("action", ""), found["sentence"]) for found in json.loads(findings or "[]")),
        stopped=(kept.get("stopped") or {}).get("observed", ""),
    )  # fmt: skip


def _done(on: Any, entry: tuple[Any, ...]) -> Done:
    _, exercise, name, sets, target, effort, pain, load_unit = entry
    return Done(
        exercise=exercise,
        name=name,
        on=on,
        sets=tuple(
            (Decimal(one["quantity"]), None if one.get("load") is None else Decimal(one["load"]))
            for one in json.loads(sets or "[]")
        ),
        load_unit=load_unit or "",
        effort=None if effort is None else int(effort),
        pain=None if pain is None else int(pain),
        aimed=highest(json.loads(target or "{}").get("effort") or ""),
    )
