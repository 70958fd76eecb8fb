"""What the home program says now, each exercise weighed again; and the page it prints."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from medexpro.clearance import state as clearance
from medexpro.kernel.findings import Weight
from medexpro.kernel.reference import Exercise
from medexpro.knowledge.figures import sheet
from medexpro.knowledge.library import library_of
from medexpro.pdf import engine
from medexpro.pdf.engine import Fit
from medexpro.pdf.letterhead import Letterhead
from medexpro.practice.models import Member
from medexpro.practice.paper import letterhead_of
from medexpro.programs import state
from medexpro.programs.home_models import HomeDone, HomeExercise, HomeSheet
from medexpro.programs.layouts import HOME_PROGRAM
from medexpro.programs.models import Program
from medexpro.programs.rules import home as rules
from medexpro.programs.rules.fit import Block, check_fit
from medexpro.web import words

CHART_DAYS = 7


class AtHome(msgspec.Struct, frozen=True):
    """One exercise as the page prints it. says: the figure in words; figure: its SVG, "" for none; size: of the figure."""

    exercise: str
    name: str
    amount: str
    days: str
    words: str
    says: str = ""
    figure: str = ""
    size: tuple[int, int] = (240, 132)


class HomeSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page says. made_at: an instant in ISO form."""

    title: str
    heading: str
    date_line: str
    opening: str
    precautions: tuple[str, ...]
    exercises: tuple[AtHome, ...]
    effort: str
    stop_heading: str
    stop: tuple[str, ...]
    emergency: str
    foot: str
    made_at: datetime
    language: str = "en"
    region: str = "us"


@dataclass(frozen=True)
class HomeLine:
    """One exercise for home, and why it may not be there now; "" where nothing speaks against it."""

    row: HomeExercise
    why_not: str

    @property
    def name(self) -> str:
        return self.row.line.name

    @property
    def amount(self) -> str:
        return rules.amount_words(self.row.sets, self.row.quantity, self.row.quantity_unit)

    @property
    def days(self) -> str:
        return rules.days_words(self.row.days_a_week)


def why_not_at_home(exercise: Exercise | None, blocks: list[Block], *, in_program: bool = True) -> str:
    """Return what speaks against an exercise at home; "" for nothing.

    Stricter than a session: nobody is beside the client, so what a precaution only warns of stays out as well.
    """
    if not in_program:
        return "It is no longer in the program"
    if exercise is None:
        return "It is no longer in the library"
    return " ".join(f"{finding.sentence}. {finding.figure}." for finding in check_fit(exercise, blocks))


def lines_now(program: Program) -> list[HomeLine]:
    """Return the exercises for home in their order, each weighed against the precautions in force now."""
    known, blocks = library_of(program.practice).all_exercises, state.blocks_of(program.episode)
    rows = program.home.filter(removed_at=None).select_related("line")
    return [
        HomeLine(
            row, why_not_at_home(known.get(row.line.exercise), blocks, in_program=row.line.removed_at is None)
        )
        for row in rows
    ]


def to_choose(program: Program) -> list[dict[str, Any]]:
    """Return the program's exercises that are not at home yet, with why one may not be."""
    known, blocks = library_of(program.practice).all_exercises, state.blocks_of(program.episode)
    taken = set(program.home.filter(removed_at=None).values_list("line_id", flat=True))
    return [
        {"line": line, "why_not": why_not_at_home(known.get(line.exercise), blocks)}
        for line in program.exercises.filter(removed_at=None)
        if line.pk not in taken
    ]


def snapshot_of(program: Program, lines: list[HomeLine], *, by: Member | None, at: datetime) -> HomeSnapshot:
    """Return the page of these lines, without the drawings: they are put in when it is printed."""
    client, practice = program.episode.client, program.practice
    day = practice.day(at)
    call = f"Stop and call {practice.phone}" if practice.phone else "Stop and call us"
    return HomeSnapshot(
        title=f"Home program for {client}",
        heading="Home program",
        date_line=f"{client} · {words.day(day)}",
        opening=f"{client.given_name or client}, please do {_how_many(len(lines))} at home.",
        precautions=tuple(one.text for one in clearance.precautions_in_force(program.episode)),
        exercises=tuple(
            AtHome(line.row.line.exercise, line.name, line.amount, line.days, line.row.words,
                   sheet.says(line.row.line.exercise))
            for line in lines
        ),
        effort=rules.effort_words(program.effort_ceiling),
        stop_heading=f"{call} when",
        stop=rules.stop_words(program.pain_ceiling),
        emergency=rules.EMERGENCY,
        foot=f"Made for {client} by {by or 'the practice'} on {words.day(day)}. Only for this person, and only while "
        "nothing changes: tell us of any new advice from your provider.",
        made_at=at,
    )  # fmt: skip


def _how_many(count: int) -> str:
    return "this exercise" if count == 1 else f"these {count} exercises"


def with_figures(snapshot: HomeSnapshot) -> HomeSnapshot:
    """Return the page with its drawings."""
    drawn = tuple(
        msgspec.structs.replace(
            one, figure=sheet.printed(one.exercise), size=sheet.printed_size(one.exercise)
        )
        for one in snapshot.exercises
    )
    return msgspec.structs.replace(snapshot, exercises=drawn)


def print_page(snapshot: HomeSnapshot, letterhead: Letterhead) -> engine.Rendered:
    """Return the page as PDF. Raises engine.TooLong when it takes a second one."""
    return engine.render(HOME_PROGRAM, with_figures(snapshot), letterhead)


def fit_of(program: Program, lines: list[HomeLine], *, by: Member, at: datetime) -> Fit:
    """Return how the page would be filled; what was measured once is not measured again."""
    made = snapshot_of(program, lines, by=by, at=at)
    # The moment changes no line's length, but would make every question a new one.
    still = msgspec.structs.replace(made, made_at=datetime(2000, 1, 1, tzinfo=at.tzinfo))
    return _fit(msgspec.json.encode(still), msgspec.json.encode(letterhead_of(program.practice)))


def too_long_words(lines: int) -> str:
    """Return what to do about a page that is too long by about so many lines."""
    lines_words = "1 line" if lines == 1 else f"{lines} lines"
    return f"It is about {lines_words} too long for one page. Take one exercise out, or shorten the words of one."


@lru_cache(maxsize=64)
def _fit(snapshot: bytes, letterhead: bytes) -> Fit:
    page = msgspec.json.decode(snapshot, type=HomeSnapshot)
    return engine.pages_needed(
        HOME_PROGRAM, with_figures(page), msgspec.json.decode(letterhead, type=Letterhead)
    )


def waits(program: Program, *, at: datetime) -> str:
    """Return why nothing is to be done at home now; "" for nothing. It is what keeps a session from starting as well."""
    episode = program.episode
    findings = clearance.weigh_start(episode, episode.practice.day(at))
    return next((finding.sentence for finding in findings if finding.weight == Weight.STOP), "")


def resting(given: HomeSheet, *, at: datetime) -> set[str]:
    """Return the exercises of a sheet that are not to be done now, whatever it said when it was given.

    Those that do not fit the client's limits any more, and those taken out of the program or of what is for home; all
    of them while no session may start either.
    """
    program = given.program
    printed = {one["exercise"] for one in given.snapshot["exercises"]}
    if waits(program, at=at):
        return printed
    known, blocks = library_of(program.practice).all_exercises, state.blocks_of(program.episode)
    rows = program.home.filter(removed_at=None, line__removed_at=None)
    there = set(rows.values_list("line__exercise", flat=True))
    return {
        exercise
        for exercise in printed
        if why_not_at_home(known.get(exercise), blocks, in_program=exercise in there)
    }


# ---- What the client ticked


def done_by_day(episode: Any, *, days: int = CHART_DAYS, at: datetime) -> dict[Any, HomeDone]:
    """Return the ticks of the last days by day; of several on one day the last."""
    today = episode.practice.day(at)
    rows = HomeDone.objects.filter(
        practice=episode.practice, episode=episode, on__gt=today - timedelta(days=days), on__lte=today
    ).order_by("at", "id")
    return {row.on: row for row in rows}
