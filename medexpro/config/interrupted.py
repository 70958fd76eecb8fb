"""Tasks that were cut off: what is harmless twice is queued again; what may leave only once is left to a person.

A worker that lives says so every few seconds. A task that is running for one that says nothing any more was cut off:
nobody knows how far it came. An area names in its tasks.py what may run only once: ONCE = [(task, tell), …], where
tell(*arguments of the task, why=, at=) keeps with the record what happened, and None says there is no such place.
What was due when a backup was restored, an area holds itself: AFTER_RESTORE = [hold, …], each hold(why=, at=).
What runs by the clock (PERIODIC) is harmless twice. Anything else is never run again by itself.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import close_old_connections, transaction
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from medexpro.config.schedule import declared, periodic_tasks
from medexpro.kernel import clock

log = logging.getLogger(__name__)

# Silent for longer than this, a worker is taken for dead; one that is only slow says so several times meanwhile.
DEAD_AFTER_S = 60
PULSE_S = 15
# What ends its worker each time would end every worker there is.
MOST_STARTS = 3
CUT_OFF = (
    "Delivery unknown: sending was cut off. Check with the recipient, and send again if nothing arrived."
)
RESTORED = (
    "Not sent from here: a backup was restored while it waited. Check, and send again if nothing arrived."
)

Tell = Callable[..., None]


class CutOff(Exception):
    """Stands with a task that was cut off and does not run again."""


def once_tasks() -> dict[str, Tell | None]:
    """Return what may run only once, by its path, with what tells the record that nobody knows how it ended."""
    return {task.module_path: tell for task, tell in declared("ONCE")}


def say_alive(worker: str) -> None:
    """Keep that this worker lives."""
    cache.set(_name(worker), True, timeout=DEAD_AFTER_S)


def is_alive(worker: str) -> bool:
    """Return whether this worker has said so within DEAD_AFTER_S."""
    return bool(cache.get(_name(worker)))


def _name(worker: str) -> str:
    return f"worker-lives-{worker}"


def take_up(*, own: str, at: datetime) -> int:
    """Settle the tasks that dead workers left running; return how many. own: the worker that asks, which lives."""
    settled = 0
    for left in DBTaskResult.objects.running():
        worker = left.worker_ids[-1] if left.worker_ids else ""
        if worker == own or is_alive(worker):
            continue
        with transaction.atomic():
            row = _still(left, TaskResultStatus.RUNNING)
            if row is not None and row.worker_ids == left.worker_ids:
                _settle(row, why=CUT_OFF, at=at)
                settled += 1
    return settled


@transaction.atomic
def hold_after_restore(*, at: datetime) -> int:
    """Let nothing leave by itself that waited when the backup was made: it may have left since. Return how many."""
    held = 0
    once = once_tasks()
    for row in DBTaskResult.objects.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING)):
        if row.status == TaskResultStatus.RUNNING or row.task_path in once:
            _settle(row, why=RESTORED, at=at)
            held += 1
    for hold in declared("AFTER_RESTORE"):
        hold(why=RESTORED, at=at)
    return held


def tell_failed(task_result: Any, *, at: datetime) -> None:
    """Tell the record of a task that fell while it ran: how far it came is not known either."""
    if task_result.status == TaskResultStatus.FAILED:
        tell = once_tasks().get(task_result.task.module_path)
        if tell is not None:
            tell(*task_result.args, **task_result.kwargs, why=CUT_OFF, at=at)


def _still(left: DBTaskResult, status: str) -> DBTaskResult | None:
    return DBTaskResult.objects.select_for_update().filter(pk=left.pk, status=status).first()


def _settle(row: DBTaskResult, *, why: str, at: datetime) -> None:
    harmless = {task.module_path for task, _ in periodic_tasks()}
    if row.task_path in harmless and len(row.worker_ids) < MOST_STARTS:
        row.status, row.started_at = TaskResultStatus.READY, None
        row.save(update_fields=["status", "started_at"])
        return
    row.set_failed(CutOff(why))
    log.error("%s was cut off and does not run again: %s", row.task_path, why)
    tell = once_tasks().get(row.task_path)
    if tell is not None:
        tell(*row.args_kwargs["args"], **row.args_kwargs["kwargs"], why=why, at=at)


class Pulse(threading.Thread):
    """Says that this worker lives, and settles what dead ones left, from the start on and every PULSE_S."""

    def __init__(self, worker: str):
        super().__init__(name="pulse", daemon=True)
        self.worker = worker

    def run(self) -> None:
        """Go on until the process ends. A database that can't be reached is asked again at the next turn."""
        while True:
            close_old_connections()
            try:
                say_alive(self.worker)
                take_up(own=self.worker, at=clock.now())
            except Exception:
                log.exception("what other workers left could not be looked at")
            time.sleep(PULSE_S)
