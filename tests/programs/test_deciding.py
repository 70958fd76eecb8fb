"""Deciding about a phase on the record: agreeing, disagreeing with a reason, stepping back, a dose taken with one tap."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from medexpro.assessments.operations import finish, record, start
from medexpro.clearance import operations as clearance
from medexpro.episodes import operations as episodes
from medexpro.programs import operations, state, suggesting
from medexpro.programs.models import PhaseDecision
from medexpro.sessions.models import ExerciseEntry, SessionLog, SessionReading
from tests import scenario
from tests.conftest import MORNING

NO = {"pain": False, "form": False, "symptoms": False}
MET = {
    ("rom_knee_extension", "right"): "-3",
    ("rom_knee_flexion", "right"): "104",
    ("pain_nrs", "none"): "3",
    ("tug", "none"): "13",
}


@pytest.fixture
def program(cast):
    program = state.program_of(scenario.programmed(cast))
    program.episode = (
        type(program.episode).objects.select_related("client", "practice").get(pk=program.episode_id)
    )
    return program


def at(day):
    return MORNING + timedelta(days=day)


def came(program, cast, *days, effort=4, pain=1, load=None, **said):
    """Write signed sessions: every exercise done as planned, with this effort and pain."""
    for day in days:
        session = SessionLog.objects.create(
            practice=program.practice, episode=program.episode, program=program, by=cast.ana, number=day + 1, state="signed",
            opened_at=at(day), started_at=at(day), signed_at=at(day), signed_by=cast.ana, red_flags=[], response="well", **said,
        )  # fmt: skip
        ExerciseEntry.objects.bulk_create(
            ExerciseEntry(
                practice=program.practice, session=session, episode=program.episode, planned=line, exercise=line.exercise,
                name=line.name, category=line.category, order=line.order, state="done", quantity_unit=line.quantity_unit,
                sets=[{"quantity": str(line.quantity), "load": load}] * line.sets, load_unit="[lb_av]" if load else "",
                target={"effort": line.effort}, effort=effort, pain=pain, logged_at=at(day),
            )
            for line in program.exercises.filter(removed_at=None)
        )  # fmt: skip
        SessionReading.objects.create(
            practice=program.practice, session=session, episode=program.episode, measure="pain_nrs", value=2, unit="{points}",
            moment="pre", at=at(day),
        )  # fmt: skip


def measured(program, cast, day, values=None):
    values = MET if values is None else values
    taken = start(program.episode, "baseline", measures=[key for key, _ in values], by=cast.ana, at=at(day))
    for (measure, side), value in values.items():
        record(
            taken,
            measure=measure,
            side=side,
            trials=[{"value": value, "unit": ""}],
            confirmed=True,
            by=cast.ana,
            at=at(day),
        )
    finish(taken, left_out="Not part of this visit", by=cast.ana, at=at(day))


def test_agreeing_needs_no_reason_and_the_evidence_is_frozen(program, cast):
    measured(program, cast, 1)
    came(program, cast, 2, 5)
    decision = operations.decide_phase(program, choice="advance", answers=NO, by=cast.ana, at=at(6))
    assert (decision.proposed, decision.reason, decision.to_phase) == ("advance", "", "p2")
    tug = next(one for one in decision.evidence if one["id"] == "criterion-tug")
    assert (tug["holds"], tug["seen"], tug["value"]) == (True, "13 now", "13")
    pain = next(one for one in decision.evidence if one["id"] == "pain")
    assert pain["holds"] is False and pain["source"] and pain["said"] is False
    # What is measured later changes nothing of it.
    measured_again = PhaseDecision.objects.get(pk=decision.pk)
    assert measured_again.evidence == decision.evidence


@pytest.mark.parametrize("choice", ["advance", "regress", "refer_back"])
def test_another_decision_than_proposed_needs_a_reason_and_keeps_it(program, cast, choice):
    with pytest.raises(operations.ProgramRefused, match="speaks for another choice: hold") as refusal:
        operations.decide_phase(program, choice=choice, answers=NO, by=cast.ana, at=at(1))
    assert refusal.value.field == "reason" and not PhaseDecision.objects.exists()
    kept = operations.decide_phase(
        program, choice=choice, answers=NO, reason="Seen on the floor", by=cast.ana, at=at(1)
    )
    assert (kept.proposed, kept.choice, kept.reason) == ("hold", choice, "Seen on the floor")


def test_no_phase_opens_while_a_question_is_open(program, cast):
    answers = {"pain": False, "form": False}
    with pytest.raises(operations.ProgramRefused, match="Are there new symptoms") as refusal:
        operations.decide_phase(
            program, choice="advance", reason="Well", answers=answers, by=cast.ana, at=at(1)
        )
    assert refusal.value.field == "symptoms"


def test_stepping_back_in_the_first_phase_takes_the_easier_exercises_the_library_names(program, cast):
    before = {line.exercise for line in program.exercises.filter(removed_at=None)}
    operations.decide_phase(program, choice="regress", reason="Too hard", answers=NO, by=cast.ana, at=at(1))
    after = {line.exercise for line in program.exercises.filter(removed_at=None)}
    program.refresh_from_db()
    assert program.phase == "p1" and len(after) == len(before) and after != before
    swapped = program.exercises.exclude(removed_at=None)
    assert {line.exercise for line in swapped} == before - after


def test_the_next_phase_begins_with_what_leads_on_and_keeps_the_load(program, cast):
    bike = program.exercises.get(exercise="bike_recumbent")
    operations.change_exercise(bike, load="3", load_unit="", by=cast.ana, at=at(1))
    operations.decide_phase(
        program, choice="advance", reason="Measured elsewhere", answers=NO, by=cast.ana, at=at(1)
    )
    names = {line.exercise for line in program.exercises.filter(removed_at=None)}
    assert "bike_upright" in names  # The library's step onward from the recumbent bike.
    operations.decide_phase(program, choice="regress", reason="Too early", answers=NO, by=cast.ana, at=at(2))
    assert program.exercises.filter(removed_at=None, exercise="bike_recumbent").exists()


def test_a_suggested_dose_is_taken_with_one_tap_and_weighed_again(program, cast, sign_in, clock):
    came(program, cast, 2, 5)
    clock("2026-10-19 09:30")
    ana = sign_in(cast.ana)
    url = reverse("programs:show", args=[program.episode_id])
    page = ana.get(url).content.decode()
    line = program.exercises.filter(removed_at=None, quantity_unit="reps").first()
    before = line.quantity
    assert "2 sessions in a row at effort 4 or less" in page
    ana.post(reverse("programs:take_step", args=[line.pk]))
    line.refresh_from_db()
    assert (line.sets, line.quantity) == (2, before + 2)
    # The sessions were at the old dose: nothing more is suggested, and a second tap changes nothing.
    again = ana.post(reverse("programs:take_step", args=[line.pk]), follow=True).content.decode()
    line.refresh_from_db()
    assert line.quantity == before + 2 and "The record suggests no step for this exercise any more." in again


def test_load_goes_up_from_what_was_lifted_on_the_floor(program, cast):
    line = program.exercises.filter(removed_at=None, quantity_unit="reps").first()
    span = next(
        one for one in state.protocol_of(program).phases[0].exercises if one.exercise == line.exercise
    )
    operations.change_exercise(line, sets=span.sets[1], quantity=span.quantity[1], by=cast.ana, at=at(1))
    came(program, cast, 2, 5, load="10", effort=3)
    operations.take_step(line, by=cast.ana, at=at(6))
    line.refresh_from_db()
    assert (line.load, line.load_unit, line.quantity) == (11, "[lb_av]", span.quantity[0])


def test_the_chart_says_the_same_as_the_program(program, cast, sign_in, clock):
    came(program, cast, 2, 5, effort=9)
    clock("2026-10-19 09:30")
    ana = sign_in(cast.ana)
    pages = [
        ana.get(reverse("programs:show", args=[program.episode_id])),
        ana.get(reverse("clients:show", args=[cast.janet.pk])),
    ]
    for page in pages:
        assert "The record speaks for: step back" in page.content.decode()
        assert "2 of the last 2 sessions" in page.content.decode()


def test_a_condition_that_holds_blocks_and_one_that_does_not_takes_the_reason(cast, sign_in):
    """The provider's release lifts what the provider's release lifts: no member settles that here."""
    program = state.program_of(scenario.programmed(cast))
    kneeling = program.episode.precautions.get(protocol_item="tkr_kneel")
    with pytest.raises(operations.ProgramRefused, match="provider’s word"):
        operations.settle_precaution(program, kneeling, holds=False, words="No", by=cast.ana, at=MORNING)
    answer = sign_in(cast.ana).post(
        reverse("programs:settle", args=[kneeling.pk]),
        {f"{kneeling.pk}-holds": "no", f"{kneeling.pk}-words": "No"},
    )
    kneeling.refresh_from_db()
    assert answer.status_code == 422 and kneeling.state == "suggested"


def test_the_page_counts_the_weeks_as_the_protocol_does(program, cast, sign_in, clock):
    clock("2026-10-19 09:30")
    page = sign_in(cast.ana).get(reverse("programs:show", args=[program.episode_id])).content.decode()
    assert "Week 17 after surgery" in page and "Usually weeks 10–15 after surgery; opens by criteria" in page


def test_pages_cost_the_same_after_many_sessions(
    program, cast, sign_in, clock, django_assert_max_num_queries
):
    came(program, cast, *range(1, 30))
    clock("2026-11-20 09:30")
    ana = sign_in(cast.ana)
    for url in (
        reverse("programs:show", args=[program.episode_id]),
        reverse("clients:show", args=[cast.janet.pk]),
    ):
        ana.get(url)
        with django_assert_max_num_queries(15):
            assert ana.get(url).status_code == 200


def test_a_providers_limit_on_effort_is_the_ceiling_of_what_is_suggested(program, cast):
    clearance.record_limit(
        program.episode, measure="rpe_cr10", op=">", value=Decimal(3), closes="session", provider=cast.dr_raman,
        written_on=MORNING.date(), by=cast.ana, at=MORNING,
    )  # fmt: skip
    assert suggesting.effort_ceiling(program, program.episode) == 3 < program.effort_ceiling
    came(program, cast, 2, 5, effort=4)
    ways = {step.way for step in suggesting.steps(program, at=at(6)).values()}
    assert "up" not in ways and "onward" not in ways


def test_while_the_episode_is_on_hold_no_next_phase_opens(program, cast):
    came(program, cast, 1, 4, 8)
    measured(program, cast, 8)
    episodes.hold(program.episode, reason="Away for two weeks", by=cast.ana, at=at(9))
    with pytest.raises(operations.ProgramRefused, match="not active"):
        operations.decide_phase(program, choice="advance", reason="Ready", answers=NO, by=cast.ana, at=at(9))
    assert not PhaseDecision.objects.filter(program=program).exists()
