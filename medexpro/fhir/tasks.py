"""What the worker does for records from elsewhere: letting go of files that nobody brought in."""

from django_tasks import task

from medexpro.fhir import uploads
from medexpro.kernel import clock


@task()
def let_go() -> int:
    """Delete files that waited for a day; return how many uploads."""
    return uploads.clear_old(at=clock.now())


PERIODIC = [(let_go, 60 * 60)]
