"""The page a participant takes home: what was measured, among whom it lies, and what it does not say.

Made of what stands now and kept nowhere: it goes with the participant. A value says nothing about a disease, a risk or
the future, and nothing is compared with anybody else of the day.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from medexpro.assessments import catalogue as measuring
from medexpro.assessments.outcomes import GRIP
from medexpro.assessments.rules import norms
from medexpro.assessments.standings import shown_unit
from medexpro.kernel import quantities
from medexpro.kernel.reference import Direction, Measure
from medexpro.knowledge.library import library
from medexpro.marketing import catalogue
from medexpro.marketing.layouts import SCREENING_PAGE
from medexpro.marketing.models import LeftOut, ScreeningDay
from medexpro.marketing.rules import said
from medexpro.marketing.rules.safety import Standing
from medexpro.marketing.rules.stations import REST, Station
from medexpro.marketing.state import Standing as Person
from medexpro.pdf import engine
from medexpro.practice.models import Practice
from medexpro.practice.paper import letterhead_of
from medexpro.web import words

LIMITS = (
    "This page says what you did on one day, and where that lies among people of your age. It is not a medical check, it names "
    "no illness and rules none out, and one value can be off for many reasons: a short night, a cold hand, a new chair. "
    "Whatever it says, a question about your health is one for your provider."
)
SIDES = ("right", "left")


class Value(Struct, frozen=True, kw_only=True):
    """One figure of a row. side: "right" or "left" where there are two."""

    figure: str
    unit: str
    side: str = ""


class Row(Struct, frozen=True, kw_only=True):
    """One test. about: what it tells; how: how its value came about. means: sentences, the most telling first.

    since, to: the hundredths of people the value lies between, where the table has percentiles.
    """

    name: str
    about: str
    values: list[Value]
    means: list[str]
    how: str = ""
    since: int | None = None
    to: int | None = None


class Page(Struct, frozen=True, kw_only=True):
    """One participant's page in words. notice: what they were told about their readings at rest; often empty."""

    title: str
    about: str
    rows: list[Row]
    notice: str = ""
    left_out: str = ""
    sources: str = ""


class Sheet(Struct, frozen=True, kw_only=True):
    """Everything the layout prints: a page for each of the people."""

    title: str
    language: str
    region: str
    made_at: datetime
    date_line: str
    limits: str
    contact: str
    small_print: str
    dense: bool
    people: list[Page]


def page_of(one: Person, day: ScreeningDay) -> Page:
    """Return a participant's page in words. one: weighed, with everything that was entered."""
    person, rows, sources = one.participant, [], []
    for station in catalogue.stations_of(day.stations):
        if station.key == REST:
            rows += _at_rest(station, one)
        else:
            found, cited = _tested(station, one, day.practice)
            rows += found
            sources += cited
    name = f"{person.first_name}, number {person.number}" if person.first_name else f"Number {person.number}"
    sexes = {"female": "a woman of {age}", "male": "a man of {age}"}
    about = sexes.get(person.sex, "a person of {age}").format(age=person.age)
    place = f", {day.place}" if day.place else ""
    by_year = ", by the year of birth" if person.age_by_year else ""
    return Page(
        title=name,
        about=f"{day.name}{place}. Compared as {about}{by_year}, where a published table fits.",
        rows=rows,
        notice=notice(one),
        left_out=_left_out(one, day),
        sources=_cited(sources),
    )


def press(day: ScreeningDay, pages: Sequence[Page], *, at: datetime) -> bytes:
    """Return pages as one PDF, one page for each person. Raises ValueError where one would run over."""
    head = letterhead_of(day.practice)
    for dense in (False, True):
        made = engine.render_list(SCREENING_PAGE, sheet_of(day, pages, dense=dense, at=at), head)
        if made.pages == len(pages):
            return made.pdf
    raise ValueError(f"{len(pages)} pages of a screening day took {made.pages}")


def sheet_of(day: ScreeningDay, pages: Sequence[Page], *, dense: bool = False, at: datetime) -> Sheet:
    """Return everything the layout prints. dense: with less air between the rows."""
    return Sheet(
        title=f"{day.name}, {words.day(day.held_on)}",
        language="en",
        region="US",
        made_at=at,
        date_line=words.day(day.held_on),
        limits=LIMITS,
        contact=contact(day.practice),
        small_print=(
            "Made for the person it was handed to. We delete what was measured "
            f"{day.practice.screening_keep_days} days after the day, unless you asked us to stay in touch."
        ),
        dense=dense,
        people=list(pages),
    )


def contact(practice: Practice) -> str:
    """Return how to reach the practice."""
    ways = [part for part in (practice.phone, practice.email, practice.website) if part]
    reach = f": {' · '.join(ways)}" if ways else ""
    return (
        f"{practice.name} offers medical exercise and functional training. We gladly show you what strengthens what was "
        f"measured here{reach}."
    )


def notice(one: Person) -> str:
    """Return what a person was told about their readings at rest and signs; empty for nearly everyone."""
    if one.weighed.standing not in (Standing.HOLD, Standing.CLOSED, Standing.EMERGENCY):
        return ""
    if one.weighed.standing is Standing.EMERGENCY:
        return (
            "What you told us or what we measured today can be urgent. If you have not been seen yet, call emergency "
            "services (911 in the US) now; do not drive yourself."
        )
    return (
        "What we measured at rest or what you told us today lies outside the limits within which we let people exert "
        "themselves. One reading decides nothing. Please show this page to your provider before you exercise, today if it "
        "is new or you do not feel well."
    )


# ---- Rows


def _at_rest(station: Station, one: Person) -> list[Row]:
    """Return pressure as one row and the pulse as another: inside or outside our limits, and no other verdict."""
    taken, rows = one.taken, []
    outside = {finding.measure for finding in one.weighed.findings}
    upper, lower = (taken.get((measure, "none")) for measure in ("bp_systolic", "bp_diastolic"))
    if upper and lower:
        figure = f"{_whole(upper['value'])}/{_whole(lower['value'])}"
        rows.append(
            Row(
                name="Blood pressure at rest", about=station.means["bp_systolic"], values=[Value(figure=figure, unit="mmHg")],
                means=[_limits(bool(outside & {"bp_systolic", "bp_diastolic"}))],
                how=f"Mean of {len(upper['trials'])} readings" if len(upper["trials"]) > 1 else "",
            )
        )  # fmt: skip
    if pulse := taken.get(("resting_hr", "none")):
        rows.append(
            Row(
                name="Pulse at rest", about=station.means["resting_hr"],
                values=[Value(figure=_whole(pulse["value"]), unit="a minute")], means=[_limits("resting_hr" in outside)],
            )
        )  # fmt: skip
    return rows


def _limits(outside: bool) -> str:
    if outside:
        return (
            "Outside the limits within which we let people exert themselves. Please show it to your provider."
        )
    return "Inside the limits within which we let people exert themselves."


def _tested(station: Station, one: Person, practice: Practice) -> tuple[list[Row], list[str]]:
    """Return a row for each measure of a station, with the sources of what stands beside its values."""
    rows, sources = [], []
    for measure_id in station.measures:
        sides = [side for part, side in station.parts if part == measure_id]
        taken = {side: one.taken[measure_id, side] for side in sides if (measure_id, side) in one.taken}
        if not taken:
            continue
        measure = measuring.measure_of(measure_id)
        side = better_side(measure, taken)
        reading = taken[side]
        means, span, cited = _meaning(measure, reading, side, one, alone=len(taken) == 1)
        rows.append(
            Row(
                name=measuring.entry_of(measure).short, about=station.means[measure_id],
                values=[_value(measure, found, key, practice) for key, found in taken.items()],
                means=means, how=_how(measure, station, reading), since=span[0], to=span[1],
            )
        )  # fmt: skip
        sources += cited
    return rows, sources


def _meaning(
    measure: Measure, reading: dict[str, Any], side: str, one: Person, *, alone: bool
) -> tuple[list[str], tuple[int | None, int | None], list[str]]:
    """Return sentences on a value, the percentiles it lies between, and their sources.

    side: the better one, which tables and lines are read by. alone: the other side was not measured.
    """
    if measure.id == GRIP and alone:
        return (
            ["Tables and lines are made of the better of both hands; only one was measured."],
            (None, None),
            [],
        )
    value = Decimal(reading["value"])
    subject = _subject(measure, reading, side, one)
    found = norms.best_comparison(measure, library().norms_of(measure), value, subject)
    better = f"The better side, {side}. " if side in SIDES and not alone else ""
    means = [better + said.compared(measure, found, value, subject)] if measure.norms else []
    cited, span = [], (None, None)
    if isinstance(found, norms.Comparison):
        cited.append(found.source)
        if found.below is not None or found.above is not None:
            span = (found.below or 0, found.above or 100)
    entry = measuring.entry_of(measure)
    for line in norms.lines(measure, value, subject, library().norms):
        name = entry.lines.get(line.cutoff.id, "")
        if name and (sentence := said.line(name, line, value, measure)):
            means.append(sentence)
            cited.append(line.cutoff.source)
    return means, span, cited


def _subject(measure: Measure, reading: dict[str, Any], side: str, one: Person) -> norms.Subject:
    """Return who was measured and how, as tables ask. Grip tables and lines are made of the better hand of two."""
    entry = measuring.entry_of(measure)
    way = entry.ways.get(reading["way"])
    return norms.Subject(
        age=one.participant.age,
        sex=one.participant.sex,
        side="best" if measure.id == GRIP else side if side in SIDES else "",
        kept=measure.trials.kept,
        device=(way.norm or way.id) if way else "",
    )


def better_side(measure: Measure, taken: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the side with the better value; of two alike the first. taken: readings by side, at least one."""
    best = min if measure.direction is Direction.LOWER_BETTER else max
    return best(taken, key=lambda side: Decimal(taken[side]["value"]))


def _how(measure: Measure, station: Station, reading: dict[str, Any]) -> str:
    parts = []
    count = len(reading["trials"])
    if count > 1:
        parts.append(f"{'Best' if measure.trials.kept == 'best' else 'Mean'} of {count}")
    if way := station.ways.get(reading["way"]):
        parts.append(way)
    return " · ".join(parts)


def _value(measure: Measure, reading: Mapping[str, Any], side: str, practice: Practice) -> Value:
    """Return a value in the unit the practice shows."""
    value, precision = Decimal(reading["value"]), str(measure.precision)
    unit = shown_unit(measure, measuring.entry_of(measure), practice.units)
    shown = quantities.convert(value, measure.unit, unit) if unit != measure.unit else value
    places = max(0, -int(Decimal(precision).as_tuple().exponent))
    figure = words.number(quantities.rounded(shown, precision), places)
    return Value(figure=figure, unit=quantities.label(unit), side=side if side in SIDES else "")


def _cited(sources: Sequence[str]) -> str:
    listed = [source if source.endswith(".") else f"{source}." for source in dict.fromkeys(sources)]
    return f"Tables and lines: {' '.join(listed)}" if listed else ""


def _whole(value: str) -> str:
    return words.number(Decimal(value), 0)


def _left_out(one: Person, day: ScreeningDay) -> str:
    stations = catalogue.stations_of(day.stations)
    kept_away = one.weighed.standing in (Standing.HOLD, Standing.CLOSED, Standing.EMERGENCY)
    parts = [
        f"{station.name} ({LeftOut(one.left_out[station.key]).label.lower()})"
        for station in stations
        if station.key in one.left_out
    ]
    open_ones = [
        station.name
        for station in stations
        if station.key not in one.left_out and not one.is_done(station) and not (station.exerts and kept_away)
    ]
    said_parts = []
    closed = [station for station in stations if station.exerts and kept_away and not one.is_done(station)]
    if closed:
        begun = any(one.is_done(station) for station in stations if station.exerts)
        further = "No further" if begun else "No"
        said_parts.append(
            f"{further} strength or walking tests were done because of what was measured or said at rest."
        )
    if parts:
        said_parts.append(f"Left out: {'; '.join(parts)}.")
    if open_ones:
        said_parts.append(f"Not or not fully measured: {'; '.join(open_ones)}.")
    return " ".join(said_parts)
