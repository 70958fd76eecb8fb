"""What the worker does for referrals: let go of those from the web that came to nothing."""

from django_tasks import task

from medexpro.kernel import clock
from medexpro.referrals import incoming


@task()
def let_go_of_incoming() -> int:
    """Let go of what was declined or put aside a year ago; return how many."""
    return incoming.let_go(at=clock.now())


PERIODIC = [(let_go_of_incoming, 24 * 60 * 60)]
