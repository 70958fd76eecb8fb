"""What the worker does for screening days: mail links, print pages, let go of participants."""

from datetime import datetime

from django_tasks import task

from medexpro.kernel import clock
from medexpro.marketing.models import PageGiven, PageRun
from medexpro.marketing.operations import days, pages


@task()
def mail_page(given_id: str, base_url: str) -> None:
    """Mail a participant the link to their page, once."""
    rows = PageGiven.objects.select_related("practice", "participant__day")
    if (given := rows.filter(pk=given_id).first()) is not None:
        pages.mail(given, base_url=base_url, now=clock.now)


def tell_cut_off(given_id: str, base_url: str, *, why: str, at: datetime) -> None:
    """Keep with the page that nobody knows whether its e-mail left."""
    given = (
        PageGiven.objects.select_related("practice")
        .filter(pk=given_id, delivered_at=None, failed_reason="")
        .first()
    )
    if given is not None:
        pages.note_failed(given, reason=why, at=at)


@task()
def print_pages(run_id: str) -> None:
    """Print all pages of a day in one go."""
    rows = PageRun.objects.defer("pdf").select_related("day__practice", "member__user", "member__practice")
    if (run := rows.filter(pk=run_id).first()) is not None:
        pages.work(run, now=clock.now)


@task()
def go_on_printing() -> int:
    """Go on with runs whose worker was ended in the middle; return how many."""
    left = pages.unfinished(at=clock.now())
    for run in left:
        pages.work(run, now=clock.now)
    return len(left)


@task()
def let_go_of_runs() -> int:
    """Let go of printed runs; return how many."""
    return pages.clear_runs(at=clock.now())


@task()
def let_go_of_participants() -> int:
    """Let go of the participants whose time has come; return how many."""
    at = clock.now()
    return sum(days.clear_day(day, at=at) for day in days.days_to_clear(at=at))


PERIODIC = [(go_on_printing, 60), (let_go_of_runs, 60 * 60), (let_go_of_participants, 24 * 60 * 60)]
ONCE = [(mail_page, tell_cut_off)]
