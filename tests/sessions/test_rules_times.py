"""When a thing happened: a tablet's clock says how long ago, the server's says when."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.sessions.rules.times import (
    AT_ONCE,
    AT_THE_DESK,
    another_day_words,
    floor_closes_at,
    happened_at,
    is_of_another_day,
)

OPENED = datetime(2026, 10, 13, 13, 30, tzinfo=UTC)
OHIO = ZoneInfo("America/New_York")
CLOCKS = st.timedeltas(timedelta(days=-400), timedelta(days=400))
GAPS = st.timedeltas(timedelta(0), timedelta(minutes=20))


def taken(made, sent, clock=timedelta(0), not_before=None):
    """Return when an entry counts as made; made, sent: true minutes after opening; clock: how wrong the device is."""
    made, sent = OPENED + timedelta(minutes=made), OPENED + timedelta(minutes=sent)
    return happened_at(
        at=made + clock, sent_at=sent + clock, received_at=sent, opened_at=OPENED, not_before=not_before
    )


def test_what_a_tablet_kept_is_placed_where_it_was_taken_however_wrong_its_clock():
    for clock in (timedelta(0), timedelta(minutes=-25), timedelta(days=365 * 200)):
        assert taken(5, 40, clock) == OPENED + timedelta(minutes=5)


def test_a_high_pressure_of_a_slow_tablet_does_not_slip_behind_an_earlier_low_one():
    low = taken(10, 10)
    high = taken(12, 12, clock=timedelta(minutes=-8))
    assert low < high


@pytest.mark.parametrize("sent_at", [None, OPENED - timedelta(hours=1)])
def test_where_nobody_knows_how_long_it_waited_it_counts_from_when_it_came_in(sent_at):
    now = OPENED + timedelta(minutes=30)
    assert happened_at(at=OPENED, sent_at=sent_at, received_at=now, opened_at=OPENED) == now


def test_nothing_happened_before_its_session_was_opened():
    assert taken(-600, 5) == OPENED


@given(
    st.lists(st.tuples(st.sampled_from("abc"), GAPS), min_size=2, max_size=12),
    st.lists(CLOCKS, min_size=3, max_size=3),
)
def test_across_tablets_that_send_at_once_the_order_of_receipt_rules(sends, clocks):
    now, order = OPENED, []
    wrong = dict(zip("abc", clocks, strict=True))
    for device, gap in sends:
        now += gap
        at = now + wrong[device] - timedelta(milliseconds=80)
        order.append(happened_at(at=at, sent_at=now + wrong[device], received_at=now, opened_at=OPENED))
    assert order == sorted(order)


@given(st.lists(GAPS, min_size=2, max_size=8), CLOCKS, GAPS)
def test_a_tablet_that_was_offline_keeps_its_own_order_and_distances(gaps, clock, away):
    made, at = [], OPENED
    for gap in gaps:
        at += gap
        made.append(at)
    now, before, placed = made[-1] + away, None, []
    for one in made:
        now += timedelta(milliseconds=200)
        before = happened_at(
            at=one + clock, sent_at=now + clock, received_at=now, opened_at=OPENED, not_before=before
        )
        placed.append(before)
    assert placed == sorted(placed)
    for one, truth in zip(placed, made, strict=True):
        assert abs(one - truth) <= AT_ONCE


@given(CLOCKS, CLOCKS, GAPS)
def test_it_lies_between_the_opening_and_now_whatever_the_device_says(at, sent_at, gap):
    now = OPENED + gap
    when = happened_at(at=OPENED + at, sent_at=OPENED + sent_at, received_at=now, opened_at=OPENED)
    assert OPENED <= when <= now


# ---- A log belongs to its day


def test_a_log_takes_the_floors_work_until_its_day_in_the_practice_ends():
    assert floor_closes_at(OPENED, OHIO) == datetime(2026, 10, 14, 4, 0, tzinfo=UTC)


def test_a_session_that_goes_on_past_midnight_is_still_that_session():
    late = datetime(2026, 10, 14, 3, 40, tzinfo=UTC)  # 11:40 in the evening.
    assert floor_closes_at(late, OHIO) == late + timedelta(hours=3)


@pytest.mark.parametrize(
    "kind", ["reading", "red_flags", "signs", "answer", "start", "log", "skip", "swap", "add"]
)
def test_todays_work_is_none_of_mondays_log_and_mondays_work_arrives_today(kind):
    closes_at = floor_closes_at(OPENED, OHIO)
    assert is_of_another_day(kind, happened=OPENED + timedelta(days=3), closes_at=closes_at)
    assert not is_of_another_day(kind, happened=taken(20, 3 * 24 * 60), closes_at=closes_at)


@pytest.mark.parametrize("kind", sorted(AT_THE_DESK))
def test_writing_up_and_stopping_are_never_too_late(kind):
    closes_at = floor_closes_at(OPENED, OHIO)
    assert not is_of_another_day(kind, happened=OPENED + timedelta(days=3), closes_at=closes_at)


def test_the_sentence_names_the_day():
    assert "Mon, Oct 12" in another_day_words(date(2026, 10, 12))
