"""Whose limit counts: the strictest in force; only a provider's written limit loosens ours; a practice tightens."""

from datetime import date

import pytest

from medexpro.clearance.rules import limits
from medexpro.clearance.rules.gates import State, weigh
from medexpro.kernel.findings import Weight
from tests.clearance.floor import DAY, at_rest, context, library, limit, reading, weighed

OURS = library().gates_in_force


def closed(readings, *written):
    return weighed(readings, limits=written)[1].closed


# ---- The provider's


def test_the_clients_own_limit_closes_as_the_provider_says():
    own = [limit("bp_systolic", 150), limit("bp_diastolic", 90)]
    assert closed(at_rest(bp_systolic=165, bp_diastolic=95), *own) == {"session", "aerobic"}
    assert closed(at_rest(bp_systolic=155, bp_diastolic=85), *own) == {"session"}
    assert closed(at_rest(bp_systolic=150, bp_diastolic=90), *own) == set()


def test_the_sentence_names_the_limit_who_wrote_it_and_when():
    findings = weigh(
        context(at_rest(bp_systolic=155), limits=[limit("bp_systolic", 150, source="clearance letter")])
    )
    assert findings[0].sentence == (
        "Systolic pressure 155 mmHg is above 150 mmHg, the limit Dr. Priya Raman wrote on Oct 1, 2026: "
        "no exercise. Rest and measure again."
    )
    assert findings[0].source == "Dr. Priya Raman’s written limit, Oct 1, 2026, clearance letter"


def test_a_providers_limit_is_cleared_by_a_recheck_like_ours():
    readings = [*at_rest(bp_systolic=155), reading("bp_systolic", 148, 10)]
    assert weighed(readings, limits=[limit("bp_systolic", 150)])[1].state is State.GO


@pytest.mark.parametrize(
    ("written", "systolic", "parts"),
    [
        (limit("bp_systolic", 170, closes="aerobic"), 168, set()),
        (limit("bp_systolic", 170, closes="aerobic"), 172, {"aerobic"}),
        (limit("bp_systolic", 170), 168, set()),  # For the whole session, so for its aerobic part too.
        (limit("bp_systolic", 170), 172, {"session"}),
        (
            limit("bp_systolic", 170, closes="resistance"),
            168,
            {"aerobic"},
        ),  # Says nothing about aerobic work.
    ],
)
def test_only_a_providers_written_limit_loosens_ours(written, systolic, parts):
    assert closed(at_rest(bp_systolic=systolic), written) == parts


def test_the_other_figure_of_a_gate_stays_ours():
    assert closed(at_rest(bp_diastolic=101), limit("bp_systolic", 170, closes="aerobic")) == {"aerobic"}


def test_of_two_providers_the_stricter_counts():
    both = [
        limit("bp_systolic", 170, closes="aerobic"),
        limit("bp_systolic", 140, closes="aerobic", id="cardiology"),
    ]
    assert closed(at_rest(bp_systolic=145), *both) == {"aerobic"}


@pytest.mark.parametrize("systolic", [181, 184, 200])
def test_no_written_limit_lifts_the_session_ceiling(systolic):
    assert "session" in closed(
        at_rest(bp_systolic=systolic), limit("bp_systolic", 220), limit("bp_diastolic", 130)
    )


def test_no_written_limit_lifts_what_ends_the_work():
    low = at_rest(blood_glucose=53)
    assert "glucose_level2" in weighed(low, limits=[limit("blood_glucose", 45, op="<")])[0]


def test_a_limit_on_resting_pressure_says_nothing_about_work():
    at_work = [*at_rest(), reading("bp_systolic", 185, 20, when="in_session")]
    assert closed(at_work, limit("bp_systolic", 150)) == set()


def test_saturation_and_glucose_limits_count_throughout():
    at_work = [*at_rest(), reading("spo2", 91, 20, when="in_session")]
    assert closed(at_work, limit("spo2", 92, op="<")) == {"session"}


@pytest.mark.parametrize(
    ("kept", "loosens", "tightens"),
    [
        ({"valid_to": date(2026, 10, 12)}, True, True),  # Its last day is covered.
        ({"valid_to": date(2026, 10, 11)}, False, True),  # Past it: loosens no more, still closes.
        ({"valid_from": date(2026, 10, 13)}, False, False),  # Not yet.
        ({"ended_on": date(2026, 10, 12)}, False, False),  # Released today.
        ({"ended_on": date(2026, 10, 13)}, True, True),
    ],
)
def test_a_limit_counts_on_its_days(kept, loosens, tightens):
    loose, tight = limit("bp_systolic", 170, closes="aerobic", **kept), limit("bp_systolic", 140, **kept)
    assert (closed(at_rest(bp_systolic=168), loose) == set()) is loosens
    assert (closed(at_rest(bp_systolic=145), tight) == {"session"}) is tightens


def test_a_date_opens_the_question_it_does_not_end_the_limit():
    past = limit("bp_systolic", 140, valid_to=date(2026, 10, 11))
    (note,) = limits.overdue([past, limit("bp_diastolic", 90)], DAY)
    assert note.weight == Weight.NOTE
    assert note.sentence.startswith("Systolic pressure limit of 140 mmHg: its last day was Oct 11, 2026.")


def test_what_a_written_limit_cannot_do_is_said_beside_its_field():
    assert limits.reach(limit("bp_systolic", 200), OURS).startswith("The session still closes above 180 mmHg")
    assert limits.reach(limit("bp_systolic", 170), OURS) == ""
    assert limits.reach(limit("blood_glucose", 45, op="<"), OURS).startswith(
        "The session still closes below 54"
    )


# ---- The practice's


@pytest.mark.parametrize(
    ("measure", "op", "value", "closes", "allowed"),
    [
        ("bp_systolic", ">", 150, "aerobic", True),
        ("bp_systolic", ">", 160, "aerobic", True),  # Ours again: nothing opens.
        ("bp_systolic", ">", 161, "aerobic", False),
        ("bp_systolic", ">", 175, "resistance", True),
        ("bp_systolic", ">", 190, "session", False),
        ("spo2", "<", 90, "session", True),
        ("spo2", "<", 85, "session", False),
        ("resting_hr", ">", 130, "session", False),
        ("resting_hr", ">", 110, "session", True),
        ("blood_glucose", ">", 220, "session", True),  # We only ask above 240; closing is stricter.
    ],
)
def test_a_practice_may_only_tighten(measure, op, value, closes, allowed):
    sentence = limits.loosening(limit(measure, value, op=op, closes=closes, origin="practice"), OURS)
    assert (sentence == "") is allowed


def test_the_refusal_says_what_is_possible():
    loose = limit("bp_systolic", 170, closes="aerobic", origin="practice")
    assert limits.loosening(loose, OURS) == (
        "Systolic pressure for aerobic exercise is limited to 160 mmHg here. A practice may set a lower figure; "
        "only a provider’s written limit for one client goes past it."
    )


def test_a_practices_looser_limit_opens_nothing_even_when_it_got_in():
    assert closed(at_rest(bp_systolic=165), limit("bp_systolic", 200, origin="practice")) == {"aerobic"}


def test_a_practices_tighter_limit_stays_beside_a_providers_looser_one():
    both = [
        limit("bp_systolic", 170, closes="aerobic"),
        limit("bp_systolic", 150, closes="aerobic", origin="practice"),
    ]
    assert closed(at_rest(bp_systolic=155), *both) == {"aerobic"}


def test_a_limit_is_above_or_below():
    with pytest.raises(ValueError, match="above"):
        limit("bp_systolic", 150, op=">=")


# ---- What counts, and what must be there


def test_a_provider_who_may_not_clear_only_tightens():
    theirs = limit("bp_systolic", 170, may_clear=False)
    assert closed(at_rest(bp_systolic=168), theirs) == {"aerobic"}
    assert closed(at_rest(bp_systolic=172), theirs) == {"session", "aerobic"}
    assert "may not clear a client" in limits.loosening(limit("bp_systolic", 190, may_clear=False), OURS)
    assert limits.loosening(limit("bp_systolic", 150, may_clear=False), OURS) == ""


def test_of_two_limits_the_one_that_does_not_count_names_the_stricter():
    loose, tight = limit("bp_systolic", 170), limit("bp_systolic", 140, id="cardiology")
    assert limits.stricter(loose, OURS, [loose, tight], DAY) == 140
    assert limits.stricter(tight, OURS, [loose, tight], DAY) is None
    assert limits.stricter(loose, OURS, [loose], DAY) is None
    over = limit("bp_systolic", 200)
    assert limits.stricter(over, OURS, [over], DAY) == 180  # The session ceiling.


def test_a_limit_at_rest_must_be_measured_and_one_at_work_can_not_be():
    written = [
        limit("spo2", 92, op="<"), limit("rpe_cr10", 5), limit("blood_glucose", 80, op="<", origin="practice"),
        limit("weight", 90, ended_on=DAY), limit("spo2", 94, op="<", valid_to=date(2026, 10, 1)),
    ]  # fmt: skip
    assert limits.needed_before_start(written, DAY) == ["spo2", "blood_glucose"]


def test_the_figures_in_force_carry_every_limit():
    own = [limit("bp_systolic", 150, closes="aerobic", origin="practice"), limit("bp_diastolic", 95)]
    assert limits.pressure_figures(OURS, [], DAY) == {
        "aerobic": "160/100", "resistance": "180/105", "session": "180/110",
    }  # fmt: skip
    assert limits.pressure_figures(OURS, own, DAY) == {
        "aerobic": "150/95", "resistance": "180/95", "session": "180/95",
    }  # fmt: skip
