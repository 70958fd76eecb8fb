"""Setting up a screening day, closing it, and letting go of its participants."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.kernel.refusals import Refusal
from medexpro.marketing import catalogue, events, state
from medexpro.marketing.models import Participant, ScreeningDay
from medexpro.marketing.rules.leads import KEEPS_RESULTS
from medexpro.marketing.rules.stations import check_choice
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields, save_once

FIELDS = ("name", "place", "held_on", "stations")
# How far from today a day may be set up: a slip of the year is said at the field.
FARTHEST = timedelta(days=400)


class DayRefused(Refusal):
    """A screening day can't be kept so; the sentence stands at its field."""


@transaction.atomic
def make_day(
    *,
    name: str,
    held_on: date,
    stations: Sequence[str],
    place: str = "",
    id: UUID | None = None,
    by: Member,
    at: datetime,
) -> ScreeningDay:
    """Set up a screening day. id: made by the page, so that a double click makes one. Raises DayRefused at a field."""
    permissions.check(by, Permission.SCREENING_DAYS_RUN)
    if id and (known := ScreeningDay.objects.of(by.practice).filter(pk=id).first()):
        return known
    day = ScreeningDay(practice=by.practice, made_by=by)
    if id:
        day.pk = id
    _fill(day, name, place, held_on, stations, at)
    day, new = save_once(day)
    if new:
        record(events.DAY_MADE, day, by=by, at=at, stations=day.stations)
    return day


@transaction.atomic
def change_day(
    day: ScreeningDay,
    *,
    name: str,
    held_on: date,
    stations: Sequence[str],
    place: str = "",
    version: int | None = None,
    by: Member,
    at: datetime,
) -> ScreeningDay:
    """Change a day. A station at which somebody was measured stays. Raises DayRefused at a field, Conflict."""
    permissions.check(by, Permission.SCREENING_DAYS_RUN, day)
    _refuse_cleared(day)
    before = list(day.stations)
    _fill(day, name, place, held_on, stations, at)
    used = set(day.results.filter(struck_at=None).values_list("station", flat=True))
    if lost := [catalogue.stations()[key].name for key in before if key in used and key not in day.stations]:
        raise DayRefused(f"People were measured at {' and '.join(lost)}, so it stays.", field="stations")
    day.save_version(expected=version, fields=list(FIELDS))
    record(events.DAY_CHANGED, day, by=by, at=at, stations=day.stations)
    return day


@transaction.atomic
def close_day(day: ScreeningDay, *, by: Member, at: datetime) -> ScreeningDay:
    """Close a day: nothing is entered any more. Twice changes nothing."""
    permissions.check(by, Permission.SCREENING_DAYS_RUN, day)
    if day.closed_at is None:
        day.closed_at = at
        day.save_version(expected=None)
        record(events.DAY_CLOSED, day, by=by, at=at)
    return day


@transaction.atomic
def open_day(day: ScreeningDay, *, by: Member, at: datetime) -> ScreeningDay:
    """Open a closed day again, while its participants are still here."""
    permissions.check(by, Permission.SCREENING_DAYS_RUN, day)
    _refuse_cleared(day)
    if day.closed_at is not None:
        day.closed_at = None
        day.save_version(expected=None)
        record(events.DAY_OPENED, day, by=by, at=at)
    return day


def days_to_clear(*, at: datetime) -> list[ScreeningDay]:
    """Return the days whose participants are to go by now: of each practice, after the days it set."""
    rows = ScreeningDay.objects.filter(participants__isnull=False).distinct().select_related("practice")
    return [
        day
        for day in rows
        if day.practice.day(at) > day.held_on + timedelta(days=day.practice.screening_keep_days)
    ]


@transaction.atomic
def clear_day(day: ScreeningDay, *, at: datetime) -> int:
    """Let go of a day's participants with all that is theirs, except who is a lead in touch; return how many.

    The counts of the day are kept first. Records marketing:day:clear, where anybody went.
    """
    gone = Participant.objects.filter(day=day).exclude(lead__state__in=KEEPS_RESULTS)
    count = gone.count()
    if day.cleared_at is None:
        day.figures = state.figures_of(day, at=at).as_dict()
        day.cleared_at, day.closed_at = at, day.closed_at or at
        day.save_version(expected=None)
    # The runs hold pages of those who go.
    day.runs.all().delete()
    gone.delete()
    if count:
        record(events.DAY_CLEARED, day, by=None, at=at, practice=day.practice, count=count)
    return count


def refuse_closed(day: ScreeningDay) -> None:
    """Raise DayRefused for a day at which nothing is entered any more."""
    _refuse_cleared(day)
    if day.closed_at is not None:
        raise DayRefused("This day is closed. Open it again to enter something.")


def _refuse_cleared(day: ScreeningDay) -> None:
    if day.cleared_at is not None:
        raise DayRefused("The participants of this day were let go of; only its figures are left.")


def _fill(
    day: ScreeningDay, name: str, place: str, held_on: date, stations: Sequence[str], at: datetime
) -> None:
    day.name, day.place, day.held_on = " ".join(name.split()), " ".join(place.split()), held_on
    if not day.name:
        raise DayRefused("Give the day a name, such as the event’s.", field="name")
    if abs(held_on - day.practice.day(at)) > FARTHEST:
        raise DayRefused("This is more than a year away. Look at the year.", field="held_on")
    offered = catalogue.stations()
    if sentence := check_choice(stations, offered):
        raise DayRefused(sentence, field="stations")
    day.stations = [key for key in offered if key in stations]
    check_fields(day, DayRefused)
