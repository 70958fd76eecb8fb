"""How a session ends: stopped and signed as stopped, the next one after the provider's answer, or never held at all."""

from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.clearance import operations as clearance
from medexpro.programs.state import program_of
from medexpro.reports import record as reports
from medexpro.sessions import operations
from medexpro.sessions.models import SessionLog
from medexpro.today import obligations
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import text_of
from tests.sessions.floor import Tablet

CHEST = "rf_chest_or_breath"


@pytest.fixture
def episode(cast):
    return scenario.programmed(cast)


@pytest.fixture
def tablet(cast, episode):
    return Tablet(operations.open_session(episode, by=cast.ana, at=MORNING), cast.ana)


def log(tablet, entry):
    return tablet.send("log", entry=str(entry.pk), sets=[{"quantity": "10", "load": None}], effort=4, pain=1)


@pytest.fixture
def stopped(tablet):
    """One exercise done; then her chest feels tight, and it goes back to the provider."""
    tablet.takes_vitals()
    tablet.send("start")
    log(tablet, tablet.session.entries.first())
    tablet.later(20).send("red_flags", items=[CHEST])
    assert tablet.send("hold", observed="Tight chest on the stairs")["outcome"] == "applied"
    tablet.session = SessionLog.objects.get(pk=tablet.session.pk)
    return tablet


def answered(episode, cast, at):
    return clearance.record_answer(
        episode.refer_backs.get(),
        answer="ECG clean, go on",
        provider=cast.dr_raman,
        go_on=True,
        by=cast.ana,
        at=at,
    )


def signed(tablet, cast):
    return operations.sign(tablet.session, recently_signed_in=True, by=cast.ana, at=tablet.later(5).at)


def test_what_was_done_before_a_stop_is_signed_as_stopped_and_says_so(stopped, cast, sign_in):
    stopped.send("note", text="Sat down at once.")
    note = signed(stopped, cast)
    assert (note.state, note.state_words) == ("signed", "Signed, stopped")
    assert note.content_hash == operations.content_hash(note)
    page = text_of(sign_in(cast.ana).get(reverse("sessions:show", args=[note.pk])))
    assert "Tight chest on the stairs" in page and "went back to the provider" in page
    assert "Sat down at once." in page and "Not done" in page  # The seven that were left.


def test_the_stop_is_under_the_signature(stopped, cast):
    note = signed(stopped, cast)
    note.marks["stopped"]["observed"] = "A little tired"
    assert note.content_hash != operations.content_hash(note)


@pytest.mark.parametrize(
    "kind", ["reading", "red_flags", "signs", "start", "skip", "unlog", "add", "ready", "hold"]
)
def test_nothing_on_the_floor_alters_a_session_that_was_stopped(stopped, kind):
    body = {
        "entry": str(stopped.session.entries.last().pk),
        "reason": "no time",
        "items": [],
        "measure": "spo2",
        "value": "97",
    }
    answer = stopped.send(kind, **body)
    assert (answer["outcome"], "was stopped" in answer["sentence"]) == ("refused", True)


def test_minutes_of_a_stopped_session_end_with_the_stop(stopped):
    stopped.later(60)
    assert stopped.send("minutes", seconds={"strength": 19 * 60})["outcome"] == "applied"
    assert stopped.send("minutes", seconds={"strength": 40 * 60})["outcome"] == "refused"


def test_once_the_provider_has_answered_the_next_session_starts_the_same_day(stopped, episode, cast):
    episode.refresh_from_db()
    with pytest.raises(operations.SessionRefused):
        operations.open_session(episode, by=cast.ana, at=stopped.at)
    answered(episode, cast, stopped.later(60).at)
    episode.refresh_from_db()
    following = operations.open_session(episode, by=cast.ana, at=stopped.later(30).at)
    assert following.pk != stopped.session.pk and following.number == 2
    again = Tablet(following, cast.ana, at=stopped.at)
    assert again.takes_vitals()["gate"]["state"] == "go" and again.send("start")["outcome"] == "applied"


def chart(sign_in, cast):
    return text_of(sign_in(cast.ana).get(reverse("clients:show", args=[cast.janet.pk])))


def test_the_chart_says_what_stops_first_and_after_the_answer_offers_the_next_session(
    stopped, episode, cast, sign_in, clock
):
    clock("2026-10-13 11:00")
    page = chart(sign_in, cast)
    assert "See what clears it" in page and "Resume log" not in page and "Start session" not in page
    answered(episode, cast, stopped.later(60).at)
    page = chart(sign_in, cast)
    assert "Start session 2" in page
    assert "Session 1 of Oct 13 was stopped and is not signed yet." in page


def test_a_stopped_session_that_began_counts_as_held_and_done_one_that_never_began_does_not(
    stopped, episode, cast
):
    signed(stopped, cast)
    assert program_of(episode).sessions_done == 1
    visit = reports.read(episode, stopped.later(5).at).visits[0]
    assert (visit.came, visit.held) == (True, True)


def test_a_session_stopped_before_exercise_began_is_signed_and_counts_as_none(tablet, episode, cast):
    tablet.takes_vitals()
    tablet.send("red_flags", items=[CHEST])
    tablet.send("hold", observed="Short of breath on the way in")
    assert signed(tablet, cast).state == "signed"
    assert program_of(episode).sessions_done == 0
    visit = reports.read(episode, tablet.later(5).at).visits[0]
    assert (visit.came, visit.held) == (False, True)


# ---- Did not take place


def left_out(tablet, cast, why="no_show", words=""):
    return operations.did_not_take_place(tablet.session, why=why, words=words, by=cast.ana, at=tablet.at)


def test_a_no_show_leaves_today_and_stands_in_the_list_with_its_reason(tablet, episode, cast, sign_in, clock):
    left_out(tablet, cast, words="Called at noon")
    names = [kind.name for kind in obligations.owed_to(cast.ana, TODAY)]
    assert "Unsigned notes" not in names
    assert Event.objects.filter(kind="sessions:session:void", subject_id=str(tablet.session.pk)).count() == 1
    clock("2026-10-13 12:00")
    page = text_of(sign_in(cast.ana).get(reverse("sessions:list", args=[episode.pk])))
    assert "Did not take place" in page and "The client did not come. Called at noon" in page


def test_a_session_that_did_not_take_place_counts_nowhere_and_keeps_its_number(tablet, episode, cast):
    left_out(tablet, cast)
    assert program_of(episode).sessions_done == 0
    record = reports.read(episode, tablet.later(5).at)
    assert (record.visits, record.came) == ([], [])
    following = operations.open_session(episode, by=cast.ana, at=tablet.later(10).at)
    assert following.number == 2


def test_what_a_tablet_still_sends_for_it_is_kept_and_answered(tablet, cast):
    left_out(tablet, cast)
    assert tablet.send("note", text="She rang")["sentence"].startswith("This session did not take place.")
    with pytest.raises(operations.SessionRefused, match="nothing to sign"):
        operations.sign(tablet.session, recently_signed_in=True, by=cast.ana, at=tablet.at)


def test_twice_is_once_and_a_session_that_started_is_signed_instead(tablet, cast):
    tablet.takes_vitals()
    tablet.send("start")
    with pytest.raises(operations.SessionRefused, match="started"):
        left_out(tablet, cast)
    other = SessionLog.objects.get(pk=tablet.session.pk)
    SessionLog.objects.filter(pk=other.pk).update(started_at=None)
    assert left_out(tablet, cast).version == left_out(tablet, cast).version


def test_a_finding_is_not_put_aside_with_the_session(tablet, cast):
    tablet.takes_vitals(184, 112)
    with pytest.raises(operations.SessionRefused, match="Record and hold first"):
        left_out(tablet, cast, why="mistake")
    assert tablet.send("hold", observed="184/112 at rest")["outcome"] == "applied"


def test_an_assistant_closes_only_the_logs_of_their_clients(tablet, cast, sign_in):
    url = reverse("sessions:not_held", args=[tablet.session.pk])
    assert sign_in(cast.asa).post(url, {"why": "no_show"}).status_code == 404
    assert sign_in(cast.ben).post(url, {"why": "no_show"}).status_code == 403
    assert sign_in(cast.ana).post(url, {"why": ""}).status_code == 422
    assert sign_in(cast.ana).post(url, {"why": "no_show"}).status_code == 302


def test_changes_since_the_last_session_look_past_one_that_did_not_take_place(tablet, episode, cast):
    from medexpro.sessions.gate import Weighing

    tablet.takes_vitals()
    tablet.send("start")
    for entry in tablet.session.entries.all():
        log(tablet, entry)
    tablet.session = SessionLog.objects.get(pk=tablet.session.pk)
    signed(tablet, cast)
    empty = Tablet(
        operations.open_session(episode, by=cast.ana, at=MORNING + timedelta(days=30)),
        cast.ana,
        at=MORNING + timedelta(days=30),
    )
    left_out(empty, cast)
    third = operations.open_session(episode, by=cast.ana, at=MORNING + timedelta(days=31))
    context = Weighing(SessionLog.objects.get(pk=third.pk), at=MORNING + timedelta(days=31)).context
    assert {reading.measure for reading in context.last_session} >= {"bp_systolic", "resting_hr"}
