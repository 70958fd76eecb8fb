"""Measuring a practice from inside one process: every hot page, a command of the floor, a keystroke, a document."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks import molds, rules
from benchmarks.floor import MEASURED, Tablet, chair_stand, ordinary
from benchmarks.lines import Line
from medexpro.assessments import operations as assessments
from medexpro.audit import sealing
from medexpro.clients.models import Client
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.knowledge import library as knowledge
from medexpro.knowledge.codes import search as codes
from medexpro.practice.models import Member
from medexpro.reports import operations as reports
from medexpro.sessions import operations as sessions
from medexpro.sessions.models import ExerciseEntry, SessionCommand, SessionReading

TYPED = ("osteoarthritis knee", "total knee", "m17.1", "hypertens", "diabtes")
ASIDE = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class Cpu:
    """The CPU time of this process and, on PostgreSQL, of the process that answers our connection; milliseconds."""

    def __init__(self) -> None:
        self.backend = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.backend = f"/proc/{cursor.fetchone()[0]}/schedstat"
            if not os.path.exists(self.backend):  # noqa: PTH110 - another machine's, or no Linux
                self.backend = None

    def ms(self) -> float:
        """Return the milliseconds used so far."""
        ours = time.process_time() * 1000
        if self.backend is None:
            return ours
        with open(self.backend, encoding="ascii") as file:  # noqa: PTH123 - read thousands of times
            return ours + int(file.read().split()[0]) / 1e6


class Measured:
    """Measures things of one practice and keeps their lines."""

    def __init__(self, repeat: int, say: Callable[[str], None]):
        self.repeat, self.say = repeat, say
        self.cpu, self.lines = Cpu(), []

    def page(self, name: str, url: str, browser: Any, *, packs: bool = True) -> None:
        """Measure a page: its queries once, then its time again and again."""
        answer = browser.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"{name} ({url}) answered {answer.status_code}.")
        queries = counted(lambda: browser.get(url))
        packed = len(browser.get(url, headers={"Accept-Encoding": "gzip"}).content) if packs else None
        self.many(name, lambda: browser.get(url), queries=queries, size=len(answer.content), packed=packed)

    def many(self, name: str, act: Callable[[], Any], *, repeat: int = 0, **known: Any) -> None:
        """Measure something by doing it many times."""
        walls, cpus = [], []
        for _ in range(repeat or self.repeat):
            wall, cpu = time.perf_counter(), self.cpu.ms()
            act()
            walls.append((time.perf_counter() - wall) * 1000)
            cpus.append(self.cpu.ms() - cpu)
        self.keep(name, cpus, walls, **known)

    def keep(self, name: str, cpus: list[float], walls: list[float], **known: Any) -> None:
        """Keep the line of something that was measured."""
        self.lines.append(Line.of(name, cpus=cpus, walls=walls, **({"queries": None} | known)))
        self.say(name)


def measure(repeat: int, passes: int, say: Callable[[str], None]) -> list[Line]:
    """Measure a built practice, several times over; nothing of it stays but read marks and trail.

    Others may work on the same machine: of each thing the pass counts in which it was answered soonest.
    """
    longest, usual = _episode(molds.LONGEST), _episode(molds.ORDINARY)
    member = Member.objects.get(practice=longest.practice, user__email="rosa@example.org")
    found: list[list[Line]] = []
    for _ in range(passes):
        measured = Measured(repeat, say)
        with undone():
            _pages(measured, member, longest, usual)
        _knowledge(measured)
        _creating(measured, member)
        _commands(measured, member, usual, "session command, ordinary hour", parts=True)
        _commands(measured, member, longest, "session command, longest history")
        found.append(measured.lines)
    return [quietest(lines) for lines in zip(*found, strict=True)]


def quietest(lines: Sequence[Line]) -> Line:
    """Return the line of one thing with the lowest p95."""
    return min(lines, key=lambda line: line.p95_ms or 0)


def _episode(family: str) -> Episode:
    """Return the told client's episode; copies bear other names."""
    return molds.episodes().get(client__family_name=family)


def _pages(measured: Measured, member: Member, longest: Episode, usual: Episode) -> None:
    now, browser = clock.now(), molds.browser_of(member)
    last_page = -(-Client.objects.filter(practice=member.practice, archived_at=None).count() // 25)
    opened = {episode: sessions.open_session(episode, by=member, at=now) for episode in (longest, usual)}
    waiting = Client.objects.create(practice=member.practice, family_name="Bench", name_search="bench")
    check = assessments.start(longest, "check", by=member, at=now)
    draft = reports.draft(longest, kind="progress_report", by=member, at=now)
    signed = usual.sessions.filter(state="signed").order_by("-number").first()
    pages = {
        "today": reverse("today:show"),
        "today, the day's line": reverse("scheduling:line"),
        "end of the day": reverse("today:closing"),
        "calendar, the own week": reverse("scheduling:week"),
        "calendar, everyone's week": reverse("scheduling:week") + "?who=all",
        "calendar, everyone's day": reverse("scheduling:day") + "?who=all",
        "client list": reverse("clients:list"),
        "client list, in service": reverse("clients:list") + "?show=service",
        "client list, a search": reverse("clients:list") + "?q=kel",
        "client list, last page": reverse("clients:list") + f"?page={last_page}",
        "client search, a keystroke": reverse("clients:find") + "?q=ke",
        "chart, longest history": reverse("clients:show", args=[longest.client_id]),
        "chart, ordinary": reverse("clients:show", args=[usual.client_id]),
        "client, no episode yet": reverse("clients:show", args=[waiting.pk]),
        "timeline, longest history": reverse("record:timeline", args=[longest.client_id]),
        "health record": reverse("clients:health", args=[longest.client_id]),
        "session page, longest history": reverse("sessions:show", args=[opened[longest].pk]),
        "session page, ordinary": reverse("sessions:show", args=[opened[usual].pk]),
        "sessions list": reverse("sessions:list", args=[longest.pk]),
        "sessions list, far back": reverse("sessions:list", args=[longest.pk]) + "?before=60",
        "a signed note": reverse("sessions:show", args=[signed.pk]),
        "program": reverse("programs:show", args=[longest.pk]),
        "assessments": reverse("assessments:index", args=[longest.pk]),
        "assessment page": reverse("assessments:show", args=[check.pk]),
        "goals": reverse("assessments:goals", args=[longest.pk]),
        "clearance": reverse("clearance:decide", args=[longest.pk]),
        "referrals, due": reverse("referrals:list"),
        "referrals, all": reverse("referrals:list") + "?show=all",
        "a referral": reverse("referrals:show", args=[usual.referral_id]),
        "providers": reverse("providers:list"),
        "reports, what is due": reverse("reports:index"),
        "reports of an episode": reverse("reports:of_episode", args=[longest.pk]),
        "report, the draft": reverse("reports:show", args=[draft.pk]),
        "trail of a client": reverse("practice:client_trail", args=[longest.client_id]),
        "trail of the practice": reverse("practice:trail"),
    }
    for name, url in pages.items():
        measured.page(name, url, browser)
    _saving(measured, browser, check)
    measured.page("sign-in page", reverse("account_login"), type(browser)(HTTP_HOST="localhost"))
    keys = [text[:end] for text in TYPED for end in range(2, len(text) + 1)]
    day, typed = member.practice.day(now), iter(keys)
    measured.many("code search, a keystroke", lambda: codes.search(next(typed), on=day), repeat=len(keys))
    made: list[bytes] = []
    measured.many(
        "report, the PDF",
        lambda: made.append(reports.proof(draft, at=now).pdf),
        repeat=min(10, measured.repeat),
    )
    measured.lines[-1].size = len(made[-1])


def _knowledge(measured: Measured) -> None:
    """Measure what a process pays for the reference data: once from what the last start kept, and from the files."""

    def cold() -> None:
        knowledge.library.cache_clear()
        knowledge.library()

    cold()
    measured.many("knowledge, a start", cold, repeat=min(20, measured.repeat))
    measured.many("… after its files changed", knowledge.build, repeat=3)
    measured.many("an assessment scored and judged", rules.assessment())


def _saving(lines: Measured, browser: Any, assessment: Any) -> None:
    """Measure a result that is typed into its card, as the page sends it."""
    url, number = reverse("assessments:record", args=[assessment.pk, MEASURED]), iter(range(10_000))

    def save() -> None:
        answer = browser.post(url, chair_stand(next(number)), HTTP_HX_REQUEST="true")
        if answer.status_code != 200:
            raise RuntimeError(
                f"Saving a measurement answered {answer.status_code}: {answer.content[:500]!r}"
            )

    save()
    lines.many("save a measurement", save, queries=counted(save))


def _creating(measured: Measured, member: Member) -> None:
    """Measure quick-add, and take the clients it made away again."""
    browser, url = molds.browser_of(member), reverse("clients:add")
    number = iter(range(10_000))

    def add() -> None:
        given = {
            "given_name": f"Quick{next(number)}",
            "family_name": "Bench",
            "new_id": str(uuid7()),
            "knowingly": "yes",
        }
        answer = browser.post(url, given)
        if answer.status_code != 302:
            raise RuntimeError(f"Adding a client answered {answer.status_code}.")

    add()
    queries = counted(add)
    measured.many("create a client", add, queries=queries)
    made = Client.objects.filter(practice=member.practice, family_name="Bench")
    with sealing.lifted():
        for one in made:
            one.assignments.all().delete()
        made.delete()


def _commands(
    measured: Measured, member: Member, episode: Episode, name: str, *, parts: bool = False
) -> None:
    """Measure the commands of ordinary hours, one after another, each committed."""
    browser, url = molds.browser_of(member), reverse("sessions:commands")
    walls: dict[str, list[float]] = {}
    cpus: dict[str, list[float]] = {}
    asked: dict[str, list[int]] = {}
    for hour in range(max(2, measured.repeat // 8)):
        session = sessions.open_session(episode, by=member, at=clock.now())
        tablet = Tablet(session, f"bench-{hour}")
        for said in ordinary(list(session.entries.all())):
            body = json.dumps(tablet.command(said, clock.now()))
            with CaptureQueriesContext(connection) if hour == 0 else _nothing() as captured:
                wall, cpu = time.perf_counter(), measured.cpu.ms()
                answer = browser.post(url, body, content_type="application/json").json()
                cpu, wall = measured.cpu.ms() - cpu, (time.perf_counter() - wall) * 1000
            if answer["outcome"] != "applied":
                raise RuntimeError(f"{said[0]} was answered {answer}.")
            tablet.version = answer["version"]
            if captured is not None:
                asked.setdefault(said[0], []).append(_counted(captured))
            else:
                walls.setdefault(said[0], []).append(wall)
                cpus.setdefault(said[0], []).append(cpu)
        forget(session)
    counts, spent, took = (list(chain.from_iterable(kept.values())) for kept in (asked, cpus, walls))
    measured.keep(name, spent, took, queries=round(sum(counts) / len(counts), 1))
    # The mean tells the cost of an hour; a median would leave out what is dear.
    measured.lines[-1].cpu_ms = sum(spent) / len(spent)
    for kind, words in (("reading", "… a reading"), ("log", "… an exercise")) if parts else ():
        queries = sum(asked[kind]) / len(asked[kind])
        measured.keep(words, cpus[kind], walls[kind], queries=round(queries, 1))


def forget(session: Any) -> None:
    """Take a session of the benchmark away again; what the trail says of it stays."""
    with sealing.lifted():
        for model in (SessionCommand, SessionReading, ExerciseEntry):
            model.objects.filter(session=session).delete()
        session.delete()


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is done inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


def counted(act: Callable[[], Any]) -> int:
    """Return how many questions an act asks the database; the marks of transactions are none."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return _counted(captured)


def _counted(captured: CaptureQueriesContext) -> int:
    return sum(not query["sql"].startswith(ASIDE) for query in captured)
