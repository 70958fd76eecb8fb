"""What runs by itself, and how often. An area says so in its tasks.py: PERIODIC = [(task, every_s), …].

Tasks are put in the queue by the worker process. Several workers may put the same one: such tasks do what is due
and nothing when it was done, so twice is harmless.
"""

import logging
import threading
import time
from importlib import import_module

from django.apps import apps
from django.db import close_old_connections
from django.utils.module_loading import module_has_submodule

log = logging.getLogger(__name__)


def periodic_tasks() -> list[tuple]:
    """Return every (task, seconds) that an area declares."""
    return declared("PERIODIC")


def declared(name: str) -> list[tuple]:
    """Return what the areas declare under this name in their tasks.py."""
    found = []
    for config in apps.get_app_configs():
        if config.name.startswith("medexpro.") and module_has_submodule(config.module, "tasks"):
            found += getattr(import_module(f"{config.name}.tasks"), name, [])
    return found


class Clockwork(threading.Thread):
    """Puts each periodic task in the queue when its time has come, the first time soon after the start."""

    def __init__(self, tasks: list[tuple], *, tick_s: float = 5.0):
        super().__init__(name="clockwork", daemon=True)
        self.tasks = tasks
        self.tick_s = tick_s
        self.due_at = {index: time.monotonic() + tick_s for index in range(len(tasks))}

    def run(self) -> None:
        """Tick until the process ends. A queue that can't be reached is asked again at the next tick."""
        while True:
            time.sleep(self.tick_s)
            close_old_connections()
            try:
                self.tick(time.monotonic())
            except Exception:
                log.exception("a periodic task could not be queued")

    def tick(self, now_s: float) -> int:
        """Queue what is due at this moment of the monotonic clock; return how many."""
        queued = 0
        for index, (task, every_s) in enumerate(self.tasks):
            if now_s >= self.due_at[index]:
                task.enqueue()
                self.due_at[index] = now_s + every_s
                queued += 1
        return queued
