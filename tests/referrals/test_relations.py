"""Where a relationship stands and what it asks for, from days alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.referrals.policy import relations_policy
from medexpro.referrals.rules.relations import (
    RUNGS,
    Facts,
    Need,
    Rung,
    Stage,
    Touch,
    asks_of,
    first_working_day,
    reached,
    rhythm_of,
    standing_of,
)
from tests.conftest import TODAY

POLICY = relations_policy()
DAYS = st.lists(st.integers(0, 1500).map(lambda n: TODAY - timedelta(days=n)), min_size=1, max_size=12)
TOUCHES = st.lists(
    st.tuples(
        st.sampled_from(["call", "letter", "lunch", "report", "thanks", "visit"]), st.integers(0, 400)
    ).map(lambda one: Touch(one[0], TODAY - timedelta(days=one[1]))),
    max_size=6,
)


def ago(*days: int) -> list[date]:
    """Return days before today."""
    return [TODAY - timedelta(days=one) for one in days]


@pytest.mark.parametrize(
    ("facts", "stage", "rung", "reason"),
    [
        (Facts(), "target", "to_meet", "Named, not written to or called yet"),
        (Facts(touches=[Touch("letter", TODAY)]), "contacted", "to_meet", "Written to or called; not met yet"),
        (Facts(touches=[Touch("report", TODAY)]), "target", "to_meet", "Named, not written to or called yet"),
        (Facts(touches=[Touch("lunch", TODAY)], said="target"), "met", "met", "Met; no referral yet"),
        (Facts(said="met"), "met", "met", "Set by hand: no such touch is logged"),
        # Facts say more than anybody did.
        (Facts(ago(3), said="target"), "referring", "first", "1 client sent"),
        (Facts(ago(3, 300)), "referring", "growing", "2 clients sent, 1 in 180 days"),
        (Facts(ago(3, 40, 90)), "referring", "steady", "3 clients sent, 3 in 180 days"),
        # Without a rhythm of its own: the working rule's 60 days; at the limit is not over it.
        (Facts(ago(60)), "referring", "first", "1 client sent"),
        (Facts(ago(61)), "quiet", "first", "No referral for 61 days, against the working rule of 60 days"),
        (Facts(ago(180)), "quiet", "first", "No referral for 180 days, against the working rule of 60 days"),
        (Facts(ago(181)), "lapsed", "first", "No referral for 181 days, against the working rule of 60 days"),
        # Every ten days by habit: quiet after 30. Every 50: not before 100.
        (Facts(ago(31, 41, 51)), "quiet", "steady", "No referral for 31 days, against their own rhythm, one in 10 days"),
        (Facts(ago(99, 149, 199)), "referring", "growing", "3 clients sent, 2 in 180 days"),
        (Facts(ago(101, 151, 201)), "quiet", "growing", "No referral for 101 days, against their own rhythm, one in 50 days"),
    ],
)  # fmt: skip
def test_where_a_relationship_stands(facts, stage, rung, reason):
    standing = standing_of(facts, TODAY, POLICY)
    assert (standing.stage, standing.rung, standing.reason) == (stage, rung, reason)


@given(DAYS, TOUCHES, st.sampled_from(["", "target", "contacted", "met"]), st.integers(1, 900))
def test_silence_only_moves_on_and_words_never_beat_facts(referrals, touches, said, later):
    facts, order = Facts(referrals, touches, said), [Stage.REFERRING, Stage.QUIET, Stage.LAPSED]
    now = standing_of(facts, TODAY, POLICY)
    assert now == standing_of(Facts(referrals[::-1], touches[::-1]), TODAY, POLICY)
    then = standing_of(facts, TODAY + timedelta(days=later), POLICY)
    assert order.index(then.stage) >= order.index(now.stage)
    rhythm = rhythm_of(referrals, POLICY)
    silent = (TODAY - max(referrals)).days
    assert (now.stage is Stage.REFERRING) == (silent <= rhythm.quiet_after)
    assert rhythm.quiet_after < rhythm.lapsed_after and (rhythm.gap_days is None) == (len(set(referrals)) < 3)
    # A client sent today wakes everybody.
    assert standing_of(Facts([*referrals, TODAY]), TODAY, POLICY).stage is Stage.REFERRING


def test_what_a_person_said_fills_gaps_and_takes_nothing_back():
    met = Facts(touches=[Touch("visit", TODAY)], said="contacted")
    assert standing_of(met, TODAY, POLICY).stage is Stage.MET
    assert standing_of(Facts(said="contacted"), TODAY, POLICY).stage is Stage.CONTACTED


@given(st.lists(st.sampled_from(list(RUNGS)), max_size=30))
def test_the_funnel_counts_everybody_once_and_never_widens(rungs):
    found = reached(rungs)
    assert sum(here for here, _, _ in found.values()) == len(rungs)
    so_far = [count for _, count, _ in found.values()]
    assert so_far == sorted(so_far, reverse=True)
    assert all(percent is None or 0 <= percent <= 100 for _, _, percent in found.values())


def needs(facts: Facts, on: date = TODAY, **given: date) -> list[tuple[str, bool]]:
    return [(one.need.value, one.late) for one in asks_of(facts, on, POLICY, **given)]


def test_a_referral_is_thanked_for_once():
    assert needs(Facts(ago(2))) == [("thanks", False)]
    # A Tuesday and five working days: late from the Wednesday of the week after.
    assert needs(Facts(ago(7))) == [("thanks", False)] and needs(Facts(ago(8))) == [("thanks", True)]
    closed = {TODAY - timedelta(days=1)}
    assert asks_of(Facts(ago(8)), TODAY, POLICY, closed=closed)[0].late is False
    thanked = [Touch("thanks", TODAY)]
    assert needs(Facts(ago(2, 9), thanked)) == []
    assert needs(Facts(ago(0), [Touch("thanks", TODAY - timedelta(days=1))])) == [("thanks", False)]
    assert needs(Facts(ago(0), [Touch("thanks", TODAY)])) == []
    assert "thanks" not in dict(needs(Facts(ago(61))))
    # Her own relationship is kept beside her clinic's: the clinic is not thanked for the same client again.
    assert needs(Facts(ago(2), to_thank=[])) == []


def test_a_letter_is_followed_up_from_the_fifth_to_the_seventh_day():
    sent = date(2026, 10, 7)  # A Wednesday: the fifth day is a Monday, the seventh a Wednesday.
    letter = Touch("letter", sent, follow_up_on=sent + timedelta(days=5))
    found = [needs(Facts(touches=[letter]), sent + timedelta(days=n)) for n in (4, 5, 7, 8)]
    assert found == [[], [("follow_up", False)], [("follow_up", False)], [("follow_up", True)]]
    for answer in (Touch("call", sent + timedelta(days=5)), Touch("visit", sent + timedelta(days=1))):
        assert needs(Facts(touches=[letter, answer]), sent + timedelta(days=9)) == []
    # What was said on the day of the letter does not answer it.
    called = Facts(touches=[letter, Touch("call", sent)])
    assert needs(called, sent + timedelta(days=5)) == [("follow_up", False)]
    # A report is no word between people; a client they send is.
    report = Touch("report", sent + timedelta(days=5))
    assert needs(Facts(touches=[letter, report]), sent + timedelta(days=5)) == [("follow_up", False)]
    assert "follow_up" not in dict(
        needs(Facts([sent + timedelta(days=2)], [letter]), sent + timedelta(days=9))
    )
    assert first_working_day(date(2026, 10, 10), {date(2026, 10, 12)}) == date(2026, 10, 13)


def test_a_source_gone_quiet_is_asked_after_until_somebody_spoke_to_them():
    quiet = ago(95)
    assert needs(Facts(quiet)) == [("quiet", False)]
    assert needs(Facts(quiet, [Touch("call", TODAY - timedelta(days=30))])) == []
    assert needs(Facts(quiet, [Touch("call", TODAY - timedelta(days=31))])) == [("quiet", False)]
    assert needs(Facts(ago(400))) == []  # Lapsed: nobody nags any more.
    assert asks_of(Facts(quiet), TODAY, POLICY)[0].since == TODAY - timedelta(days=34)


def test_a_planned_step_waits_for_its_day():
    assert needs(Facts(), step_on=TODAY + timedelta(days=1)) == []
    assert needs(Facts(), step_on=TODAY) == [(Need.STEP, False)]
    assert needs(Facts(), step_on=TODAY - timedelta(days=1)) == [(Need.STEP, True)]
    assert reached([Rung.TO_MEET])[Rung.MET] == (0, 0, 0)
