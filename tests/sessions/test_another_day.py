"""A log belongs to its day: nothing is done today on the pressure and the answers of Monday."""

from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.sessions import operations
from medexpro.sessions.models import SessionLog
from tests import scenario
from tests.conftest import MORNING
from tests.pages import text_of
from tests.sessions.floor import Tablet

SETS = [{"quantity": "10", "load": None}]


@pytest.fixture
def monday(cast):
    """A tablet with Monday's log: the gate passed, one exercise done, the note not signed."""
    session = operations.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    tablet = Tablet(session, cast.ana)
    tablet.takes_vitals()
    tablet.send("start")
    tablet.send("log", entry=str(session.entries.first().pk), sets=SETS, effort=4, pain=1)
    return tablet


@pytest.fixture
def thursday(monday):
    return monday.later(3 * 24 * 60)


def test_thursdays_work_is_refused_in_mondays_log_and_says_where_it_goes(thursday):
    entry = str(thursday.session.entries.last().pk)
    for kind, body in [
        ("reading", {"measure": "bp_systolic", "value": "128"}),
        ("red_flags", {"items": []}),
        ("start", {}),
        ("log", {"entry": entry, "sets": SETS}),
        ("skip", {"entry": entry, "reason": "no time"}),
        ("minutes", {"seconds": {"strength": 600}}),
    ]:
        answer = thursday.send(kind, **body)
        assert answer["outcome"] == "refused", kind
        assert answer["sentence"].startswith("This log is of Tue, Oct 13. Open today’s session"), kind
    assert thursday.session.entries.filter(state="done").count() == 1


def test_a_half_filled_gate_of_monday_starts_nothing_on_thursday(cast):
    session = operations.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    tablet = Tablet(session, cast.ana)
    tablet.takes_vitals()
    assert tablet.later(3 * 24 * 60).send("start")["outcome"] == "refused"
    assert SessionLog.objects.get(pk=session.pk).started_at is None


def test_what_the_tablet_kept_overnight_arrives_the_next_day(thursday):
    entry = thursday.session.entries.last()
    late = thursday.command("log", entry=str(entry.pk), sets=SETS, effort=4, pain=1)
    slow = timedelta(hours=-7)  # A clock that is wrong all along does not matter.
    made = MORNING + timedelta(minutes=30)
    late |= {"at": (made + slow).isoformat(), "sent_at": (thursday.at + slow).isoformat()}
    assert thursday.resend(late)["outcome"] == "applied"
    entry.refresh_from_db()
    assert (entry.state, entry.logged_at) == ("done", made)


def test_mondays_log_is_still_noted_and_signed_with_what_was_left_as_not_done(thursday, cast, sign_in):
    assert thursday.send("note", text="Left early for the bus.")["outcome"] == "applied"
    assert thursday.send("close", response="well", decision="hold")["outcome"] == "applied"
    note = operations.sign(thursday.session, recently_signed_in=True, by=cast.ana, at=thursday.at)
    assert note.state == "signed"
    assert "Not done" in text_of(sign_in(cast.ana).get(reverse("sessions:show", args=[note.pk])))


def test_the_chart_offers_todays_session_and_names_the_unsigned_one(thursday, cast, sign_in, clock):
    clock("2026-10-16 09:30")
    page = text_of(sign_in(cast.ana).get(reverse("clients:show", args=[cast.janet.pk])))
    assert "Start session 2" in page and "Resume log" not in page
    assert "Session 1 of Oct 13 is not signed yet." in page


def test_todays_own_log_is_resumed(monday, cast, sign_in, clock):
    clock("2026-10-13 10:30")
    page = text_of(sign_in(cast.ana).get(reverse("clients:show", args=[cast.janet.pk])))
    assert "Resume log" in page and "not signed yet" not in page


# ---- Two tablets, two clocks


def stands_at(session):
    return list(session.readings.filter(measure="bp_systolic").values_list("value", flat=True))


def test_a_high_reading_of_a_tablet_whose_clock_is_slow_still_closes_the_gate(cast):
    session = operations.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    right, slow = Tablet(session, cast.ana), Tablet(session, cast.ana, name="slow")
    right.later(5).takes_vitals(150, 82)
    slow.later(7)
    for measure, value in (("bp_systolic", "184"), ("bp_diastolic", "82")):
        sent = slow.command("reading", measure=measure, value=value, moment="pre")
        behind = (slow.at - timedelta(minutes=8)).isoformat()
        answer = slow.resend(sent | {"at": behind, "sent_at": behind})
    assert answer["gate"]["state"] == "hold"
    assert stands_at(session) == [150, 184]
    assert right.later(5).send("start")["outcome"] == "refused"


def test_a_clock_of_another_century_lifts_no_cap_on_minutes(monday):
    far = monday.command("minutes", seconds={"strength": 5 * 3600})
    answer = monday.resend(far | {"at": "2999-01-01T00:00:00+00:00"})
    assert answer["outcome"] == "refused" and "add up to more" in answer["sentence"]
