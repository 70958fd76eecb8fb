"""What a tablet enters at a station: read by the rules of assessments, weighed first, kept once."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from medexpro.assessments import catalogue as measuring
from medexpro.assessments.rules import trials as trial_rules
from medexpro.assessments.rules.entry import Trial, read_trial
from medexpro.audit.trail import record
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, NotFound, Refusal
from medexpro.marketing import catalogue, events, state
from medexpro.marketing.models import LeftOut, Participant, ParticipantResult, ScreeningDay
from medexpro.marketing.operations.days import refuse_closed
from medexpro.marketing.rules import safety
from medexpro.marketing.rules.stations import REST, Slot, Station
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

# An entry waits on a tablet for an afternoon at most; a clock that says more is wrong.
LONGEST_WAIT = timedelta(hours=12)


class EntryRefused(Refusal):
    """An entry can't be kept so; the sentence stands at its field."""


class StandsAgainst(EntryRefused):
    """The person may not exert themselves. weighed: what stands against it."""

    def __init__(self, sentence: str, weighed: safety.Weighed):
        super().__init__(sentence)
        self.weighed = weighed


class Unusual(EntryRefused):
    """An unusual value that has to be meant. Asked once. typed, unit: as typed; instead: what was probably meant."""

    def __init__(self, sentence: str, *, field: str, typed: str, unit: str, instead: str):
        super().__init__(sentence, field=field)
        self.typed, self.unit, self.instead = typed, unit, instead


@dataclass(frozen=True)
class Typed:
    """What stands in a station's form. values: by the names of its slots. meant: unusual ones that were confirmed.

    unit, way: how it was typed and done, empty for the usual. asked, signs, histories: the question at rest.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    way: str = ""
    meant: Collection[str] = ()
    left_out: str = ""
    asked: bool = False
    signs: Collection[str] = ()
    histories: Collection[str] = ()

    def digest(self, station: str, number: int) -> str:
        """Return a hash of what was typed, where and for whom; the same entry sent again has the same."""
        said = [
            station, number, sorted((k, v.strip()) for k, v in self.values.items() if v.strip()), self.unit, self.way,
            self.left_out, self.asked, sorted(self.signs), sorted(self.histories),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True)
class Entered:
    """An entry that is kept. again: it was here before, and nothing happened now. standing: of the person, after it."""

    result: ParticipantResult
    again: bool
    standing: state.Standing


@transaction.atomic
def enter(
    day: ScreeningDay,
    station_key: str,
    number: int,
    typed: Typed,
    *,
    id: UUID | None = None,
    waited: timedelta = timedelta(0),
    by: Member,
    at: datetime,
) -> Entered:
    """Keep what was entered at a station for the person who wears a number.

    id: made by the tablet, so that an entry sent again is kept once. waited: how long it lay on the tablet; the server's
    clock less that is when it was entered, and of two tablets' entries the one entered last stands.
    Values are read by the rules of assessments: impossible ones raise ReadingRefused at their field, unusual ones
    Unusual until they are meant. A station that exerts is open only to whom the gates let: raises StandsAgainst.
    Raises NotFound for a number nobody wears, Conflict for an id with other contents, DayRefused for a closed day.
    """
    permissions.check(by, Permission.SCREENING_DAYS_MEASURE, day)
    station = _station(day, station_key)
    person = Participant.objects.select_for_update(of=("self",)).filter(day=day, number=number).first()
    if person is None:
        raise EntryRefused(f"Nobody wears number {number} today. Register them first.", field="number")
    person.day, person.practice = day, day.practice
    digest = typed.digest(station.key, number)
    if id and (known := ParticipantResult.objects.filter(pk=id).first()):
        if known.day_id != day.pk:
            raise NotFound("There is no such entry at this day.")
        if known.payload_hash != digest:
            raise Conflict("This entry was sent before with other values. Enter it anew.")
        return Entered(known, True, state.standing_of(person, at=at))
    refuse_closed(day)
    now = state.standing_of(person, at=at)
    if typed.left_out:
        readings: list[dict[str, Any]] = []
        if typed.left_out not in LeftOut.values:
            raise EntryRefused("Choose why it is left out.", field="left_out")
    else:
        if station.exerts and not now.weighed.may_exert:
            raise StandsAgainst(now.weighed.said, now.weighed)
        readings = _read(station, typed)
        _refuse_unasked(station, typed, readings, now)
    moment = at - min(max(waited, timedelta(0)), LONGEST_WAIT)
    result = ParticipantResult.objects.create(
        id=id or uuid7(), practice=day.practice, day=day, participant=person, station=station.key, readings=readings,
        asked=station.key == REST and typed.asked and not typed.left_out,
        signs=sorted(set(typed.signs) & set(safety.SIGNS)) if station.key == REST else [],
        histories=sorted(set(typed.histories) & set(safety.HISTORIES)) if station.key == REST else [],
        left_out=typed.left_out, entered_at=moment, by=by, payload_hash=digest,
    )  # fmt: skip
    record(events.ENTERED, result, by=by, at=at, station=station.key)
    now.add(result, on=day.held_on, at=at)
    return Entered(result, False, now)


@transaction.atomic
def strike(result: ParticipantResult, *, by: Member, at: datetime) -> ParticipantResult:
    """Strike out an entry that was a slip, or another person's. It stays in the history. Twice changes nothing.

    What was taken at rest decides who may exert themselves: only a professional strikes that out.
    """
    rest = result.station == REST
    permissions.check(
        by, Permission.SCREENING_DAYS_RUN if rest else Permission.SCREENING_DAYS_MEASURE, result
    )
    refuse_closed(result.day)
    if result.struck_at is None:
        result.struck_at, result.struck_by = at, by
        result.save(update_fields=["struck_at", "struck_by"])
        record(events.STRUCK, result, by=by, at=at, station=result.station)
    return result


def _station(day: ScreeningDay, key: str) -> Station:
    found = {one.key: one for one in catalogue.stations_of(day.stations)}.get(key)
    if found is None:
        raise NotFound("This day has no such station.")
    return found


def _read(station: Station, typed: Typed) -> list[dict[str, Any]]:
    """Return the readings of what was typed, measure by measure and side by side."""
    way = typed.way or station.way
    if station.ways and way not in station.ways:
        raise EntryRefused("Choose how the test is done.", field="way")
    found = []
    for (measure_id, side), slots in station.by_side():
        kept: list[dict[str, Any]] = []
        for slot in slots:
            text = typed.values.get(slot.name, "")
            if text.strip():
                trial = _trial(slot, text, typed, way, [Decimal(one["canonical"]) for one in kept])
                kept.append(
                    {
                        "n": slot.number, "value": trial.typed, "unit": trial.unit, "canonical": str(trial.value),
                        "meant": slot.name in typed.meant,
                    }
                )  # fmt: skip
        measure = measuring.measure_of(measure_id)
        value = trial_rules.kept_value(measure, [Decimal(one["canonical"]) for one in kept])
        if value is not None:
            found.append(
                {
                    "measure": measure_id, "side": side, "trials": kept, "unit": measure.unit, "way": way if station.ways else "",
                    "value": str(value.quantize(Decimal("0.000001")).normalize() + 0),
                }
            )  # fmt: skip
    if not found and not (station.key == REST and typed.asked):
        first = station.slots[0].name
        raise EntryRefused("Type a value, or say why it is left out.", field=first)
    return found


def _trial(slot: Slot, text: str, typed: Typed, way: str, beside: list[Decimal]) -> Trial:
    measure = measuring.measure_of(slot.measure)
    entry = measuring.entry_of(measure)
    unit = typed.unit or ("s" if entry.course_ways else measure.unit)
    if len(text) > 24:
        raise EntryRefused("This is too long for a reading.", field=slot.name)
    trial = read_trial(
        measure,
        entry,
        text,
        unit,
        way=way,
        beside=beside,
        confirmed=slot.name in typed.meant,
        field=slot.name,
    )
    if trial.question:
        raise Unusual(trial.question, field=slot.name, typed=trial.typed, unit=unit, instead=trial.instead)
    return trial


def _refuse_unasked(
    station: Station, typed: Typed, readings: list[dict[str, Any]], now: state.Standing
) -> None:
    """At rest, both pressures come together, and the question is answered before or with the first reading."""
    if station.key != REST:
        return
    taken = {one["measure"] for one in readings}
    if len(taken & {"bp_systolic", "bp_diastolic"}) == 1:
        missing = "bp_diastolic" if "bp_systolic" in taken else "bp_systolic"
        raise EntryRefused("Type both figures of the pressure.", field=f"{missing}-none-1")
    if not typed.asked and not now.asked:
        raise EntryRefused("Ask about the signs first. “None of these” is an answer.", field="signs")
