"""What the worker does for records from elsewhere: letting go of files that nobody brought in."""

from django_tasks import task

from medexpro.fhir import uploads
from medexpro.fhir.models import Upload
from medexpro.kernel import clock


@task()
def bring_in_many(upload_id: str) -> None:
    """Bring in files about many people. Files that were let go of meanwhile are nobody's work."""
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload is not None:
        uploads.work_on_many(upload, now=clock.now)


@task()
def go_on() -> int:
    """Go on with files whose worker was ended in the middle; return how many."""
    left = uploads.unfinished(at=clock.now())
    return sum(uploads.work_on_many(upload, now=clock.now) for upload in left)


@task()
def let_go() -> int:
    """Delete files that waited for a day; return how many uploads."""
    return uploads.clear_old(at=clock.now())


PERIODIC = [(let_go, 60 * 60), (go_on, 60)]
