"""The seven steps and the regions: where each measure belongs, and where the record points."""

import pytest
from django.conf import settings

from medexpro.assessments import catalogue, flow
from medexpro.assessments.rules.flow import Pointers, opening_step, regions_for, step_of
from medexpro.knowledge.library import library

assert settings.configured
STEPS = flow.steps()


def test_the_seven_steps_in_their_order_with_their_source_or_marked_as_ours():
    assert [step.id for step in STEPS] == [
        "preparation", "observation", "interview", "evaluation", "tests", "goals", "summary",
    ]  # fmt: skip
    assert [step.number for step in STEPS if step.ours] == [5, 6, 7]
    assert all(step.source for step in STEPS if not step.ours)


def test_every_measure_that_is_typed_has_its_step():
    """A measure of a new category would turn up in no step: this names it."""
    groups = {group for step in STEPS for group in step.measures}
    from medexpro.assessments.rules.flow import group_of

    for measure in library().all_measures.values():
        if catalogue.can_be_typed(measure):
            assert group_of(measure) in groups, measure.id


@pytest.mark.parametrize(("key", "step"), [
    ("bp_systolic", "observation"), ("pain_nrs", "observation"), ("weight", "observation"),
    ("rom_knee_flexion", "evaluation"), ("mmt_knee_extension", "evaluation"), ("knee_girth", "evaluation"),
    ("tug", "tests"), ("grip_strength", "tests"), ("koos_jr", "tests"), ("falls_12m", "tests"),
])  # fmt: skip
def test_a_measure_stands_in_its_step(key, step):
    assert step_of(library().all_measures[key], STEPS) == step


@pytest.mark.parametrize("key", list(flow.regions()))
def test_every_measure_a_region_names_exists_and_its_tags_too(key):
    region = flow.regions()[key]
    scales = [one for scale in region.scale_for.values() for one in scale]
    for one in (*region.rom, *region.strength, *region.scale, *scales):
        assert one in library().measures, one
        assert catalogue.can_be_typed(library().measures[one])
    assert set(region.scale_for) <= set(library().tags)
    assert region.rom and region.scale


def test_the_regions_the_practice_works_with():
    assert list(flow.regions()) == ["shoulder", "arm", "hip", "knee", "ankle", "cervical", "lumbar"]


@pytest.mark.parametrize("key", list(flow.regions()))
def test_range_of_motion_of_a_region_is_whole(key):
    """Every motion the library knows of a region stands in its set."""
    wanted = {"arm": ("elbow", "forearm", "wrist")}.get(key, (key,))
    known = [
        one for one in library().all_measures if one.startswith(tuple(f"rom_{word}_" for word in wanted))
    ]
    assert sorted(flow.regions()[key].rom) == sorted(known)


@pytest.mark.parametrize(("pointers", "found"), [
    (Pointers(joint="Knee"), {"knee": "the operation"}),
    (Pointers(codes=("M17.11",)), {"knee": "code M17.11"}),
    (Pointers(codes=("M54.50", "M54.2")), {"lumbar": "code M54.50", "cervical": "code M54.2"}),
    (Pointers(tags=("hip_osteoarthritis",)), {"hip": "the condition"}),
    (Pointers(protocol_measures=("tug", "rom_shoulder_flexion")), {"shoulder": "the protocol"}),
    (Pointers(codes=("I10",)), {}),
    (Pointers(), {}),
])  # fmt: skip
def test_the_record_points_to_regions_and_says_why(pointers, found):
    assert regions_for(flow.regions().values(), pointers) == found


def test_the_scale_is_the_one_made_for_the_client():
    knee, known = flow.regions()["knee"], library().measures
    assert knee.measures(["total_knee_replacement"], known)[-1] == "koos_jr"
    assert knee.measures(["stroke"], known)[-1] == "lefs"


@pytest.mark.parametrize(("begun", "finished", "left", "step"), [
    (False, False, {"tests"}, "preparation"),
    (True, False, {"tests", "evaluation"}, "evaluation"),
    (True, False, set(), "summary"),
    (True, True, {"tests"}, "summary"),
])  # fmt: skip
def test_an_assessment_opens_where_something_is_left_to_do(begun, finished, left, step):
    assert opening_step(STEPS, begun=begun, finished=finished, open_steps=left) == step
