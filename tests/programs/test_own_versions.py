"""The practice's own versions where a client is concerned: pinned, said, and never changed under anybody."""

import pytest
from django.urls import reverse

from medexpro.assessments import operations as assessments
from medexpro.assessments import state as measured
from medexpro.clients.models import Client
from medexpro.episodes import populations
from medexpro.episodes.models import Episode
from medexpro.knowledge import own
from medexpro.knowledge.library import library, library_of
from medexpro.knowledge.own_kinds import content_of
from medexpro.programs import operations, state
from medexpro.programs.models import Program
from medexpro.programs.rules.fit import check_fit
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.knowledge.test_own import put
from tests.pages import text_of

pytestmark = pytest.mark.django_db
KNEE = "total_knee_replacement"


@pytest.fixture
def page(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    ana = sign_in(cast.ana)
    return lambda episode: ana.get(reverse("programs:show", args=[episode.pk]))


def again(episode):
    """The episode as the next request reads it."""
    return Episode.objects.select_related("client", "practice", "surgery", "referral__provider").get(
        pk=episode.pk
    )


def test_a_program_keeps_the_version_it_was_made_from_and_says_what_changed(cast, page):
    episode = scenario.programmed(cast)
    before = state.protocol_of(state.program_of(episode))
    assert "newer version" not in text_of(page(episode))

    row = put(cast, "protocol", KNEE, scope_note="As our surgeons ask.")

    said = text_of(page(episode))
    assert state.protocol_of(state.program_of(again(episode))) == before
    assert (
        "The protocol has a newer version" in said and f"This program keeps version {before.version}" in said
    )
    assert row.said in said and "As our surgeons ask." in said


def test_a_new_program_is_made_from_the_practices_own_version_and_names_it(cast, page):
    row = put(cast, "protocol", KNEE, scope_note="As our surgeons ask.")
    episode = scenario.programmed(cast)

    program = Program.objects.get(episode=episode)
    assert program.protocol.is_own and program.protocol.version == row.version
    assert row.said in text_of(page(episode))
    own.withdraw(row, by=cast.ana, at=MORNING)
    assert state.protocol_of(state.program_of(again(episode))).scope_note == "As our surgeons ask."
    assert "The protocol has a newer version" in text_of(page(episode))


def test_an_own_exercise_is_weighed_against_precautions_also_once_it_is_withdrawn(cast):
    episode = scenario.programmed(cast)
    kneeling = next(
        one for one in library().exercises.values() if "kneeling_contra" in one.contraindicated_tags
    )
    key = own.new_key(cast.northbridge, "exercise", "Kneeling reach")
    row = put(
        cast,
        "exercise",
        key,
        **content_of(kneeling) | {"name": "Kneeling reach", "progression": None, "regression": None},
    )
    episode = again(episode)
    line = operations.add_exercise(
        state.program_of(episode), exercise_id=key, reason="Asked by the surgeon", by=cast.ana, at=MORNING
    )
    own.withdraw(row, by=cast.ana, at=MORNING)

    episode = again(episode)
    lines = {one.planned.pk: one for one in state.lines_now(state.program_of(episode))}
    assert line.name == "Kneeling reach"
    blocks = state.blocks_of(episode)
    assert lines[line.pk].findings == check_fit(library_of(episode.practice).all_exercises[key], blocks)
    with pytest.raises(operations.ProgramRefused, match="no such exercise"):
        operations.add_exercise(state.program_of(episode), exercise_id=key, by=cast.ana, at=MORNING)


def test_a_result_is_pinned_to_the_own_measure_and_why_says_so(cast, sign_in, clock):
    episode = scenario.programmed(cast)
    row = put(cast, "measure", "tug", protocol="From a chair of 45 cm.")
    check = assessments.start(again(episode), "check", measures=["tug"], by=cast.ana, at=MORNING)
    kept = assessments.record(check, measure="tug", trials=[{"value": "13.8"}], by=cast.ana, at=MORNING)

    assert kept.definition.is_own and kept.definition.record.protocol == "From a chair of 45 cm."
    [found] = measured.outcomes(again(episode), TODAY, measures=["tug"])
    assert found.own == row.said


def test_an_own_measure_is_planned_typed_and_shown(cast):
    content = content_of(library().measures["tug"]) | {
        "name": "Stair climb",
        "change": [],
        "cutoffs": [],
        "norms": [],
        "loinc": None,
    }
    key = own.new_key(cast.northbridge, "measure", "Stair climb")
    put(cast, "measure", key, **content)
    episode = again(scenario.programmed(cast))
    check = assessments.start(episode, "check", measures=[key], by=cast.ana, at=MORNING)
    assessments.record(check, measure=key, trials=[{"value": "9.5"}], by=cast.ana, at=MORNING)
    [found] = measured.outcomes(again(episode), TODAY, measures=[key])
    assert (found.name, str(found.current.value)) == ("Stair climb", "9.5")


def test_own_versions_cost_the_pages_of_a_client_no_question(cast, sign_in, clock, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    clock("2026-10-13 09:30")
    episode = scenario.programmed(cast)
    ana, addresses = sign_in(cast.ana), [
        reverse("programs:show", args=[episode.pk]),
        reverse("clients:show", args=[Client.objects.get(pk=episode.client_id).pk]),
    ]  # fmt: skip

    def asked():
        found = []
        for address in addresses:
            ana.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert ana.get(address).status_code == 200
            found.append(len(queries))
        return found

    before = asked()
    put(cast, "exercise", "heel_slide", cues="Slowly.")
    assert asked() == before


def test_a_protocol_only_the_practice_has_takes_no_tag_from_a_code(cast):
    """The tags choose the amounts of change: a code of ours goes on saying what the client has."""
    code = "M17.11"
    before = populations.tags_for("", [code], cast.northbridge)
    content = content_of(library().protocols["knee_osteoarthritis"]) | {"condition": "Knees of runners"}
    renamed = [one | {"id": f"own_{one['id']}"} for one in content["precautions"]]
    put(cast, "protocol", "own_runners", **content | {"precautions": renamed})
    cast.northbridge.refresh_from_db()
    assert len(library_of(cast.northbridge).protocols_for_code(code)) == 2
    assert before and populations.tags_for("", [code], cast.northbridge) == before
