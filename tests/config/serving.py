"""A practice served from a home of its own, by the product's own command."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from medexpro.config.holding import HomeHeld, hold


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what: Callable[[], Any], *, seconds: float = 20) -> Any:
    """Return the first true answer of `what`, or fail."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def can_hold(home: Path) -> bool:
    """Return whether nobody serves this home."""
    try:
        os.close(hold(home))
    except HomeHeld:
        return False
    return True


class Server:
    """A practice served from a home of its own. environ: settings beside those that every server here has."""

    def __init__(self, home: Path, port: int, **environ: str):
        # The product's own settings, not the suite's; and SQLite, also where the suite runs on PostgreSQL.
        not_ours = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
        self.environ = {key: value for key, value in os.environ.items() if key not in not_ours}
        self.environ |= {
            "MEDEXPRO_HOME": str(home),
            "PORT": str(port),
            "MEDEXPRO_TESTING": "0",
            "MEDEXPRO_DEMO": "1",
        } | environ
        self.home = home
        self.port = port
        self.log = home / "serve.log"
        self.process: subprocess.Popen | None = None

    def command(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run one of the product's commands in this home."""
        return subprocess.run(
            [sys.executable, "-m", "medexpro", *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def must(self, *arguments: str) -> str:
        """Run a command that has to succeed; return what it said."""
        done = self.command(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Serve, and wait until it is ready."""
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "medexpro", "serve"],
                env=self.environ,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        wait_for(lambda: "is ready" in self.log.read_text() or self.process.poll() is not None, seconds=40)
        assert "is ready" in self.log.read_text(), self.log.read_text()

    def child(self, part: str) -> psutil.Process | None:
        """Return the supervisor's own child whose command names `part`."""
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):  # Ended a moment ago.
                if part in " ".join(child.cmdline()):
                    return child
        return None

    def family(self) -> list[psutil.Process]:
        """Return every process below the supervisor."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def status(self) -> int:
        """Return what the sign-in page answers with."""
        try:
            with urllib.request.urlopen(
                f"http://localhost:{self.port}/accounts/login/", timeout=10
            ) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def cut_the_power(self) -> None:
        """End every process of it at once, none of which gets to say goodbye."""
        family = [psutil.Process(self.process.pid), *self.family()]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert psutil.wait_procs(family, timeout=20)[1] == []

    def stop(self) -> None:
        """End the supervisor; its children end with it."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
