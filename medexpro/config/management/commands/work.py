"""`medexpro work`: the task worker, with the clock for what runs by itself."""

import logging

from django_tasks_db.compat import task_finished
from django_tasks_db.management.commands.db_worker import Command as WorkerCommand

from medexpro.config import interrupted
from medexpro.config.schedule import Clockwork, periodic_tasks
from medexpro.kernel import clock


class Command(WorkerCommand):
    help = "Run queued tasks from every queue, and queue those that run by the clock."

    def configure_logging(self, verbosity):
        """Say what failed; with --verbosity 2 also what ran."""
        for name in ("django_tasks", "django_tasks_db"):
            logging.getLogger(name).setLevel(logging.INFO if verbosity > 1 else logging.ERROR)

    def handle(self, *args, **options):
        if tasks := periodic_tasks():
            Clockwork(tasks).start()
        interrupted.Pulse(options["worker_id"]).start()
        task_finished.connect(tell_failed)
        options |= {"queue_name": "*", "reload": False}
        return super().handle(*args, **options)


def tell_failed(task_result, **kwargs):
    """Tell the record of a task that fell while it ran."""
    interrupted.tell_failed(task_result, at=clock.now())
