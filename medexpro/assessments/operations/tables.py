"""Choosing the table a measure is compared with: for one client, or for the practice."""

from datetime import datetime

from django.db import transaction

from medexpro.assessments import catalogue, events, tables
from medexpro.assessments.models import TableChoice
from medexpro.audit.trail import record as record_event
from medexpro.episodes.models import Episode
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission


class TableRefused(Refusal):
    """The measure has no such table."""


@transaction.atomic
def choose_table(
    episode: Episode, *, measure: str, table: str, by: Member, at: datetime
) -> TableChoice | None:
    """Choose what a measure of this client is compared with. table: the option's key; empty follows the practice again.

    What is chosen already is not chosen twice. Raises TableRefused for a table the measure does not have.
    """
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, episode)
    _check(measure, table, by)
    known = tables.in_force(episode).get(measure)
    if (known.key if known and known.is_clients else "") == table:
        return None
    return _keep(episode, measure, table, by, at)


@transaction.atomic
def choose_table_for_practice(*, measure: str, table: str, by: Member, at: datetime) -> TableChoice | None:
    """Choose what a measure is compared with for every client without a choice of their own. See `choose_table`."""
    permissions.check(by, Permission.SETTINGS_MANAGE)
    _check(measure, table, by)
    known = tables.in_force_for(by.practice).get(measure)
    if (known.key if known else "") == table:
        return None
    return _keep(None, measure, table, by, at)


def _check(measure: str, table: str, by: Member) -> None:
    what = catalogue.measure_of(measure, by.practice)
    if table and table not in {option.key for option in tables.options_of(what)}:
        raise TableRefused(f"{catalogue.entry_of(what).short} has no such table.", field="table")


def _keep(episode: Episode | None, measure: str, table: str, by: Member, at: datetime) -> TableChoice:
    row = TableChoice.objects.create(
        practice=by.practice, episode=episode, measure=measure, table=table, by=by, at=at
    )
    client = episode.client if episode else None
    record_event(
        events.TABLE_CHOSEN, row, by=by, at=at, client=client, measure=measure, table=table or "own order"
    )
    return row
