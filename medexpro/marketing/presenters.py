"""Screening days in words and marks: the list, the board, a station's fields, a person's entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from medexpro.assessments import catalogue as measuring
from medexpro.assessments.presenters import unit_name
from medexpro.assessments.rules.entry import units_for
from medexpro.kernel import quantities
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.library import library
from medexpro.marketing import catalogue
from medexpro.marketing.models import AgreementKind, LeftOut, PageGiven, ScreeningDay
from medexpro.marketing.operations.measuring import Typed, Unusual
from medexpro.marketing.rules import safety
from medexpro.marketing.rules.figures import DayFigures
from medexpro.marketing.rules.safety import Standing
from medexpro.marketing.rules.stations import REST, Slot, Station
from medexpro.marketing.state import Standing as Person
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.web import words

# Word and look of where somebody stands with the stations that exert.
STANDINGS = {
    Standing.FIRST: ("Pressure first", ""),
    Standing.OPEN: ("Open", "ok"),
    Standing.HOLD: ("Rests", "hold"),
    Standing.CLOSED: ("No exertion", "stop"),
    Standing.EMERGENCY: ("Needs help now", "stop"),
}
SEXES = {"female": "woman", "male": "man"}
HALVES = {"bp_systolic": "Systolic", "bp_diastolic": "Diastolic"}


# ---- Days


def day_row(day: Any, member: Member, today: date) -> dict[str, Any]:
    """Return one line of the list. A member who does not work the day is led to its figures."""
    works = any(
        member.may(one)
        for one in (
            Permission.SCREENING_DAYS_RUN,
            Permission.SCREENING_DAYS_REGISTER,
            Permission.SCREENING_DAYS_MEASURE,
        )
    )
    figures = DayFigures.from_dict(day.figures) if day.figures else None
    when = "Today" if day.held_on == today else words.day(day.held_on)
    if day.cleared_at:
        said, look = "Only figures left", ""
    elif day.closed_at:
        said, look = "Closed", ""
    elif day.held_on > today:
        said, look = "Ahead", "info"
    else:
        said, look = "Open", "ok"
    return {
        "day": day, "when": when, "said": said, "look": look, "people": figures.registered if figures else day.people,
        "url": reverse("marketing:day" if works and not day.cleared_at else "marketing:figures", args=[day.pk]),
        "stations": ", ".join(one.short for one in catalogue.stations_of(day.stations)),
    }  # fmt: skip


def goes_on(day: ScreeningDay) -> str:
    """Return when the participants of a day go, in a sentence."""
    if day.cleared_at:
        gone = words.day(day.practice.day(day.cleared_at))
        return f"The participants were let go of on {gone}, except leads who are in touch. The counts stay."
    last = day.held_on + timedelta(days=day.practice.screening_keep_days)
    return f"Participants who are no leads are let go of after {words.day(last)}. The counts stay."


def station_figures(figures: DayFigures) -> list[dict[str, Any]]:
    """Return the counts of each station with its name."""
    names = catalogue.stations()
    return [
        {"name": names[one.key].name if one.key in names else one.key, "figures": one}
        for one in figures.stations
    ]


# ---- The board


@dataclass(frozen=True)
class Mark:
    """One cell of the board: a state for the eye, and the words for who hears it."""

    state: str
    words: str
    station: str


def board(day: ScreeningDay, people: Sequence[Person], member: Member, *, only: str = "") -> dict[str, Any]:
    """Return the board: marks by person and station, counts above. only: "missing" or "stopped" people."""
    stations = catalogue.stations_of(day.stations)
    rows = [_board_row(one, stations, day) for one in people]
    shown = {
        "missing": [row for row in rows if row["missing"]],
        "stopped": [row for row in rows if row["stopped"]],
    }.get(only, rows)
    return {
        "stations": stations,
        "rows": shown,
        "people": len(rows),
        "missing": sum(bool(row["missing"]) for row in rows),
        "stopped": sum(row["stopped"] for row in rows),
        "done": sum(not row["missing"] for row in rows),
        "urgent": [row for row in rows if row["urgent"]],
    }


def _board_row(one: Person, stations: Sequence[Station], day: ScreeningDay) -> dict[str, Any]:
    standing = one.weighed.standing
    stopped = standing in (Standing.HOLD, Standing.CLOSED, Standing.EMERGENCY)
    marks = [_mark(one, station, stopped) for station in stations]
    said, look = STANDINGS[standing]
    last = one.last
    where = ""
    if last is not None:
        known = catalogue.stations().get(last.station)
        where = (
            f"{known.short if known else last.station}, {words.clock(day.practice.local(last.entered_at))}"
        )
    missing = [mark.station for mark in marks if mark.state in ("open", "part")]
    if standing is Standing.HOLD:
        missing.append("Second measuring at rest")
    return {
        "person": one.participant, "marks": marks, "said": said, "look": look, "stopped": stopped, "where": where,
        "missing": missing,
        "urgent": standing is Standing.EMERGENCY, "page": _page_word(one), "lead": one.lead is not None,
        "url": reverse("marketing:person", args=[one.participant.pk]),
    }  # fmt: skip


def _mark(one: Person, station: Station, stopped: bool) -> Mark:
    if one.is_done(station):
        return Mark("done", f"{station.name}: done", station.short)
    if station.key in one.left_out:
        why = LeftOut(one.left_out[station.key]).label.lower()
        return Mark("left", f"{station.name}: left out, {why}", station.short)
    if station.exerts and stopped:
        return Mark("shut", f"{station.name}: not today", station.short)
    if any(part in one.taken for part in station.parts):
        return Mark("part", f"{station.name}: half done", station.short)
    return Mark("open", f"{station.name}: missing", station.short)


def _page_word(one: Person) -> str:
    found = []
    if one.got(PageGiven.How.PRINT):
        found.append("printed")
    if one.got(PageGiven.How.LINK):
        found.append("sent")
    elif any(page.failed_reason for page in one.pages):
        found.append("sending failed")
    elif one.agreed(AgreementKind.PAGE):
        found.append("to send")
    return ", ".join(found)


def roster_row(one: Person, stations: Sequence[Station]) -> dict[str, Any]:
    """Return what a tablet at a station knows of a person. No value, only where they stand."""
    person = one.participant
    said, look = STANDINGS[one.weighed.standing]
    return {
        "number": person.number, "name": person.first_name, "about": about(person), "may": one.weighed.may_exert,
        "standing": str(one.weighed.standing), "word": said, "look": look, "said": one.weighed.said, "asked": one.asked,
        "done": [station.key for station in stations if one.is_done(station)],
        "findings": [finding.sentence for finding in one.weighed.findings],
    }  # fmt: skip


def about(person: Any) -> str:
    """Return age and sex: "67, woman"."""
    return ", ".join(filter(None, [str(person.age), SEXES.get(person.sex, "")]))


# ---- A station


@dataclass(frozen=True)
class Field:
    """One field of a station's form."""

    slot: Slot
    label: str
    unit: str
    value: str
    whole: bool

    @property
    def name(self) -> str:
        """Return the name of its input."""
        return self.slot.name


def station(
    chosen: Station, typed: Typed, number: str, trouble: Refusal | None, *, units: str
) -> dict[str, Any]:
    """Return a station's form with what was typed, and what is said at a field."""
    first = measuring.measure_of(chosen.measures[0])
    entry = measuring.entry_of(first)
    choices = () if chosen.key == REST else units_for(first, entry, us=units == "us")
    asked = trouble if isinstance(trouble, Unusual) else None
    return {
        "station": chosen,
        "fields": [_field(slot, chosen, typed) for slot in chosen.slots],
        "number": number,
        "units": [(unit, unit_name(unit, entry)) for unit in choices] if len(choices) > 1 else [],
        "unit": typed.unit or (choices[0] if choices else ""),
        "ways": list(chosen.ways.items()),
        "way": typed.way or chosen.way,
        "rest": chosen.key == REST,
        "signs": [(key, library().symptoms[key].client, key in typed.signs) for key in safety.SIGNS],
        "histories": [
            (key, library().histories[key].client, key in typed.histories) for key in safety.HISTORIES
        ],
        "read_aloud": _read_aloud(),
        "signs_open": bool(typed.signs or typed.histories),
        "none": typed.asked and not (typed.signs or typed.histories),
        "meant": sorted(typed.meant),
        "trouble": trouble,
        "asks": asked,
        "bad": trouble.field if trouble else "",
        "clock": entry.clock,
    }


def _read_aloud() -> str:
    """Return the question's list as it is read to a person."""
    listed = [library().symptoms[key].client for key in safety.SIGNS]
    listed += [library().histories[key].client for key in safety.HISTORIES]
    return f"{'; '.join([listed[0], *(f'{one[:1].lower()}{one[1:]}' for one in listed[1:])])}."


def _field(slot: Slot, chosen: Station, typed: Typed) -> Field:
    measure = measuring.measure_of(slot.measure)
    entry = measuring.entry_of(measure)
    many = len([one for one in chosen.slots if (one.measure, one.side) == (slot.measure, slot.side)]) > 1
    name = HALVES.get(slot.measure) or (entry.short if len(chosen.measures) > 1 else "")
    side = slot.side.capitalize() if slot.side != "none" else ""
    label = " ".join(
        filter(None, [name or side or entry.short, side if name else "", str(slot.number) if many else ""])
    )
    unit = "s" if entry.course_ways else measure.unit
    return Field(slot, label, quantities.label(unit), typed.values.get(slot.name, ""), measure.whole_numbers)


# ---- A person


def person(one: Person, member: Member) -> dict[str, Any]:
    """Return a participant's page: where they stand, what was entered, what they agreed to, how the page went out."""
    said, look = STANDINGS[one.weighed.standing]
    local = one.participant.day.practice.local
    return {
        "participant": one.participant,
        "about": about(one.participant),
        "said": said,
        "look": look,
        "told": one.weighed.said if one.weighed.findings else "",
        "findings": one.weighed.findings,
        "entries": [_entry(entry, local, member) for entry in reversed(one.entries)],
        "agreements": [
            {"agreement": agreed, "name": agreed.get_kind_display(), "on": local(agreed.agreed_at)}
            for agreed in one.agreements
        ],
        "pages": [{"page": given, "at": local(given.at)} for given in reversed(one.pages)],
        "lead": one.lead,
        "measured": bool(one.taken),
    }


def _entry(entry: Any, local: Any, member: Member) -> dict[str, Any]:
    known = catalogue.stations().get(entry.station)
    parts = [_reading_words(reading) for reading in entry.readings]
    if entry.asked:
        told = [library().symptoms[key].client for key in entry.signs]
        told += [library().histories[key].client for key in entry.histories]
        parts.append("; ".join(told) if told else "No signs")
    if entry.left_out:
        parts.append(f"Left out: {LeftOut(entry.left_out).label.lower()}")
    strikes = Permission.SCREENING_DAYS_RUN if entry.station == REST else Permission.SCREENING_DAYS_MEASURE
    return {
        "entry": entry, "station": known.name if known else entry.station, "at": local(entry.entered_at),
        "said": " · ".join(parts), "may_strike": entry.struck_at is None and member.may(strikes),
    }  # fmt: skip


def _reading_words(reading: Mapping[str, Any]) -> str:
    measure = measuring.any_measure(reading["measure"])
    if measure is None:
        return str(reading["value"])
    name = HALVES.get(measure.id, measuring.entry_of(measure).short)
    side = f" {reading['side']}" if reading["side"] != "none" else ""
    unit = quantities.label(reading["trials"][0]["unit"] if reading["trials"] else measure.unit)
    trials = ", ".join(trial["value"] for trial in reading["trials"])
    return f"{name}{side} {trials} {unit}".rstrip()
