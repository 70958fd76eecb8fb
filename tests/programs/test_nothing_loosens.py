"""What a second tap, an old page, a missing answer or another side never opens."""

import msgspec
import pytest
from django.urls import reverse

from medexpro.clearance import operations as clearance
from medexpro.clearance.models import Precaution
from medexpro.episodes.models import Episode
from medexpro.kernel.reference import Verification
from medexpro.kernel.refusals import Conflict
from medexpro.knowledge.library import library
from medexpro.programs import operations, state, suggesting
from medexpro.programs.models import PhaseDecision, ProgramExercise
from medexpro.programs.rules.dosage import UP
from medexpro.programs.rules.facts import Course
from medexpro.programs.rules.progression import Choice
from tests import scenario
from tests.conftest import MORNING
from tests.programs.record_facts import MET, course, facts, proposal
from tests.programs.test_deciding import NO, at, came
from tests.programs.test_rules_dosage import did, plan, step

FLEXION = "rom_knee_flexion"
OTHERS = {key: value for key, value in MET.items() if key != FLEXION}


@pytest.fixture
def program(cast):
    return now(scenario.programmed(cast))


def now(episode):
    """The program as the next request reads it."""
    rows = Episode.objects.select_related("client", "practice", "surgery", "referral__provider")
    found = state.program_of(rows.get(pk=episode.pk))
    found.episode = rows.get(pk=episode.pk)
    return found


# ---- The rules


def test_the_other_knee_alone_opens_nothing():
    def met(*courses, side="right"):
        found = proposal(facts(measured=OTHERS, courses=courses, side=side))
        state_of = next(one for one in found.criteria if one.measure == FLEXION)
        return state_of.met, found.choice

    good, own = course(FLEXION, (3, 120), side="left"), course(FLEXION, (3, 104), side="right")
    assert met(good) == (None, Choice.HOLD)
    assert met(good, own) == met(own) == (True, Choice.ADVANCE)
    assert met(course(FLEXION, (3, 104))) == (True, Choice.ADVANCE)  # A result without a side.
    assert met(good, side="") == (True, Choice.ADVANCE)  # An episode about no side.


def test_an_old_result_of_the_own_side_is_not_made_new_by_the_other_side():
    courses = [course(FLEXION, (40, 120), side="right"), course(FLEXION, (3, 104), side="left")]
    found = proposal(facts(measured=OTHERS, courses=courses, side="right"))
    state_of = next(one for one in found.criteria if one.measure == FLEXION)
    assert state_of.met is None and "more than 30 days ago" in state_of.seen


def test_pain_that_was_not_said_after_pain_that_was_is_no_evidence_of_less():
    assert step(plan(), did(pain=3), did(pain=None)) is None
    assert step(plan(), did(pain=None), did(pain=2)) is None
    assert step(plan(), did(pain=3), did(pain=3)).way == UP
    silent = step(plan(), did(pain=None), did(pain=None))
    assert silent.way == UP and "no pain said" in silent.because and "not up" not in silent.because


def test_a_decline_counts_by_the_figures_a_practice_turned_on():
    tug = library().all_measures["tug"]
    [held] = [msgspec.structs.replace(one, verification=Verification.UNVERIFIED, applies_to=type(one.applies_to)())
              for one in tug.change[:1]]  # fmt: skip
    tug = msgspec.structs.replace(tug, change=(held,))
    tests = course("tug", (30, 12), (3, 30)).tests
    verdicts = [Course(tug, "", tests, turned_on=on).change(*tests).verdict for on in ((), {"tug"})]
    assert verdicts == ["change of unknown meaning", "worse"]


# ---- The record


def test_a_second_tap_opens_no_second_phase(program, cast, sign_in, clock):
    clock("2026-10-14 09:30")
    ana, address = sign_in(cast.ana), reverse("programs:decide_phase", args=[program.episode_id])
    sent = {f"ask_{key}": "no" for key in NO} | {
        "choice": "advance",
        "reason": "Measured elsewhere",
        "after": "",
    }
    assert ana.post(address, sent).status_code == 302
    again = ana.post(address, sent)
    assert again.status_code == 422 and "The phase was decided about meanwhile" in again.content.decode()
    assert PhaseDecision.objects.count() == 1 and now(program.episode).phase == "p2"
    [newest] = PhaseDecision.objects.values_list("pk", flat=True)
    assert f'value="{newest}"' in again.content.decode()
    with pytest.raises(Conflict):
        operations.decide_phase(program, choice="refer_back", reason="Calf", after="", by=cast.ana, at=at(2))


def test_what_was_taken_out_is_neither_swapped_nor_brought_into_another_phase(program, cast):
    line = program.exercises.filter(removed_at=None).first()
    other = next(
        key for key in library().exercises if key not in {one.exercise for one in program.exercises.all()}
    )
    operations.remove_exercise(line, reason="Hurts", by=cast.ana, at=at(1))
    with pytest.raises(operations.ProgramRefused, match="taken out"):
        operations.swap_exercise(line, exercise_id=other, reason="Why not", by=cast.ana, at=at(1))
    operations.decide_phase(program, choice="advance", reason="Well", answers=NO, by=cast.ana, at=at(1))
    line = ProgramExercise.objects.get(pk=line.pk)
    with pytest.raises(operations.ProgramRefused, match="has gone on since"):
        operations.restore_exercise(line, by=cast.ana, at=at(2))
    assert not now(program.episode).exercises.filter(removed_at=None, exercise=line.exercise).exists()


def test_an_exercise_no_rule_can_weigh_enters_no_session(program):
    line = program.exercises.filter(removed_at=None).first()
    ProgramExercise.objects.filter(pk=line.pk).update(exercise="own_nobody_knows")
    found = {one.planned.pk: one for one in state.lines_now(program)}[line.pk]
    assert found.blocked and "can’t be weighed" in found.findings[0].sentence and found.instead == []
    assert line.pk not in {one.pk for one in state.for_session(program)}


def test_an_exercise_of_the_phase_comes_with_the_dose_of_the_phase(program, cast):
    phase = state.protocol_of(program).phases[0]
    there = {line.exercise for line in program.exercises.all()}
    for one in (one for one in phase.exercises if one.exercise not in there):
        line = operations.add_exercise(
            program, exercise_id=one.exercise, reason="Fits", by=cast.ana, at=at(1)
        )
        assert (line.sets, line.quantity, line.quantity_unit) == (one.sets[0], one.quantity[0], one.unit)


@pytest.mark.parametrize("answer", ["confirm", "keep"])
def test_a_providers_word_never_opens_what_a_member_said_holds(program, cast, answer):
    tag = next(
        tag
        for line in program.exercises.all()
        for tag in library().exercises[line.exercise].contraindicated_tags
    )
    freezing = Precaution.objects.create(
        practice=program.practice, episode=program.episode, text="Freezing", tags=[tag], mode="conditional",
        protocol_item="pd_freeze", source="Protocol", recorded_by=cast.ana,
    )  # fmt: skip
    clearance.settle_condition(freezing, holds=True, words="", by=cast.ana, at=MORNING)

    def blocked():
        return [line.planned.exercise for line in state.lines_now(now(program.episode)) if line.blocked]

    before = blocked()
    told = {"provider": cast.dr_raman, "words": "Yes, she freezes", "by": cast.ana, "at": MORNING}
    if answer == "confirm":
        clearance.confirm_precaution(freezing, on=MORNING.date(), **told)
    else:
        clearance.keep_precaution(freezing, ask_again_on=at(40).date(), **told)
    assert before and blocked() == before


def test_two_protocols_that_call_different_precautions_alike_both_bring_theirs(program, cast):
    knee = library().protocols["total_knee_replacement"]
    one = msgspec.structs.replace(knee.precautions[0], id="own_1", tags=("kneeling_contra",), mode="block")
    two = msgspec.structs.replace(one, phrase="No impact", tags=("high_impact_contra",))

    def suggested(precaution):
        protocol = msgspec.structs.replace(knee, precautions=(precaution,), variants=())
        clearance.suggest_precautions(program.episode, protocol, "", by=cast.ana, at=MORNING)
        rows = program.episode.precautions.filter(protocol_item="own_1")
        return sorted(tag for row in rows for tag in row.tags)

    assert suggested(one) == suggested(one) == ["kneeling_contra"]
    assert suggested(two) == suggested(two) == ["high_impact_contra", "kneeling_contra"]


def test_a_member_settles_no_precaution_of_another_protocol_that_is_called_alike(program, cast, monkeypatch):
    knee = library().protocols["total_knee_replacement"]
    mine = msgspec.structs.replace(
        knee.precautions[0],
        id="own_1",
        mode="conditional",
        lifts="record_tag_removed",
        tags=("kneeling_contra",),
    )
    monkeypatch.setattr(
        state, "protocol_of", lambda program: msgspec.structs.replace(knee, precautions=(mine,))
    )

    def row(tag):
        return Precaution.objects.create(
            practice=program.practice, episode=program.episode, text=tag, tags=[tag], mode="conditional",
            protocol_item="own_1", source="Protocol", recorded_by=cast.ana,
        )  # fmt: skip

    told = {"holds": False, "words": "Not for her", "by": cast.ana, "at": MORNING}
    with pytest.raises(operations.ProgramRefused, match="provider’s word"):
        operations.settle_precaution(program, row("high_impact_contra"), **told)
    assert operations.settle_precaution(program, row("kneeling_contra"), **told).state == "declined"


def test_a_dose_goes_up_only_on_what_was_said(program, cast):
    came(program, cast, 2, pain=3)
    came(program, cast, 5, pain=None)
    assert "up" not in {one.way for one in suggesting.steps(program, at=at(6)).values()}
