"""What the worker does for screening days and leads: mail, print, and let go of whom nobody needs any more."""

import logging
from datetime import datetime

from django.conf import settings
from django_tasks import task

from medexpro.kernel import clock
from medexpro.marketing import bounces, mailing
from medexpro.marketing.models import PageGiven, PageRun
from medexpro.marketing.operations import asking, days, newsletters, pages, pipeline, sequences

log = logging.getLogger(__name__)


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


@task()
def send_soon() -> int:
    """Send what is due to people outside without waiting for the next round: somebody looks at their phone for it."""
    return mailing.send_due(now=clock.now, most=20)


@task()
def let_go_of_askers() -> int:
    """Let go of forms never sent and addresses never confirmed; return how many."""
    return asking.clear(at=clock.now())


@task()
def send_mail() -> int:
    """Put in line what is due of sequences, send what is due, and say which newsletters are through."""
    sequences.work(at=clock.now())
    sent = mailing.send_due(now=clock.now)
    newsletters.finish(at=clock.now())
    return sent


@task()
def read_bounces() -> int:
    """Take in what came back into the mailbox of MAIL_BOUNCES; return how many. One that can't be opened is tried again."""
    if not settings.MAIL_BOUNCES:
        return 0
    try:
        return bounces.read_mailbox(settings.MAIL_BOUNCES, now=clock.now).total()
    except bounces.NoMailbox:
        log.warning("the mailbox of MAIL_BOUNCES could not be read")
        return 0


@task()
def let_go_of_leads() -> int:
    """Let go of leads that came to nothing and of whom nobody has heard for as long as the practice keeps them."""
    return pipeline.let_go(at=clock.now())


def hold_after_restore(*, why: str, at: datetime) -> None:
    """Let no mail leave by itself that may have left since the backup was made."""
    mailing.hold(why=why, at=at)


# A mail is claimed before it leaves and one that was cut off is settled as unknown, so that twice is harmless here.
PERIODIC = [(go_on_printing, 60), (let_go_of_runs, 60 * 60), (let_go_of_participants, 24 * 60 * 60)]
PERIODIC += [(let_go_of_askers, 24 * 60 * 60)]
PERIODIC += [(send_mail, 60), (read_bounces, 300), (let_go_of_leads, 24 * 60 * 60)]
ONCE = [(mail_page, tell_cut_off)]
AFTER_RESTORE = [hold_after_restore]
