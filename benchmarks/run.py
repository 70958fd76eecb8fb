"""Measure the hot pages of a ten-year practice: queries, CPU ms, p50, p95, bytes."""

import argparse
import gzip
import os
import pathlib
import statistics
import sys
import time
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--sessions", type=int, default=200_000)
    parser.add_argument("--longest", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=30)
    parser.add_argument("--fresh", action="store_true", help="build the practice anew")
    options = parser.parse_args()

    home = HERE / "out" / f"home-{options.clients}-{options.sessions}"
    if options.fresh and home.exists():
        import shutil

        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    os.environ |= {"MEDEXPRO_HOME": str(home), "DJANGO_SETTINGS_MODULE": "medexpro.config.settings"}
    warnings.simplefilter("ignore")
    import django

    django.setup()
    episode = practice(options)
    measure(episode, options.repeat)


def practice(options):
    """Return the episode of the client with the most sessions, building the practice where it isn't there."""
    from django.core.management import call_command

    from benchmarks import tenyears
    from medexpro.config.demo.cases import CASES
    from medexpro.config.demo.people import found
    from medexpro.config.demo.story import Teller
    from medexpro.episodes.models import Episode
    from medexpro.kernel import clock

    rows = Episode.objects.select_related("client", "practice", "surgery", "referral__provider")
    known = rows.filter(client__family_name="Ellison").first() if ready() else None
    if known and known.sessions.count() >= options.longest:
        print("Practice from the last run:", tenyears.describe())
        return known
    began = time.perf_counter()
    call_command("prepare", verbosity=0)
    now = clock.now()
    teller = Teller(found(now), now)
    episode = rows.get(pk=teller.tell(CASES[0]).pk)
    tenyears.build(
        episode, clients=options.clients, sessions=options.sessions, longest=options.longest, now=now
    )
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"Built in {time.perf_counter() - began:.0f} s: {tenyears.describe()}")
    return episode


def ready() -> bool:
    from django.db import connection

    return "episodes_episode" in connection.introspection.table_names()


def measure(episode, repeat: int) -> None:
    """Print one line for each page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from medexpro.kernel import clock
    from medexpro.kernel.ids import uuid7
    from medexpro.knowledge.codes import search as codes
    from medexpro.practice.models import Member
    from medexpro.sessions import operations as sessions

    member = Member.objects.get(practice=episode.practice, user__email="rosa@example.org")
    browser = Client(HTTP_HOST="localhost", HTTP_ACCEPT_ENCODING="identity")
    browser.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    store = browser.session
    store["member"] = str(member.pk)
    store.save()
    today = sessions.open_session(episode, by=member, at=clock.now())
    seq = [today.commands.count()]

    def command():
        seq[0] += 1
        body = {
            "id": str(uuid7()),
            "practice": str(today.practice_id),
            "session": str(today.pk),
            "device": f"bench-{os.getpid()}",
            "seq": seq[0],
            "base_version": 0,
            "kind": "reading",
            "at": clock.now().isoformat(),
            "body": {"measure": "bp_systolic", "value": "128", "moment": "pre"},
        }
        return browser.post(reverse("sessions:commands"), data=body, content_type="application/json")

    seq[0] = 0
    work = {
        "client list": lambda: browser.get(reverse("clients:list")),
        "client search": lambda: browser.get(reverse("clients:list") + "?q=novak"),
        "chart, 1,000 sessions": lambda: browser.get(reverse("clients:show", args=[episode.client_id])),
        "session page": lambda: browser.get(reverse("sessions:show", args=[today.pk])),
        "session command": command,
        "sessions list": lambda: browser.get(reverse("sessions:list", args=[episode.pk])),
        "program": lambda: browser.get(reverse("programs:show", args=[episode.pk])),
        "today": lambda: browser.get(reverse("today:show")),
    }
    print(f"\n{'':24}{'queries':>8}{'CPU ms':>9}{'p50 ms':>9}{'p95 ms':>9}{'bytes':>10}{'gzip':>9}")
    for name, act in work.items():
        response = act()
        if response.status_code >= 400:
            print(f"{name:24} answered {response.status_code}")
            continue
        with CaptureQueriesContext(connection) as captured:
            response = act()
        queries = len(captured)  # Counted now: the next request empties the log.
        walls, cpus = [], []
        for _ in range(repeat):
            wall, cpu = time.perf_counter(), time.process_time()
            act()
            walls.append((time.perf_counter() - wall) * 1000)
            cpus.append((time.process_time() - cpu) * 1000)
        line(name, queries, cpus, walls, len(response.content), len(gzip.compress(response.content, 6)))
    keys = [
        text[:n]
        for text in ("osteoarthritis knee", "total knee", "m17.1", "hypertens", "diabtes")
        for n in range(2, len(text) + 1)
    ]
    walls, cpus = [], []
    for key in keys:
        wall, cpu = time.perf_counter(), time.process_time()
        codes.search(key, on=episode.practice.day(clock.now()))
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    line("code search, a keystroke", "", cpus, walls, 0, 0)
    report(episode, member, repeat)


def report(episode, member, repeat: int) -> None:
    """Measure drafting's preview and the PDF of the progress report."""
    from medexpro.kernel import clock
    from medexpro.reports import operations as reports

    document = reports.draft(episode, kind="progress_report", by=member, at=clock.now())
    walls, cpus, size = [], [], 0
    for _ in range(min(repeat, 10)):
        wall, cpu = time.perf_counter(), time.process_time()
        size = len(reports.proof(document, at=clock.now()).pdf)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    line("progress report, PDF", "", cpus, walls, size, 0)


def line(name, queries, cpus, walls, size, packed) -> None:
    walls = sorted(walls)
    p95 = walls[min(len(walls) - 1, round(0.95 * len(walls)))]
    print(
        f"{name:24}{queries!s:>8}{statistics.median(cpus):9.1f}{statistics.median(walls):9.1f}{p95:9.1f}{size:10,}{packed:9,}"
    )


if __name__ == "__main__":
    main()
