"""Housekeeping that runs by the clock."""

from django.core.management import call_command
from django_tasks import task


@task()
def tidy() -> None:
    """Remove what is over: finished tasks after two weeks, ended sign-ins."""
    call_command("prune_db_task_results", verbosity=0, min_age_days=14)
    call_command("clearsessions", verbosity=0)


DAY_S = 24 * 60 * 60
PERIODIC = [(tidy, DAY_S)]
