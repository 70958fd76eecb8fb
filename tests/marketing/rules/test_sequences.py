"""Sequences: never in quiet hours, never after a stop, never twice, in order, one a day, whatever the clock does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.marketing.rules import sequences as rules
from medexpro.marketing.rules.sequences import Facts, Quiet, Step, Stop, Way, Written

NEW_YORK = ZoneInfo("America/New_York")
ZONES = [NEW_YORK, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")]
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from(ZONES)
quiets = st.builds(
    Quiet, st.integers(0, 23), st.integers(0, 23), st.frozensets(st.integers(0, 6), max_size=6)
)
steps = st.lists(st.integers(0, 40), min_size=1, max_size=5, unique=True).map(
    lambda days: [Step(one) for one in sorted(days)]
)


def wall(text, zone=NEW_YORK, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@given(steps, moments, zones, quiets, st.integers(-30, 30))
def test_every_mail_leaves_once_in_order_awake_and_one_a_day(found, begun, zone, quiet, days):
    now = begun + timedelta(days=days)
    turns = rules.plan(found, Way(begun), quiet=quiet, zone=zone, now=now)
    numbers = [one.step for one in turns]
    assert numbers == sorted(set(numbers))
    on = [one.at.astimezone(zone).date() for one in turns]
    assert on == sorted(set(on))
    for turn in turns:
        assert not quiet.holds(turn.at.astimezone(zone)) and turn.at >= now
        wall_due = begun.astimezone(zone).date() + timedelta(days=found[turn.step].days)
        assert turn.at.astimezone(zone).date() >= wall_due


@given(steps, moments, zones, quiets, st.frozensets(st.integers(0, 4)), st.booleans(), st.booleans())
def test_nothing_leaves_twice_nor_after_a_stop_nor_while_paused(
    found, begun, zone, quiet, out, paused, stopped
):
    way = Way(begun, out, paused=paused, stopped=stopped)
    turn = rules.next_turn(found, way, quiet=quiet, zone=zone, now=begun)
    assert turn is None or not (paused or stopped)
    assert turn is None or turn.step > max(out, default=-1)


@given(moments, zones, quiets)
def test_waking_is_the_first_hour_that_is_not_quiet(at, zone, quiet):
    found = rules.awake(at, quiet, zone)
    assert found >= at and not quiet.holds(found.astimezone(zone))
    assert found == at or quiet.holds((found - timedelta(minutes=1)).astimezone(zone))


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        (wall("2026-10-13 19:59"), wall("2026-10-13 19:59")),  # A minute before eight.
        (wall("2026-10-13 20:00"), wall("2026-10-14 08:00")),
        (wall("2026-10-17 21:00"), wall("2026-10-19 08:00")),  # Saturday night: Sunday is quiet, so Monday.
        (wall("2026-03-07 23:30"), wall("2026-03-09 08:00")),  # The night the clocks go forward.
        (wall("2026-11-01 01:30", fold=1), wall("2026-11-02 08:00")),  # The hour that comes twice.
    ],
)
def test_quiet_hours_by_the_clock_on_the_wall(at, leaves):
    assert rules.awake(at, Quiet(), NEW_YORK) == leaves


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (Facts("new"), None),
        (Facts("new", spoken=True), Stop.TALKED),
        (Facts("contacted"), Stop.TALKED),
        (Facts("booked"), Stop.BOOKED),
        (Facts("client"), Stop.CLIENT),
        (Facts("declined"), Stop.DECLINED),
        (Facts("unsubscribed"), Stop.UNSUBSCRIBED),
        (Facts("new", agreed=False), Stop.UNSUBSCRIBED),
        (Facts("new", bounced=True), Stop.BOUNCED),
        (Facts("new", confirmed=False), Stop.NOT_CONFIRMED),
        (Facts("asked"), Stop.NOT_CONFIRMED),
        (Facts(in_service=True), Stop.BACK),
    ],
)
def test_what_ends_a_sequence(facts, why):
    assert rules.why_stopped(facts) == why


def test_what_came_too_late_is_passed_over_and_a_week_without_an_hour_is_refused():
    begun = wall("2026-10-01 09:00")
    turn = rules.next_turn(
        [Step(0), Step(20)], Way(begun), quiet=Quiet(), zone=NEW_YORK, now=begun + timedelta(days=16)
    )
    assert (turn.step, turn.at) == (1, wall("2026-10-21 09:00"))
    with pytest.raises(ValueError, match="no time"):
        rules.awake(begun, Quiet(days=frozenset(range(7))), NEW_YORK)


def test_a_draft_says_at_which_mail_something_is_missing():
    found = rules.check([Written(3, "", "Text"), Written(2, "B", ""), Written(200, "C", "Text")])
    assert [number for number, _ in found] == [0, 1, 1, 2]
    assert rules.check([]) and rules.check([Written(n, "A", "B") for n in range(7)])
