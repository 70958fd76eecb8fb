"""The requests that a live server is answering at this moment."""

import threading
import time

from django.core.signals import request_finished, request_started


class UnderWay:
    """Counts requests as they begin and end, for as long as it is kept."""

    def __init__(self):
        self.count, self.lock = 0, threading.Lock()
        request_started.connect(self.begun)
        request_finished.connect(self.done)

    def begun(self, **kwargs):
        """Count one more."""
        with self.lock:
            self.count += 1

    def done(self, **kwargs):
        """Count one less."""
        with self.lock:
            self.count -= 1

    def wait(self, patience: float = 10):
        """Wait until all are answered, some seconds at most."""
        until = time.monotonic() + patience
        while self.count > 0 and time.monotonic() < until:
            time.sleep(0.02)
