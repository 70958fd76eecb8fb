"""What the record says reaches the gates: conditions, medicines, surgeries, the referral's codes, dates."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from medexpro.clearance import histories, operations, state
from medexpro.clearance.rules.evidence import Reading, Sign
from medexpro.clients.operations import facts, people
from medexpro.kernel.refusals import NotAllowed
from tests import scenario
from tests.conftest import MORNING, TODAY


@pytest.fixture
def episode(cast):
    return scenario.cleared(cast)


def holds(episode, on=TODAY):
    return {one.history for one in histories.known(episode, on)}


def closed(episode, *, sign="", **readings):
    """Return the codes of what the gates say of these readings and this sign."""
    taken = [Reading(measure=measure, value=value, at=MORNING) for measure, value in readings.items()]
    context = state.gate_context(
        episode, at=MORNING, readings=taken, red_flags=[], signs=[Sign(symptom=sign)] if sign else []
    )
    return {finding.code for finding in state.gates.weigh(context)}


def test_heart_failure_by_its_code_alone_reaches_the_gate(cast, episode):
    assert "heart_failure" not in holds(episode)
    facts.record_condition(cast.janet, icd10="I50.22", by=cast.ana, at=MORNING)
    [known] = [one for one in histories.known(episode, TODAY) if one.history == "heart_failure"]
    assert (known.suggested, known.place) == (True, "record")
    assert "I50.22" in known.where
    assert "heart_failure" in state.gate_context(episode, at=MORNING).histories


def test_a_blood_thinner_by_its_name_turns_a_head_strike_into_an_emergency(cast, episode):
    def after_a_head_strike():
        context = state.gate_context(
            episode, at=MORNING, red_flags=["head_strike"], red_flags_at=MORNING, signs=[]
        )
        return {finding.code for finding in state.gates.weigh(context)}

    assert "anticoag_fall" not in after_a_head_strike()
    medicine = facts.record_medication(cast.janet, words="Eliquis 5 mg", by=cast.ana, at=MORNING)
    assert "anticoag_fall" in after_a_head_strike()
    facts.answer_effect(medicine, effect="blood_thinner", applies=False, by=cast.ana, at=MORNING)
    assert "anticoag_fall" not in after_a_head_strike()


def test_a_medicine_counts_through_its_last_day(cast, episode):
    facts.record_medication(
        cast.janet,
        words="Warfarin 2 mg",
        ended_on=TODAY,
        started_on=date(2026, 1, 1),
        by=cast.ana,
        at=MORNING,
    )
    assert "blood_thinner" in holds(episode)
    assert "blood_thinner" not in holds(episode, TODAY + timedelta(days=1))


def test_a_condition_that_is_over_counts_no_more_but_a_cancer_does(cast, episode):
    for words in ("Heart failure in pregnancy", "Breast cancer"):
        facts.record_condition(
            cast.janet,
            words=words,
            onset_on=date(2011, 1, 1),
            ended_on=date(2012, 1, 1),
            by=cast.ana,
            at=MORNING,
        )
    assert "cancer_history" in holds(episode)
    assert not {"heart_failure", "pregnancy_or_birth_6w"} & holds(episode)


def test_the_codes_of_the_referral_count_until_someone_says_no(cast, episode):
    assert "diabetes" not in holds(episode)
    episode.referral.icd10 = ["Z96.651", "E11.9"]
    assert "diabetes" in holds(episode)
    operations.tell_history(
        episode,
        history="diabetes",
        present=False,
        words="Dr. Raman by phone: a slip on the form",
        by=cast.ana,
        at=MORNING,
    )
    assert "diabetes" not in holds(episode)


def test_what_is_only_suggested_never_loosens(cast, episode):
    assert histories.loosening() == {"slow_pulse_known"}
    assert "hr_rest_low" in closed(episode, resting_hr=46)
    operations.tell_history(
        episode,
        history="slow_pulse_known",
        present=True,
        words="Dr. Raman’s letter: rests at 46",
        by=cast.ana,
        at=MORNING,
    )
    assert "hr_rest_low" not in closed(episode, resting_hr=46)


@pytest.mark.parametrize(("history", "present"), [("slow_pulse_known", True), ("heart_failure", False)])
def test_making_the_rules_looser_needs_someones_words(cast, episode, history, present):
    with pytest.raises(operations.ClearanceRefused) as refused:
        operations.tell_history(episode, history=history, present=present, by=cast.ana, at=MORNING)
    assert refused.value.field == "words"


def test_saying_what_is_known_is_for_those_who_decide(cast, episode):
    with pytest.raises(NotAllowed):
        operations.tell_history(episode, history="diabetes", present=True, by=cast.asa, at=MORNING)
    with pytest.raises(operations.ClearanceRefused):
        operations.tell_history(episode, history="age_over_70", present=True, by=cast.ana, at=MORNING)


def test_a_client_without_a_birth_date_counts_as_older(cast, episode):
    assert "age_over_70" not in holds(episode)
    people.update(cast.janet, birth_date=None, by=cast.ana, at=MORNING)
    episode.client.refresh_from_db()
    assert "age_over_70" in holds(episode)
    assert "red_flag_fracture" in closed(episode, sign="minor_injury_new")


def test_a_joint_surgery_counts_without_a_joint_or_a_day(cast, episode):
    episode.client.surgeries.update(removed_at=MORNING)
    assert "joint_surgery_12m" not in holds(episode)
    facts.record_surgery(
        cast.janet,
        procedure="Hip replacement",
        procedure_tag="total_hip_replacement",
        by=cast.ana,
        at=MORNING,
    )
    assert "joint_surgery_12m" in holds(episode)


def test_a_surgery_after_the_clearance_closes_until_its_release_or_a_new_clearance(cast, episode):
    later = MORNING + timedelta(days=20)
    day = cast.northbridge.day(later)
    assert "surgery_not_released" not in holds(episode, day)
    facts.record_surgery(
        cast.janet,
        procedure="Gallbladder removal",
        performed_on=day - timedelta(days=2),
        by=cast.ana,
        at=later,
    )
    assert "surgery_not_released" in holds(episode, day)
    operations.tell_history(
        episode, history="surgery_not_released", present=False, words="Surgeon’s letter of today: released",
        by=cast.ana, at=later + timedelta(minutes=5),
    )  # fmt: skip
    assert "surgery_not_released" not in holds(episode, day)
    after = day + timedelta(days=3)
    facts.record_surgery(
        cast.janet, procedure="Hand surgery", performed_on=after, by=cast.ana, at=later + timedelta(days=3)
    )
    assert "surgery_not_released" in holds(episode, after)
    operations.grant(episode, provider=cast.dr_raman, by=cast.ana, at=later + timedelta(days=3))
    assert "surgery_not_released" not in holds(episode, after)


def test_the_page_shows_each_history_with_its_place_and_takes_an_answer(cast, sign_in, clock, episode):
    clock("2026-10-13 09:30")
    facts.record_condition(cast.janet, icd10="I50.9", by=cast.ana, at=MORNING)
    browser, url = sign_in(cast.ana), reverse("clearance:known", args=[episode.pk])
    page = browser.get(url).content.decode()
    assert "Heart failure on file" in page and "To confirm" in page
    tell = reverse("clearance:tell", args=[episode.pk])
    refused = browser.post(tell, {"history": "slow_pulse_known", "present": "yes", "words": ""})
    assert refused.status_code == 422
    assert "quote the provider" in refused.content.decode()
    browser.post(tell, {"history": "slow_pulse_known", "present": "yes", "words": "Dr. Raman: known"})
    assert "slow_pulse_known" in holds(episode)


def test_others_read_the_page_and_may_not_answer(cast, sign_in, episode):
    known, tell = (reverse(f"clearance:{name}", args=[episode.pk]) for name in ("known", "tell"))
    assert "Record it" not in sign_in(cast.rhea).get(known).content.decode()
    assert sign_in(cast.rhea).post(tell, {"history": "diabetes", "present": "yes"}).status_code == 403
