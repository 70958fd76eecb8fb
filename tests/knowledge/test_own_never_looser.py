"""What an own version of a protocol can't take away: what is measured, what refers back, what a precaution keeps away."""

import pytest

from medexpro.clearance import operations as clearance
from medexpro.knowledge import own, own_protocol, turning
from medexpro.knowledge.library import library, library_of
from medexpro.knowledge.own_kinds import content_of
from tests import scenario
from tests.conftest import MORNING
from tests.knowledge.test_own import put
from tests.knowledge.test_own_protocol import _post

pytestmark = pytest.mark.django_db
HIP, PARKINSON = "total_hip_replacement", "parkinsons_disease"


def without(content, field, value):
    return content | {field: [one for one in content[field] if one != value]}


def refused(cast, content, key=HIP):
    found = own.seen(cast.northbridge, "protocol", key, content)
    return [(one.field, one.sentence) for one in found.wrongs]


@pytest.fixture
def hip():
    return content_of(library().protocols[HIP])


def test_what_is_measured_again_stays_as_the_refer_back_is_weighed_on_it(cast, hip):
    nothing_again = hip | {"reassess": hip["reassess"] | {"measures": []}}
    assert [
        field for field, said in refused(cast, nothing_again) if "what refers back is weighed" in said
    ] == ["reassess.measures"]
    first = hip["baseline_measures"][0]
    assert "baseline_measures" in dict(refused(cast, without(hip, "baseline_measures", first)))


def test_a_phase_by_another_name_still_refers_back(cast, hip):
    last = hip["phases"][-1]
    renamed = last | {"id": "own_last", "refer_back_when": [], "hold_when": ["Tired"]}
    said = dict(refused(cast, hip | {"phases": [*hip["phases"][:-1], renamed]}))
    assert {"phases.own_last.refer_back_when", "phases.own_last.hold_when"} <= set(said)
    kept = last | {"id": "own_last"}
    said = dict(refused(cast, hip | {"phases": [*hip["phases"][:-1], kept]}))
    assert not [field for field in said if field.startswith("phases.own_last")]


def test_an_approach_of_the_practices_own_brings_what_every_approach_brings(cast, hip):
    free = {"id": "own_free", "name": "No precautions", "precaution_ids": [], "note": ""}
    said = refused(cast, hip | {"variants": [*hip["variants"], free]})
    assert [field for field, sentence in said if "leaves out precautions" in sentence] == ["variants"]
    free["precaution_ids"] = ["thr_impact"]
    assert refused(cast, hip | {"variants": [*hip["variants"], free]}) == []


def test_a_precaution_written_twice_does_not_hide_the_stricter_one(cast, hip):
    lax = hip["precautions"][0] | {"tags": [], "mode": "conditional", "lifts": "provider_release"}
    assert any(
        "twice" in sentence
        for _, sentence in refused(cast, hip | {"precautions": [lax, *hip["precautions"]]})
    )


def test_a_new_row_of_precautions_never_takes_the_id_of_an_older_one():
    lib = library()
    row = {"phrase": "No lifting", "text": "No lifting", "mode": "block", "lifts": "provider_release", "tags": [],
           "applies_to": [], "source": "Surgeon", "id": "own_2", "verification": "house_rule"}  # fmt: skip
    content = content_of(lib.protocols[HIP]) | {"precautions": [row]}
    form = own_protocol.ProtocolForm(content=content, ours=None, lib=lib)
    sent = {field.html_name: field.value() for field in form if field.value() is not None}
    sent |= {
        "precautions-1-phrase": "No twisting",
        "precautions-1-text": "No twisting",
        "precautions-1-rest": "",
    }
    data = _post({key: value if isinstance(value, list) else [str(value)] for key, value in sent.items()})
    form = own_protocol.ProtocolForm(data, content=content, ours=None, lib=lib)
    ids = [one["id"] for one in form.content()["precautions"]]
    assert ids[0] == "own_2" and len(set(ids)) == 2


def test_a_precaution_that_was_turned_on_holds_in_the_own_version_too(cast):
    turning.turn("protocol", PARKINSON, on=True, reason="Compared", by=cast.ana, at=MORNING)
    row = put(cast, "protocol", PARKINSON, scope_note="As our neurologists ask.")
    episode = scenario.programmed(cast)
    clearance.suggest_precautions(
        episode, library_of(episode.practice).protocols[PARKINSON], "", by=cast.ana, at=MORNING
    )
    assert episode.practice.knowledge_stamp and row.state == "in_service"
    assert episode.precautions.filter(protocol_item__in=["pd_on", "pd_oh"]).count() == 2
    cast.ana.practice.refresh_from_db()
    turning.turn("protocol", PARKINSON, on=False, reason="No longer", by=cast.ana, at=MORNING)
    assert "pd_on" not in turning.turned_on(cast.ana.practice)


def test_what_a_practice_wrote_never_says_it_was_verified(cast, hip):
    """A file, or an edited row of ours, may say what it likes: only what stands in ours word for word keeps its mark."""
    written = hip["precautions"][0] | {"text": "As our surgeons ask."}
    found = own.seen(
        cast.northbridge, "protocol", HIP, hip | {"precautions": [written, *hip["precautions"][1:]]}
    )
    marks = [one.verification.value for one in found.entry.record.precautions]
    ours = [one.verification.value for one in library().protocols[HIP].precautions]
    assert ours[0].startswith("verified") and marks == ["house_rule", *ours[1:]]

    tug = content_of(library().measures["tug"])
    small = tug["change"][0] | {"value": "0.1", "value_high": None, "verification": "verified_primary"}
    found = own.seen(cast.northbridge, "measure", "tug", tug | {"change": [small]})
    assert [one.verification.value for one in found.entry.record.change] == ["house_rule"]
    assert (
        own.seen(cast.northbridge, "measure", "tug", tug).entry.record.change
        == library().measures["tug"].change
    )
