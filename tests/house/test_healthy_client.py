"""A healthy reference client yields no finding: not at rest, not at work, not after, not at intake."""

import pytest

from medexpro.clearance.questionnaire import clearing_policy, questionnaire
from medexpro.clearance.rules.gates import State, verdict, weigh
from medexpro.clearance.rules.screening import Answer, ScreeningContext, weigh_answers
from tests.clearance.floor import at_rest, context, reading

AT_REST = at_rest(spo2=98, weight=78, blood_glucose=96)
AT_WORK = [
    reading("rpe_6_20", 12, 20, when="in_session", exercise="leg_press"),
    reading("bp_systolic", 140, 20, when="in_session"),
    reading("bp_systolic", 146, 30, when="in_session"),
    reading("dyspnoea_0_10", 3, 30, when="in_session"),
    reading("spo2", 97, 30, when="in_session"),
]
AFTER = [reading("pain_nrs", 1, 60, when="post"), reading("bp_systolic", 124, 60, when="post")]
# A month ago two kilograms less: a change, and no sudden one.
A_MONTH_AGO = [reading("weight", 76, -60 * 24 * 30), reading("pain_nrs", 1, -60 * 24 * 30)]


@pytest.mark.parametrize(
    ("stage", "readings"),
    [("pre", AT_REST), ("in_session", [*AT_REST, *AT_WORK]), ("post", [*AT_REST, *AT_WORK, *AFTER])],
)
def test_no_gate_speaks(stage, readings):
    findings = weigh(context(readings, stage=stage, earlier=A_MONTH_AGO))
    assert findings == []
    assert verdict(findings).state is State.GO
    assert verdict(findings).sentence == "All readings are inside the limits."


def test_the_intake_screen_says_nothing():
    screen = questionnaire()
    answers = {question.id: Answer(value="no") for question in screen.questions}
    assert weigh_answers(screen, answers, ScreeningContext()).findings == ()


def test_the_policy_of_clearing_is_complete():
    policy = clearing_policy()
    assert policy.months > policy.months_after_surgery > 0
    assert policy.source and policy.may_clear_source and policy.may_refer_source
