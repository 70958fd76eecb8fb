"""One server per home folder: `serve` holds it while it runs, and `restore` refuses meanwhile."""

import fcntl
import os
from pathlib import Path


class HomeHeld(Exception):
    """Someone else holds the home folder."""


def hold(home: Path, *, for_exec: bool = False) -> int:
    """Hold the home folder until the returned descriptor is closed or the process ends.

    for_exec: keep it across an exec of this process. Raises HomeHeld when another process has it.
    """
    descriptor = os.open(home / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise HomeHeld from None
    os.set_inheritable(descriptor, for_exec)
    return descriptor
