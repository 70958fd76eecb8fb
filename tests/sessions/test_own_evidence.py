"""What the floor tells of a program's phase: how the last sessions were taken, and how many of those booked were kept."""

from datetime import timedelta
from decimal import Decimal

from medexpro.scheduling.models import Booking, Service
from medexpro.sessions import operations
from medexpro.sessions.own_evidence import VISITS, attended
from tests import scenario
from tests.conftest import MORNING
from tests.sessions.floor import Tablet


def floor(cast, episode, day):
    """Return a started session of a day, and the tablet it is logged with."""
    at = MORNING + timedelta(days=day)
    session = operations.open_session(episode, by=cast.ana, at=at)
    tablet = Tablet(session, cast.ana, at=at)
    tablet.takes_vitals(pain=2)
    assert tablet.send("start")["outcome"] == "applied"
    return session, tablet.later(20)


def test_a_session_tells_pain_effort_response_and_the_decision_of_its_note(cast):
    episode = scenario.programmed(cast)
    session, tablet = floor(cast, episode, 1)
    entry, other = session.entries.all()[:2]
    sets = [{"quantity": "12", "load": "10"}, {"quantity": "10", "load": "10"}]
    tablet.send("log", entry=str(entry.pk), sets=sets, effort=7, pain=3, reason="Wanted to")
    tablet.send("skip", entry=str(other.pk), reason="Short of time")
    tablet.send("reading", measure="pain_nrs", value="4", moment="in")
    tablet.send("close", decision="regress", reason="Too much", response="worse")

    (visit,) = attended(episode, tablet.at).visits
    assert (visit.number, visit.on, visit.response, visit.noted) == (
        1,
        cast.northbridge.day(tablet.at),
        "worse",
        "regress",
    )
    assert (visit.rest["pain_nrs"], visit.work_pain, visit.said_pain) == (Decimal(2), Decimal(4), Decimal(4))
    (done,) = visit.done
    assert (done.exercise, done.effort, done.pain) == (entry.exercise, 7, 3)
    assert (
        done.sets == ((Decimal(12), Decimal(10)), (Decimal(10), Decimal(10))) and done.load_unit == "[lb_av]"
    )
    assert done.aimed == int(entry.target["effort"])
    # What is later than the moment asked for is not known yet.
    assert attended(episode, MORNING).visits == ()


def test_a_stop_is_told_with_what_was_observed_and_what_the_gate_found(cast):
    episode = scenario.programmed(cast)
    _, tablet = floor(cast, episode, 1)
    tablet.send("signs", items=["calf_new_one_side"])
    tablet.send("hold", observed="New one-sided calf swelling")
    (visit,) = attended(episode, tablet.at).visits
    assert visit.stopped == "New one-sided calf swelling"
    assert "refer" in {action for action, _ in visit.found}


def test_a_log_that_never_started_tells_nothing_and_only_the_last_ones_count(cast):
    episode = scenario.programmed(cast)
    session = operations.open_session(episode, by=cast.ana, at=MORNING)
    assert attended(episode, MORNING + timedelta(days=1)).visits == ()
    operations.did_not_take_place(session, why="no_show", by=cast.ana, at=MORNING)
    for day in range(1, VISITS + 3):
        at = MORNING + timedelta(days=day)
        episode.sessions.create(
            practice=cast.northbridge,
            number=day + 1,
            by=cast.ana,
            opened_at=at,
            started_at=at,
            state="signed",
        )
    visits = attended(episode, MORNING + timedelta(days=60)).visits
    assert len(visits) == VISITS and [visit.number for visit in visits] == sorted(
        visit.number for visit in visits
    )
    assert visits[-1].number == VISITS + 3


def test_attendance_counts_those_that_came_and_those_that_did_not(cast):
    episode = scenario.programmed(cast)
    service = Service.objects.create(practice=cast.northbridge, name="Session", minutes=45)
    for day, state in (
        (1, "came"),
        (3, "came"),
        (8, "no_show"),
        (10, "cancelled"),
        (12, "booked"),
        (-60, "no_show"),
    ):
        at = MORNING + timedelta(days=day)
        Booking.objects.create(
            practice=cast.northbridge, service=service, member=cast.ana, client=cast.janet, episode=episode, starts_at=at,
            ends_at=at + timedelta(minutes=45), state=state, made_by=cast.ana,
        )  # fmt: skip
    attendance = attended(episode, MORNING + timedelta(days=14)).attendance
    assert (attendance.came, attendance.missed, attendance.share) == (2, 1, 66)
