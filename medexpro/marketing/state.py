"""Where the participants of a screening day stand. Reads only; what may be done, the rules say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max

from medexpro.clearance import state as clearance
from medexpro.clearance.models import PracticeLimit
from medexpro.clearance.rules.evidence import Reading, Sign
from medexpro.clearance.rules.limits import Limit
from medexpro.kernel.reference import Gate
from medexpro.knowledge.library import library
from medexpro.marketing import catalogue
from medexpro.marketing.models import (
    Agreement,
    Lead,
    PageGiven,
    Participant,
    ParticipantResult,
    ScreeningDay,
)
from medexpro.marketing.rules import figures, safety
from medexpro.marketing.rules.stations import REST, Station, is_done
from medexpro.practice.models import Practice

Key = tuple[str, str]


@dataclass(frozen=True)
class Gates:
    """What everybody of one practice is weighed by: our gates in force, and the practice's own limits."""

    ours: Sequence[Gate]
    limits: Sequence[Limit]


@dataclass
class Standing:
    """One participant with everything that was entered, as it stands now. entries: the oldest first, struck ones too."""

    participant: Participant
    entries: list[ParticipantResult] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    pages: list[PageGiven] = field(default_factory=list)
    lead: Lead | None = None
    weighed: safety.Weighed = field(default_factory=lambda: safety.Weighed(safety.Standing.FIRST))

    gates: "Gates | None" = None

    def add(self, entry: ParticipantResult, *, on: date, at: datetime) -> None:
        """Take in an entry that was just kept, and weigh the person anew. Asks nothing."""
        self.entries = sorted([*self.entries, entry], key=lambda one: (one.entered_at, one.pk))
        if self.gates is not None:
            self.weighed = weigh(self, self.gates, on=on, at=at)

    @property
    def standing_entries(self) -> list[ParticipantResult]:
        """Return the entries that were not struck out."""
        return [one for one in self.entries if one.struck_at is None]

    @property
    def taken(self) -> dict[Key, dict[str, Any]]:
        """Return the reading that stands of each measure and side: the newest."""
        return {
            (reading["measure"], reading["side"]): reading
            for entry in self.standing_entries
            for reading in entry.readings
        }

    @property
    def left_out(self) -> dict[str, str]:
        """Return why a station was left out, where that was the last thing said of it and nothing is taken there."""
        found: dict[str, str] = {}
        for entry in self.standing_entries:
            if entry.left_out:
                found[entry.station] = entry.left_out
            else:
                found.pop(entry.station, None)
        return found

    @property
    def asked(self) -> bool:
        """Return whether the question about signs was answered."""
        return any(one.asked for one in self.standing_entries)

    @property
    def last(self) -> ParticipantResult | None:
        """Return the newest entry: where the person was last."""
        return self.standing_entries[-1] if self.standing_entries else None

    def is_done(self, station: Station) -> bool:
        """Return whether everything of a station is taken; at the one at rest, the question is answered too."""
        return is_done(station, self.taken.keys()) and (station.key != REST or self.asked)

    def agreed(self, kind: str) -> Agreement | None:
        """Return the agreement of a kind that is in force."""
        return next((one for one in self.agreements if one.kind == kind and one.withdrawn_at is None), None)

    def got(self, how: str) -> bool:
        """Return whether a page was printed, or its e-mail left or waits."""
        return any(one.how == how and not one.failed_reason for one in self.pages)


def gates_of(practice: Practice) -> Gates:
    """Return what everybody of a practice is weighed by. One query."""
    rows = PracticeLimit.objects.of(practice).filter(ended_at=None).select_related("set_by__user")
    limits = []
    for row in rows:
        row.practice = practice
        limits.append(clearance.as_rule(row))
    return Gates(library().gates_in_force, limits)


def board_of(day: ScreeningDay, *, at: datetime, who: Iterable[Any] | None = None) -> list[Standing]:
    """Return every participant of a day as they stand, by number. Six queries whatever the number of people.

    who: only these participants.
    """
    people = Participant.objects.filter(day=day).order_by("number")
    if who is not None:
        people = people.filter(pk__in=who)
    found = {one.pk: Standing(one) for one in people}
    for entry in _rows(ParticipantResult.objects.filter(day=day).order_by("entered_at", "pk"), found):
        found[entry.participant_id].entries.append(entry)
    for agreed in _rows(Agreement.objects.filter(participant__day=day).order_by("agreed_at", "pk"), found):
        found[agreed.participant_id].agreements.append(agreed)
    for given in _rows(PageGiven.objects.filter(participant__day=day).order_by("at", "pk"), found):
        found[given.participant_id].pages.append(given)
    for lead in _rows(Lead.objects.filter(participant__day=day), found):
        found[lead.participant_id].lead = lead
    weigh_all(day, found.values(), at=at)
    return list(found.values())


def standing_of(participant: Participant, *, at: datetime) -> Standing:
    """Return one participant as they stand. participant: with day at hand."""
    [found] = board_of(participant.day, at=at, who=[participant.pk])
    found.participant = participant
    return found


def _rows(rows: Any, found: Mapping[Any, Standing]) -> Iterable[Any]:
    # Asked for few people, the rows of the others are not read.
    return (
        rows.filter(participant__in=list(found))
        if len(found) < 5
        else (one for one in rows if one.participant_id in found)
    )


def weigh_all(day: ScreeningDay, people: Iterable[Standing], *, at: datetime) -> None:
    """Weigh each person of a day anew. One query."""
    gates = gates_of(day.practice)
    for one in people:
        one.gates = gates
        one.weighed = weigh(one, gates, on=day.held_on, at=at)


def weigh(one: Standing, gates: Gates, *, on: date, at: datetime) -> safety.Weighed:
    """Return where a person stands with the stations that exert, by everything that was entered and not struck out."""
    entries = one.standing_entries
    return safety.weigh(
        gates_in_force=gates.ours,
        limits=gates.limits,
        readings=[
            Reading(measure=reading["measure"], value=Decimal(trial["canonical"]), at=entry.entered_at)
            for entry in entries
            for reading in entry.readings
            if reading["measure"] in safety.AT_REST
            for trial in reading["trials"]
        ],
        signs=[Sign(symptom=sign, at=entry.entered_at) for entry in entries for sign in entry.signs],
        histories=[history for entry in entries for history in entry.histories],
        asked=one.asked,
        age=one.participant.age,
        on=on,
        at=at,
    )


def figures_of(
    day: ScreeningDay, *, at: datetime, board: Sequence[Standing] | None = None
) -> figures.DayFigures:
    """Return the counts of a day; once its participants went, those that were kept then, with what leads became since."""
    leads = list(Lead.objects.filter(source_day=day).values_list("state", flat=True))
    became = sum(state == Lead.State.CLIENT for state in leads)
    if day.figures is not None:
        kept = figures.DayFigures.from_dict(day.figures)
        return figures.DayFigures(**{**vars(kept), "leads": len(leads), "clients": became})
    stations = catalogue.stations_of(day.stations)
    listed = board_of(day, at=at) if board is None else board
    return figures.count(
        [_counted(one, stations) for one in listed],
        [station.key for station in stations],
        leads=len(leads),
        clients=became,
    )


def _counted(one: Standing, stations: Sequence[Station]) -> figures.Person:
    shut = one.weighed.standing in (
        safety.Standing.HOLD,
        safety.Standing.CLOSED,
        safety.Standing.EMERGENCY,
    )
    done = {station.key for station in stations if one.is_done(station)}
    return figures.Person(
        done=frozenset(done),
        left_out=frozenset(one.left_out),
        closed=frozenset(station.key for station in stations if station.exerts and shut),
        printed=one.got(PageGiven.How.PRINT),
        sent=one.got(PageGiven.How.LINK),
        any_result=bool(one.taken),
    )


def next_number(day: ScreeningDay) -> int:
    """Return the number after the highest that is worn."""
    highest = Participant.objects.filter(day=day).aggregate(last=Max("number"))["last"]
    return (highest or 0) + 1
