"""The practice served by the product's own command and measured from outside: 32 tablets, memory, bytes on the wire."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from django.conf import settings
from django.db import connection
from django.urls import reverse

from benchmarks import molds
from benchmarks.budgets import ALL_AT_ONCE, ALL_MEASURING
from benchmarks.floor import MEASURED, Tablet, chair_stand, ordinary
from benchmarks.lines import Line
from benchmarks.pages import forget
from medexpro.assessments import operations as assessments
from medexpro.audit import sealing
from medexpro.episodes.models import Status
from medexpro.kernel import clock
from medexpro.practice.models import Member
from medexpro.sessions import operations as sessions

READY_WITHIN_S = 60
TOKEN = "0123456789abcdefghijklmnopqrstuv"  # noqa: S105 - nobody's
"""A CSRF token of the right shape: a tablet sends in the header what stands in its cookie."""


class Server:
    """The practice, served on a free port of this machine by `medexpro serve`."""

    def __init__(self, home: Path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = home / "serve.log"
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "Server":
        with self.log.open("w", encoding="utf-8") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "medexpro", "serve"],
                env=os.environ | {"PORT": str(self.port), "MEDEXPRO_DEMO": "1"},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while "is ready" not in self.log.read_text(encoding="utf-8"):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"The practice was not served:\n{self.log.read_text(encoding='utf-8')}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(15)
            self.process.kill()

    def family(self) -> list[psutil.Process]:
        """Return the supervisor and every process below it: web server and task worker."""
        if self.process is None:
            return []
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def web(self) -> list[psutil.Process]:
        """Return the processes of the web server."""
        return [one for one in self.family() if "granian" in " ".join(one.cmdline())]


def cpu_ms(processes: list[psutil.Process]) -> float:
    """Return the CPU time processes have used."""
    spent = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            spent += times.user + times.system
    return spent * 1000


def database() -> list[psutil.Process]:
    """Return the processes of the database; none for SQLite, which works inside ours, or on another machine."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with contextlib.suppress(psutil.NoSuchProcess):
        postmaster = psutil.Process(pid).parent()
        return [postmaster, *postmaster.children(recursive=True)] if postmaster else []
    return []


def measure(
    home: Path, *, tablets: int, rounds: int, say: Callable[[str], None]
) -> tuple[list[Line], dict[str, float]]:
    """Serve the practice and measure it; return lines, and figures that are no lines."""
    member = Member.objects.select_related("practice", "user").get(user__email="rosa@example.org", is_active=True,
                                                                   practice__name__startswith="Northbridge")  # fmt: skip
    opened = _open_sessions(member, tablets)
    try:
        with Server(home) as server:
            cookie = _signed_in(member)
            lines = _all_at_once(server, cookie, opened, rounds, say)
            lines += _all_measuring(server, cookie, member, [session for session, _ in opened], rounds, say)
            lines += _bytes(server, cookie, opened[0][0], say)
            time.sleep(3)
            memory = sum(one.memory_full_info().pss for one in server.family()) / 2**20
    finally:
        for session, _ in opened:
            forget(session)
    return lines, {"memory_mib": memory}


def _open_sessions(member: Member, tablets: int) -> list[tuple[Any, list[Any]]]:
    """Open today's session of as many clients as there are tablets; return them with their exercises."""
    opened = []
    rows = molds.episodes().filter(practice=member.practice, status=Status.ACTIVE).order_by("pk")
    for episode in rows.exclude(client__family_name__in=(molds.LONGEST, molds.ORDINARY)).iterator():
        with contextlib.suppress(sessions.SessionRefused):
            session = sessions.open_session(episode, by=member, at=clock.now())
            opened.append((session, list(session.entries.all())))
        if len(opened) == tablets:
            return opened
    raise RuntimeError(f"Only {len(opened)} clients may begin a session today.")


def _signed_in(member: Member) -> str:
    """Return the cookies of a browser in which a member has just signed in."""
    browser = molds.browser_of(member)
    store = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={store}; csrftoken={TOKEN}"


class Floor:
    """Many tablets, each sending the commands of whole hours, one after another, as fast as they are answered."""

    def __init__(self, server: Server, cookie: str):
        self.server, self.cookie = server, cookie
        self.took: list[float] = []
        self.refused: list[str] = []
        self.path = reverse("sessions:commands")

    def hour(self, line: http.client.HTTPConnection, tablet: Tablet, entries: list[Any]) -> None:
        """Send one hour's commands over one connection."""
        headers = {
            "Content-Type": "application/json",
            "Cookie": self.cookie,
            "X-CSRFToken": TOKEN,
            "Host": f"localhost:{self.server.port}",
        }
        for said in ordinary(entries):
            body = json.dumps(tablet.command(said, clock.now()))
            began = time.perf_counter()
            line.request("POST", self.path, body, headers)
            answer = line.getresponse()
            content = answer.read()
            self.took.append((time.perf_counter() - began) * 1000)
            told = json.loads(content) if answer.status == 200 else {"outcome": str(answer.status)}
            if told["outcome"] != "applied":
                self.refused.append(f"{said[0]}: {told}")
                return
            tablet.version = told["version"]

    def work(self, session: Any, entries: list[Any], rounds: int) -> None:
        """Be one tablet."""
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        for time_round in range(rounds):
            self.hour(
                line,
                Tablet(session, f"tablet-{session.pk.hex[-12:]}-{time_round}-{time.time_ns()}"[:40]),
                entries,
            )
            session.refresh_from_db()
        line.close()
        connection.close()


def _all_at_once(
    server: Server, cookie: str, opened: list[tuple[Any, list[Any]]], rounds: int, say: Callable[[str], None]
) -> list[Line]:
    """Let all tablets send at once; each waits only for its answers."""
    warm = Floor(server, cookie)
    threads = [threading.Thread(target=warm.work, args=(*one, 1)) for one in opened[:8]]
    _together(threads)
    floor = Floor(server, cookie)
    processes = [*server.web(), *database()]
    before, began = cpu_ms(processes), time.perf_counter()
    _together([threading.Thread(target=floor.work, args=(*one, rounds)) for one in opened])
    spent, seconds = cpu_ms(processes) - before, time.perf_counter() - began
    if refused := warm.refused + floor.refused:
        raise RuntimeError(f"{len(refused)} commands were not applied; the first: {refused[0]}")
    line = Line.of(
        ALL_AT_ONCE, queries=None, cpus=[spent / len(floor.took)], walls=floor.took, size=None, packed=None
    )
    say(
        f"{len(opened)} tablets sent {len(floor.took):,} commands in {seconds:.0f} s, longest {max(floor.took):.0f} ms"
    )
    return [line]


def _all_measuring(
    server: Server, cookie: str, member: Member, opened: list[Any], rounds: int, say: Callable[[str], None]
) -> list[Line]:
    """Let as many tablets as sessions save results of a check at once, each waiting only for its answers."""
    checks = [assessments.start(one.episode, "check", by=member, at=clock.now()) for one in opened]
    took: list[float] = []
    refused: list[int] = []

    def work(check: Any, times: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "HX-Request": "true",
            "Cookie": cookie,
            "X-CSRFToken": TOKEN,
            "Host": f"localhost:{server.port}",
        }
        for number in range(times):
            began = time.perf_counter()
            path = reverse("assessments:record", args=[check.pk, MEASURED])
            line.request("POST", path, urlencode(chair_stand(number)), headers)
            answer = line.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                refused.append(answer.status)
        line.close()

    _together([threading.Thread(target=work, args=(one, 2)) for one in checks[:8]])
    took.clear()
    processes = [*server.web(), *database()]
    before = cpu_ms(processes)
    _together([threading.Thread(target=work, args=(one, 8 * rounds)) for one in checks])
    spent = cpu_ms(processes) - before
    with sealing.lifted():
        for check in checks:
            check.measurements.all().delete()
            check.delete()
    if refused:
        raise RuntimeError(f"{len(refused)} measurements were not saved: {set(refused)}")
    say(f"{len(checks)} tablets saved {len(took):,} measurements, longest {max(took):.0f} ms")
    return [
        Line.of(ALL_MEASURING, queries=None, cpus=[spent / len(took)], walls=took, size=None, packed=None)
    ]


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# ---- Bytes, as a browser receives them


def _bytes(server: Server, cookie: str, session: Any, say: Callable[[str], None]) -> list[Line]:
    """Return what a browser receives for the first page, and for others after it."""
    chromium = os.environ.get("MEDEXPRO_CHROMIUM")
    if not chromium:
        say("no Chromium: bytes on the wire are not measured (MEDEXPRO_CHROMIUM names one)")
        return []
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    root = f"http://localhost:{server.port}"
    later = {
        "today": reverse("today:show"),
        "client list": reverse("clients:list"),
        "a chart": reverse("clients:show", args=[session.episode.client_id]),
        "session page and its scripts": reverse("sessions:show", args=[session.pk]),
        "session page, again": reverse("sessions:show", args=[session.pk]),
    }
    lines = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        page = context.new_page()
        received = Received(context.new_cdp_session(page))
        page.goto(root + reverse("account_login"), wait_until="networkidle")
        lines.append(Line("first page, sign-in", packed=received.total, size=received.requests))
        lines.append(Line("… of it fonts", packed=received.fonts))
        context.add_cookies(
            [
                {"name": name, "value": value, "url": root}
                for name, _, value in (one.partition("=") for one in cookie.split("; "))
            ]
        )
        for name, path in later.items():
            received.forget()
            page.goto(root + path, wait_until="networkidle")
            lines.append(Line(f"after it, {name}", packed=received.total, size=received.requests))
        browser.close()
    return lines


class Received:
    """Counts what a page receives over the network: what lies in the browser's cache costs nothing."""

    def __init__(self, session: Any):
        self.kinds: dict[str, str] = {}
        self.forget()
        session.on("Network.responseReceived", self._response)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def forget(self) -> None:
        """Begin anew, for another page."""
        self.total = self.fonts = self.requests = 0

    def _response(self, event: dict) -> None:
        self.kinds[event["requestId"]] = event["type"]

    def _finished(self, event: dict) -> None:
        size = int(event["encodedDataLength"])
        self.total += size
        self.requests += bool(size)
        if self.kinds.get(event["requestId"]) == "Font":
            self.fonts += size
