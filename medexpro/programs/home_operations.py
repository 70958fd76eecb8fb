"""Making and giving the home program. Nothing a precaution speaks against enters, and giving weighs again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from django.db import transaction

from medexpro.audit.trail import record
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.knowledge.library import library_of
from medexpro.pdf.engine import TooLong
from medexpro.practice import permissions, tokens
from medexpro.practice.models import Member
from medexpro.practice.paper import letterhead_of
from medexpro.practice.permissions import Permission
from medexpro.programs import events, home, state
from medexpro.programs.home_models import Felt, HomeDone, HomeExercise, HomeSheet
from medexpro.programs.models import Program, ProgramExercise
from medexpro.programs.rules import home as rules

LINK_DAYS = 30
LONGEST_LINK_DAYS = 90
# Anyone with the link can tick; a slip is corrected, but nobody fills the record.
TICKS_A_DAY = 6


class HomeRefused(Refusal):
    """The home program can't be changed or given so."""


class LinkUnknown(Refusal):
    """No link ever had this address."""


class LinkOver(Refusal):
    """The link was ended or is too old, or its program has ended."""


@dataclass(frozen=True)
class Given:
    """A sheet that was given, and for a link its token, shown once."""

    sheet: HomeSheet
    token: str = ""


@transaction.atomic
def take_home(line: ProgramExercise, *, id: UUID | None = None, by: Member, at: datetime) -> HomeExercise:
    """Put an exercise of the program on the home program, with the dose it has there and the library's days.

    id: made by the page, so that a double tap takes it once. Raises HomeRefused when a precaution speaks against it,
    when it is no longer in the program, or when there are enough.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, line)
    there = HomeExercise.objects.filter(line=line, removed_at=None).first()
    if there is not None:
        return there
    exercise = library_of(line.practice).all_exercises.get(line.exercise)
    if why := home.why_not_at_home(
        exercise, state.blocks_of(line.episode), in_program=line.removed_at is None
    ):
        raise HomeRefused(f"Not at home: {why}")
    rows = line.program.home.filter(removed_at=None)
    if rows.count() >= rules.MOST:
        raise HomeRefused(f"A home program holds {rules.MOST} exercises at most. Take one out first.")
    last = rows.order_by("-order").values_list("order", flat=True).first() or 0
    row = HomeExercise.objects.create(
        id=id or uuid7(), practice=line.practice, program=line.program, episode=line.episode, line=line, order=last + 1,
        sets=line.sets, quantity=line.quantity, quantity_unit=line.quantity_unit,
        days_a_week=rules.usual_days(exercise.default_dose.days_per_week), words=line.cue, added_by=by, added_at=at,
    )  # fmt: skip
    record(events.HOME_ADDED, row, by=by, at=at, exercise=line.exercise)
    return row


@transaction.atomic
def change_dose(
    row: HomeExercise, *, sets: int, quantity: Decimal, days_a_week: int, words: str,
    expected_version: int | None = None, by: Member, at: datetime,
) -> HomeExercise:  # fmt: skip
    """Change the dose for home. Raises Conflict when someone changed it first, HomeRefused when it was taken out."""
    permissions.check(by, Permission.PROGRAMS_EDIT, row)
    if row.removed_at:
        raise HomeRefused("This exercise was taken out of the home program.")
    row.sets, row.quantity, row.days_a_week, row.words = sets, quantity, days_a_week, words.strip()
    row.save_version(expected=expected_version, fields=["sets", "quantity", "days_a_week", "words"])
    record(events.HOME_CHANGED, row, by=by, at=at)
    return row


@transaction.atomic
def take_out(row: HomeExercise, *, by: Member, at: datetime) -> None:
    """Take an exercise out of the home program. A second time changes nothing."""
    permissions.check(by, Permission.PROGRAMS_EDIT, row)
    if row.removed_at is None:
        row.removed_at = at
        row.save_version(expected=None)
        record(events.HOME_REMOVED, row, by=by, at=at)


@transaction.atomic
def put_back(row: HomeExercise, *, by: Member, at: datetime) -> HomeExercise:
    """Undo taking an exercise out, with the dose it had; it is weighed again. Raises HomeRefused."""
    permissions.check(by, Permission.PROGRAMS_EDIT, row)
    there = HomeExercise.objects.filter(line=row.line, removed_at=None).first()
    if there is not None:
        return there
    exercise = library_of(row.practice).all_exercises.get(row.line.exercise)
    if why := home.why_not_at_home(
        exercise, state.blocks_of(row.episode), in_program=row.line.removed_at is None
    ):
        raise HomeRefused(f"Not at home: {why}")
    row.removed_at = None
    row.save_version(expected=None)
    record(events.HOME_ADDED, row, by=by, at=at, exercise=row.line.exercise, undone=True)
    return row


@transaction.atomic
def give(
    program: Program, *, link: bool, days: int = LINK_DAYS, id: UUID | None = None, by: Member, at: datetime
) -> Given:
    """Print the home program and keep the page; with `link` an address opens it for `days`, until a newer one is given.

    Every exercise is weighed again here, whatever the page showed. id: made by the page, so that a form sent twice gives
    once. Raises HomeRefused while no session may start either, while one doesn't fit the client's limits, for an empty
    program, and for a page too long.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, program)
    if id and (known := HomeSheet.objects.filter(pk=id).first()):
        if known.program_id != program.pk:
            raise NotFound("There is no such sheet of this program.")
        return Given(known)
    if waits := home.waits(program, at=at):
        raise HomeRefused(f"Nothing is given for home now: {waits}")
    lines = home.lines_now(program)
    if not lines:
        raise HomeRefused("Choose the exercises for home first.")
    if wrong := next((line for line in lines if line.why_not), None):
        raise HomeRefused(f"{wrong.name} may not stand on it: {wrong.why_not} Take it out first.")
    if not 1 <= days <= LONGEST_LINK_DAYS:
        raise HomeRefused(f"A link is open for 1 to {LONGEST_LINK_DAYS} days.", field="days")
    snapshot, letterhead = (
        home.snapshot_of(program, lines, by=by, at=at),
        letterhead_of(program.practice),
    )
    try:
        printed = home.print_page(snapshot, letterhead)
    except TooLong as too_long:
        raise HomeRefused(home.too_long_words(too_long.lines)) from None

    token = tokens.new_token() if link else ""
    if token:
        # The newer page is the one that counts.
        for older in program.home_sheets.filter(revoked_at=None).exclude(token_hash=""):
            _end(older, by=by, at=at)
    sheet = HomeSheet.objects.create(
        id=id or uuid7(), practice=program.practice, program=program, episode=program.episode, given_by=by, given_at=at,
        token_hash=tokens.hash_of(token) if token else "", expires_at=at + timedelta(days=days) if token else None,
        layout_version=printed.layout_version[:20], sha256=printed.sha256, pdf=printed.pdf,
        snapshot=msgspec.to_builtins(snapshot),
        made_with=printed.made_with() | {"letterhead": msgspec.to_builtins(letterhead)},
    )  # fmt: skip
    record(events.HOME_GIVEN, sheet, by=by, at=at, link=link, exercises=len(lines))
    return Given(sheet, token)


def _end(sheet: HomeSheet, *, by: Member, at: datetime) -> None:
    HomeSheet.objects.filter(pk=sheet.pk).update(revoked_at=at)
    record(events.HOME_LINK_ENDED, sheet, by=by, at=at)


@transaction.atomic
def end_link(sheet: HomeSheet, *, by: Member, at: datetime) -> None:
    """End a link. A second time changes nothing."""
    permissions.check(by, Permission.PROGRAMS_EDIT, sheet)
    if sheet.token_hash and sheet.revoked_at is None:
        _end(sheet, by=by, at=at)


# ---- For whoever holds the link


def find_link(token: str, *, at: datetime) -> HomeSheet:
    """Return the sheet a link belongs to. Raises LinkUnknown, LinkOver."""
    rows = HomeSheet.objects.select_related(
        "practice", "program__episode__client", "program__episode__referral__provider", "episode__client"
    ).defer("pdf")
    sheet = rows.filter(token_hash=tokens.hash_of(token)).first() if token else None
    if sheet is None:
        raise LinkUnknown("This link leads nowhere. Check the address, or ask the practice for a new link.")
    phone = f" at {sheet.practice.phone}" if sheet.practice.phone else ""
    ask = f"Ask {sheet.practice.name}{phone} for a new one."
    if sheet.revoked_at is not None:
        raise LinkOver(f"This link was ended or replaced by the practice. {ask}")
    if sheet.expires_at is None or at >= sheet.expires_at:
        raise LinkOver(f"This link has expired. {ask}")
    if sheet.program.ended_at is not None:
        raise LinkOver(f"This program has ended. {ask}")
    return sheet


@transaction.atomic
def note_opening(sheet: HomeSheet, *, what: str, at: datetime) -> None:
    """Keep that the holder of the link opened it. what: page or pdf."""
    HomeSheet.objects.filter(pk=sheet.pk, first_opened_at=None).update(first_opened_at=at)
    record(events.HOME_OPENED, sheet, by=None, at=at, practice=sheet.practice, what=what)


@transaction.atomic
def note_done(sheet: HomeSheet, *, felt: str = "", pain: int | None = None, at: datetime) -> HomeDone:
    """Keep that the client did the home program today, how it felt and how much it hurt, both as they like.

    Raises HomeRefused for an answer that is none, and after many ticks on one day.
    """
    if felt and felt not in Felt.values:
        raise HomeRefused("Choose easy, about right or hard.")
    if pain is not None and not 0 <= pain <= 10:
        raise HomeRefused("Pain is a number from 0 to 10.")
    on = sheet.practice.day(at)
    if HomeDone.objects.filter(episode=sheet.episode, on=on).count() >= TICKS_A_DAY:
        raise HomeRefused("Today is noted already. Call us if something is wrong.")
    done = HomeDone.objects.create(
        practice=sheet.practice, sheet=sheet, episode=sheet.episode, on=on, felt=felt, pain=pain, at=at
    )
    record(events.HOME_DONE, done, by=None, at=at, practice=sheet.practice)
    return done
