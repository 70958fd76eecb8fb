"""How long a clearance holds, who may give it, and what stands before the next session."""

from datetime import UTC, date, datetime

import pytest

from medexpro.clearance.questionnaire import clearing_policy
from medexpro.clearance.rules import clearing
from medexpro.clearance.rules.clearing import (
    ClearanceFacts,
    ClearanceState,
    Hold,
    OpenFlag,
    ReferralFacts,
    StartFacts,
    may_start,
)
from medexpro.referrals.models import CheckKind
from tests.clearance.floor import codes

POLICY = clearing_policy()
TODAY = date(2026, 10, 12)
FOUR = frozenset({"written", "wording", "coded", "exited"})


def granted(**kept):
    facts = {
        "granted": True,
        "decided_at": datetime(2026, 10, 1, 15, tzinfo=UTC),
        "valid_from": date(2026, 10, 1),
    }
    return ClearanceFacts(**{**facts, "valid_to": date(2027, 10, 1), **kept})


def before_session(category="post_rehab", **kept):
    facts = {"clearance": granted(), "referral": ReferralFacts(met=FOUR, valid_to=date(2026, 12, 31))}
    return codes(may_start(StartFacts(category=category, on=TODAY, **{**facts, **kept}), POLICY))


# ---- How long


@pytest.mark.parametrize(
    ("granted_on", "after_surgery", "last"),
    [
        (date(2026, 10, 12), False, date(2027, 10, 12)),
        (date(2026, 10, 12), True, date(2027, 1, 12)),
        (date(2026, 11, 30), True, date(2027, 2, 28)),  # A short month gives its own last day.
        (date(2028, 2, 29), False, date(2029, 2, 28)),
    ],
)
def test_a_clearance_holds_twelve_months_and_three_after_surgery(granted_on, after_surgery, last):
    assert clearing.last_day(granted_on, POLICY, after_surgery=after_surgery) == last


@pytest.mark.parametrize(
    ("clearance", "state"),
    [
        (None, ClearanceState.NONE),
        (granted(granted=False), ClearanceState.REFUSED),
        (granted(valid_from=date(2026, 10, 13)), ClearanceState.NOT_YET),
        (granted(valid_from=TODAY), ClearanceState.IN_FORCE),
        (granted(valid_to=None), ClearanceState.IN_FORCE),
        (granted(valid_to=date(2026, 11, 11)), ClearanceState.IN_FORCE),
        (granted(valid_to=date(2026, 11, 10)), ClearanceState.ENDING),
        (granted(valid_to=TODAY), ClearanceState.ENDING),  # Its last day is covered.
        (granted(valid_to=date(2026, 10, 11)), ClearanceState.EXPIRED),
    ],
)
def test_where_a_clearance_stands(clearance, state):
    assert clearing.state_on(clearance, TODAY, POLICY) is state


# ---- Who


@pytest.mark.parametrize("provider_type", ["MD", "DO", "DPM", "NP", "PA", "PT", "DC"])
def test_who_may_clear_and_refer(provider_type):
    assert clearing.may_clear(provider_type, POLICY)
    assert clearing.may_refer(provider_type, POLICY)
    assert clearing.not_a_clearing_provider(provider_type, POLICY) == ""


@pytest.mark.parametrize("provider_type", ["OT", "other", ""])
def test_who_may_not(provider_type):
    assert clearing.not_a_clearing_provider(provider_type, POLICY).startswith("A clearance comes from")
    assert clearing.not_a_referring_provider(provider_type, POLICY).endswith("PT or DC. Ask one of them.")


# ---- Before the next session


def test_everything_on_file():
    assert before_session() == {}
    assert before_session("medical_exercise") == {}


@pytest.mark.parametrize(
    ("clearance", "code"),
    [
        (None, "clearance-missing"),
        (granted(granted=False), "clearance-refused"),
        (granted(valid_from=date(2026, 10, 20)), "clearance-not-yet"),
        (granted(valid_to=date(2026, 10, 11)), "clearance-expired"),
    ],
)
@pytest.mark.parametrize("category", ["post_rehab", "medical_exercise", "maintenance", "corrective"])
def test_every_category_needs_a_clearance_in_force(category, clearance, code):
    assert before_session(category, clearance=clearance) == {code: "stop"}


def test_a_clearance_that_ends_soon_is_said():
    assert before_session(clearance=granted(valid_to=date(2026, 10, 20))) == {"clearance-ending": "note"}


@pytest.mark.parametrize("check", sorted(FOUR))
def test_post_rehab_needs_each_of_the_four_checks(check):
    lacking = ReferralFacts(met=FOUR - {check})
    assert before_session("post_rehab", referral=lacking) == {f"referral-{check}-missing": "stop"}
    assert before_session("medical_exercise", referral=lacking) == {f"referral-{check}-missing": "note"}


def test_the_four_checks_are_the_referrals_own():
    assert set(clearing.REFERRAL_CHECKS) == set(CheckKind.values)


@pytest.mark.parametrize(
    ("referral", "code"),
    [
        (None, "referral-missing"),
        (ReferralFacts(met=FOUR, declined=True), "referral-missing"),
        (ReferralFacts(met=FOUR, valid_to=date(2026, 10, 11)), "referral-expired"),
        (ReferralFacts(met=FOUR, valid_from=date(2026, 10, 13)), "referral-not-yet"),
    ],
)
def test_post_rehab_needs_a_referral_in_force(referral, code):
    assert before_session("post_rehab", referral=referral) == {code: "stop"}


def test_the_others_are_only_recommended_one():
    assert before_session("maintenance", referral=None) == {"referral-recommended": "note"}


def test_an_open_red_flag_needs_a_clearance_decided_after_it():
    seen = datetime(2026, 10, 10, 14, tzinfo=UTC)
    flag = OpenFlag(code="calf_clot", words="one leg swollen and warm", opened_at=seen)
    for category in ("post_rehab", "medical_exercise", "maintenance", "corrective"):
        assert before_session(category, red_flags=[flag]) == {"red-flag-open:calf_clot": "stop"}
    later = granted(decided_at=datetime(2026, 10, 11, 9, tzinfo=UTC))
    assert before_session(red_flags=[flag], clearance=later) == {}
    refused = granted(decided_at=datetime(2026, 10, 11, 9, tzinfo=UTC), granted=False)
    assert "red-flag-open:calf_clot" in before_session(red_flags=[flag], clearance=refused)


def test_a_hold_and_an_open_refer_back_close_the_session():
    hold = Hold(code="bp_high_rest", why="pressure 184/112 at rest", opened_on=date(2026, 10, 10))
    back = Hold(code="calf_clot", why="left calf swollen", opened_on=date(2026, 10, 9), referred_back=True)
    assert before_session(holds=[hold, back]) == {
        "hold-open:bp_high_rest": "stop",
        "refer-back-open:calf_clot": "stop",
    }


def test_a_screen_that_is_not_complete_closes_the_session():
    assert before_session(screened=False) == {"screening-missing": "stop"}
