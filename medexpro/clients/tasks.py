"""What the worker does for lists of clients, and for records that may be of one person."""

from datetime import timedelta

from django_tasks import task

from medexpro.clients.models import ClientMerge, ClientSheet
from medexpro.clients.operations import duplicates, merging, sheets
from medexpro.kernel import clock
from medexpro.practice.models import Practice


@task()
def work_on_list(sheet_id: str) -> None:
    """Do what is next for a list. One that was let go of meanwhile is nobody's work."""
    sheet = ClientSheet.objects.select_related("practice", "member__user").filter(pk=sheet_id).first()
    if sheet is not None:
        sheets.work(sheet, now=clock.now)


@task()
def go_on() -> int:
    """Go on with lists whose worker was ended in the middle; return how many."""
    left = sheets.unfinished(at=clock.now())
    for sheet in left:
        sheets.work(sheet, now=clock.now)
    return len(left)


@task()
def let_go_of_lists() -> int:
    """Let go of files that waited for a day; return how many."""
    return sheets.clear_old(at=clock.now())


@task()
def look_through(practice_id: str) -> None:
    """Compare all clients of a practice with each other."""
    practice = Practice.objects.filter(pk=practice_id).first()
    if practice is not None:
        duplicates.look_through(practice, at=clock.now())


@task()
def look_through_changed() -> int:
    """Compare the clients of practices where somebody was added or changed since; return in how many."""
    stale = [practice for practice in Practice.objects.all() if duplicates.is_stale(practice)]
    for practice in stale:
        duplicates.look_through(practice, at=clock.now())
    return len(stale)


@task()
def follow_merges() -> int:
    """Move what was written into a record while it became part of another; return how many rows."""
    late = clock.now() - FOLLOWED_FOR
    fresh = ClientMerge.objects.filter(undone_at=None, merged_at__gt=late).select_related("kept", "gone")
    return sum(merging.follow_up(done) for done in fresh)


# A request lasts minutes at most; a tablet's session holds the merge back by itself.
FOLLOWED_FOR = timedelta(days=1)
PERIODIC = [(go_on, 60), (let_go_of_lists, 60 * 60), (look_through_changed, 60), (follow_merges, 60)]
