"""What the worker does for lists of clients: looking through them and bringing them in, and going on after an end."""

from django_tasks import task

from medexpro.clients.models import ClientSheet
from medexpro.clients.operations import sheets
from medexpro.kernel import clock


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


PERIODIC = [(go_on, 60), (let_go_of_lists, 60 * 60)]
