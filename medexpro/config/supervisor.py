"""The one process that keeps the web server and the task worker running. Standard library only, so it stays small.

`medexpro serve` checks everything and then becomes this program. It starts both, says when the practice is ready,
starts again what dies, and stops both on SIGINT (Ctrl-C) or SIGTERM. Should it be killed itself, the system ends
its children (Linux).
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

STOP_WITHIN_S = 12.0
READY_WITHIN_S = 60.0
STEADY_S = 60.0
LONGEST_PAUSE_S = 30.0
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One program we keep running. pause_s: how long to wait before the next start; it doubles while it keeps dying."""

    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    pause_s: float = field(default=1.0)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches us alone and we stop it in order."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=_die_with_parent)

    def keep_alive(self) -> None:
        """Start it again, after a pause, if it has ended."""
        if self.process is None:
            if time.monotonic() >= self.start_again_at:
                self.start()
        elif (code := self.process.poll()) is not None:
            self.end_family()
            if time.monotonic() - self.started_at > STEADY_S:
                self.pause_s = 1.0
            say(f"The {self.name} ended ({_how(code)}). It starts again in {self.pause_s:g} s.")
            self.start_again_at = time.monotonic() + self.pause_s
            self.pause_s = min(self.pause_s * 2, LONGEST_PAUSE_S)
            self.process = None

    def end_family(self) -> None:
        """End what a program that died has left behind: its own children would go on answering beside the next one."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Send a signal to it and to what it started."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def supervise(children: list[Child], *, ready_at: tuple[str, int], welcome: str) -> int:
    """Run the children until we are told to stop; return the exit code.

    ready_at: address and port that answer when the first child is ready; then `welcome` is printed, once.
    A first child that ends before that is not started again: its reason is a setting, not an accident.
    """
    told_to_stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda signum, frame: told_to_stop.append(signum))
    for child in children:
        child.start()
    web, code, ready, began = children[0], 0, False, time.monotonic()
    while not told_to_stop:
        if not ready and answers(ready_at):
            ready = True
            say(welcome)
        if not ready and (_ended(web) or time.monotonic() - began > READY_WITHIN_S):
            say(f"The {web.name} did not start; its last lines above say why.")
            code = 1
            break
        for child in children:
            child.keep_alive()
        time.sleep(0.1 if not ready else 0.5)
    if not code:
        say("Stopping …")
    stop(children)
    return code


def stop(children: list[Child]) -> None:
    """Ask all children to finish what they do, and end those that don't within the time."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN_S
    for child in children:
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
        child.signal(signal.SIGKILL)


def answers(address: tuple[str, int]) -> bool:
    """Return whether someone listens there."""
    try:
        with socket.create_connection(address, timeout=1):
            return True
    except OSError:
        return False


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def _ended(child: Child) -> bool:
    return child.process is None or child.process.poll() is not None


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"


def _die_with_parent() -> None:
    """Ask Linux to stop this child when the supervisor dies; other systems have nothing like it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def main() -> int:
    """Run the plan that `medexpro serve` handed over as JSON in the first argument."""
    plan = json.loads(sys.argv[1])
    children = [Child(name, command) for name, command in plan["children"]]
    return supervise(children, ready_at=tuple(plan["ready_at"]), welcome=plan["welcome"])


if __name__ == "__main__":
    sys.exit(main())
