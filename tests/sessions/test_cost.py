"""What the floor costs: queries of its pages and commands, early on and after a long history."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from medexpro.config.demo import history
from medexpro.programs.state import program_of
from medexpro.sessions import operations, presenters
from medexpro.sessions.gate import Weighing
from medexpro.sessions.models import SessionCommand
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.sessions.floor import Tablet

ASIDE = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


@pytest.fixture
def episode(cast, clock):
    clock("2026-10-13 09:30")
    return scenario.programmed(cast)


@pytest.fixture
def floor(cast, episode):
    """Return a function that opens today's session: after none, or after many."""

    def begin(sessions_before=0):
        if sessions_before:
            days = [TODAY - timedelta(days=n) for n in range(sessions_before, 0, -1)]
            history.write_sessions(episode, program_of(episode), days, by=cast.ana)
        return operations.open_session(episode, by=cast.ana, at=MORNING)

    return begin


def asked(act):
    """Return from which tables an act reads, and which it writes; the marks of transactions are none."""
    with CaptureQueriesContext(connection) as captured:
        act()
    queries = [query["sql"] for query in captured if not query["sql"].startswith(ASIDE)]
    return [sql[sql.find(" FROM ") + 1 :][:50] if " FROM " in sql else sql[:50] for sql in queries]


@pytest.mark.parametrize("before", [0, 40])
def test_the_session_page_and_the_list_stay_inside_their_budget(floor, episode, cast, sign_in, before):
    session, browser = floor(before), sign_in(cast.ana)
    for url in (reverse("sessions:show", args=[session.pk]), reverse("sessions:list", args=[episode.pk])):
        browser.get(url)
        questions = asked(lambda url=url: browser.get(url))
        assert len(questions) <= 15, "\n".join(questions)


@pytest.mark.parametrize("before", [0, 40])
def test_commands_ask_the_same_however_long_the_history(floor, cast, before):
    session = floor(before)
    tablet = Tablet(session, cast.ana)
    entry, skipped, swapped = (str(one.pk) for one in session.entries.all()[:3])
    other = presenters.swaps_state(Weighing(session, at=MORNING), [])["instead"][
        session.entries.get(pk=swapped).exercise
    ][0]
    hour = [
        ("red_flags", {"items": []}, 15),
        ("signs", {"items": []}, 15),
        ("reading", {"measure": "bp_systolic", "value": "128", "moment": "pre"}, 16),
        ("reading", {"measure": "bp_diastolic", "value": "82", "moment": "pre"}, 16),
        ("reading", {"measure": "resting_hr", "value": "68", "moment": "pre"}, 16),
        ("reading", {"measure": "pain_nrs", "value": "1", "moment": "pre"}, 16),
        ("start", {}, 15),
        ("log", {"entry": entry, "sets": [{"quantity": "10", "load": None}], "effort": 4, "pain": 1}, 16),
        ("skip", {"entry": skipped, "reason": "No time"}, 14),
        ("swap", {"entry": swapped, "exercise": other, "reason": "Bike taken"}, 14),
        ("place", {"place": "home"}, 5),
        ("note", {"text": "Steady."}, 5),
        ("ready", {}, 5),
    ]
    tablet.send("note", text="Warm.")  # The first command reads the protocol, once a process.
    for kind, body, most in hour:
        command = tablet.command(kind, **body)
        questions = asked(lambda command=command: tablet.resend(command))
        assert tablet.version == session.version + tablet.seq, kind
        assert len(questions) <= most, kind + "\n" + "\n".join(questions)


def test_a_command_is_kept_without_the_gate_and_answers_again_with_the_gate_of_now(floor, cast):
    tablet = Tablet(floor(), cast.ana)
    first = tablet.command("reading", measure="bp_systolic", value="128", moment="pre")
    said = tablet.resend(first)
    assert "bp_systolic" not in said["gate"]["missing"]
    assert "gate" not in SessionCommand.objects.get(id=first["id"]).answer
    tablet.send("reading", measure="bp_diastolic", value="82", moment="pre")
    again = tablet.resend(first)
    assert (again["outcome"], again["first"]) == ("duplicate", "applied")
    assert "bp_diastolic" in said["gate"]["missing"] and "bp_diastolic" not in again["gate"]["missing"]
    assert again["version"] == said["version"]
