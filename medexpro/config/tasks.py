"""Housekeeping that runs by the clock."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks import task

from medexpro.config.takeout import making, single
from medexpro.kernel import clock
from medexpro.practice.models import Member
from medexpro.record.models import Disclosure


@task()
def tidy() -> None:
    """Remove what is over: finished tasks after two weeks, ended sign-ins, counts of guesses."""
    call_command("prune_db_task_results", verbosity=0, min_age_days=14)
    call_command("clearsessions", verbosity=0)
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        over = connection.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [over])  # noqa: S608 - a name of ours


@task()
def make_export(member_id: str) -> None:
    """Take the whole practice out for a member who may."""
    member = Member.objects.active().select_related("user", "practice").filter(pk=member_id).first()
    if member is not None:
        making.make(member, now=clock.now)


@task()
def make_record(disclosure_id: str) -> None:
    """Make the files of one client's record that is to be given to someone."""
    rows = Disclosure.objects.select_related("practice", "client__practice", "by__user", "by__practice")
    disclosure = rows.filter(pk=disclosure_id).first()
    if disclosure is not None:
        single.make(disclosure, now=clock.now)


@task()
def let_go_of_exports() -> int:
    """Remove exports that are a day old; return how many."""
    return making.clear_old(at=clock.now()) + single.clear_old(at=clock.now())


DAY_S = 24 * 60 * 60
PERIODIC = [(tidy, DAY_S), (let_go_of_exports, 60 * 60)]
