"""One writer at a time: an exclusive lock on a file beside the database, waited for in the kernel's queue.

SQLite lets one connection write and makes the others poll for their turn, which starves some of them for
seconds under load and then refuses them as "database is locked". A lock of the operating system is handed on
the moment it is free, across threads and processes, and falls back by itself when its holder dies.
"""

import contextlib
import fcntl
import os
import threading


class LockTimeout(Exception):
    """Another writer held the lock for the whole time we were ready to wait."""


class WriteLock:
    """The write lock of one connection. Each connection opens the file for itself, so threads wait as processes do.

    path: the lock file, made when first needed and never removed (a removed file would be a second lock).
    timeout_s: seconds to wait for a turn before LockTimeout.
    """

    def __init__(self, path: str, timeout_s: float) -> None:
        self.path = path
        self.timeout_s = timeout_s
        self.held = False
        self._descriptor: int | None = None
        self._process = 0

    def acquire(self) -> None:
        """Take the lock, waiting for our turn; at once when this connection holds it already."""
        if self.held:
            return
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._wait(descriptor)
        self.held = True

    def release(self) -> None:
        """Hand the lock on. Releasing what is not held does nothing."""
        if self.held and self._descriptor is not None and self._process == os.getpid():
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self.held = False

    def close(self) -> None:
        """Release the lock and close the file."""
        self.release()
        self._drop()

    def _open(self) -> int:
        """Return our descriptor of the lock file; a forked child opens its own and leaves its parent's lock alone."""
        if self._descriptor is not None and self._process != os.getpid():
            self._drop()
        if self._descriptor is None:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._process = os.getpid()
        return self._descriptor

    def _drop(self) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
        self._descriptor = None

    def _wait(self, descriptor: int) -> None:
        """Stand in the kernel's queue for at most the timeout.

        The kernel's wait can't be given an end, so a thread of its own stands in the queue. One that is
        given up keeps its descriptor until its turn comes, lets that turn pass and closes the file.
        """
        turn = threading.Event()
        decision = threading.Lock()
        given_up = False

        def stand_in_queue() -> None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            with decision:
                if given_up:
                    os.close(descriptor)
                else:
                    turn.set()

        threading.Thread(target=stand_in_queue, name="write-lock", daemon=True).start()
        if turn.wait(self.timeout_s):
            return
        with decision:
            if turn.is_set():
                return
            given_up = True
        self._descriptor = None
        raise LockTimeout(f"another write has gone on for more than {self.timeout_s:g} s")
