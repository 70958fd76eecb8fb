"""A practice's own protocol, made by hand in the editor: read back as typed, refused at its field, offered once in service."""

import pytest
from django.urls import reverse

from medexpro.knowledge import own_editors, own_protocol
from medexpro.knowledge.library import library, library_of
from medexpro.knowledge.models import OwnEntry
from medexpro.knowledge.own_kinds import KINDS, content_of
from medexpro.knowledge.own_reading import read
from medexpro.programs import operations as programs
from tests import scenario
from tests.conftest import MORNING
from tests.knowledge.test_own_pages import editor_form
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    return sign_in(cast.ana)


def names_of(count: int) -> list[str]:
    """Return exercises that no precaution speaks against, by name."""
    free = [one.name for one in library().exercises.values() if not one.contraindicated_tags]
    return sorted(free)[:count]


def thirteenth(typed: dict) -> dict:
    """Fill in the form the way a member types a protocol for general weakness after a long illness."""
    typed = dict(typed) | {
        "name": ["Weakness after a long illness"],
        "scope_note": ["Medical exercise on clearance."],
        "entry_criteria": ["Cleared by the provider\nWalks indoors without help"],
        "contraindications": ["Fever or infection"],
        "baseline_measures": ["30-second chair stand\ntimed up and go\nPain, numeric rating 0-10"],
        "again": ["30-second chair stand"],
        "goals": ["Rise from a chair without arms"],
        "discharge_criteria": ["Goals met twice"],
        "codes": ["R53.1 Weakness"],
        "note": ["Asked for by Dr. Raman"],
    }
    for place in range(3):
        head = f"phases-{place}"
        for n, name in enumerate(names_of(5)):
            typed[f"{head}-exercises-{n}-exercise"] = [name]
            typed[f"{head}-exercises-{n}-sets"] = ["1-2"]
            typed[f"{head}-exercises-{n}-quantity"] = ["8-12"]
            typed[f"{head}-exercises-{n}-unit"] = ["reps"]
        typed |= {
            f"{head}-fitt-0-kind": ["strength"], f"{head}-fitt-0-frequency": ["2 days a week"],
            f"{head}-fitt-0-intensity": ["light"], f"{head}-fitt-0-time": ["20 min"],
            f"{head}-fitt-0-type": ["body weight"], f"{head}-fitt-0-source": ["Our own practice"],
            f"{head}-progress_when-0-measure": ["30-second chair stand"], f"{head}-progress_when-0-op": [">="],
            f"{head}-progress_when-0-value": [str(8 + 2 * place)],
            f"{head}-progress_when-0-text": [f"{8 + 2 * place} or more stands"],
            f"{head}-hold_when": ["Tired for more than a day"], f"{head}-regress_when": ["Worse two visits in a row"],
            f"{head}-refer_back_when": ["New shortness of breath"],
        }  # fmt: skip
    return typed


def blank_rows(ana) -> tuple[str, dict]:
    """Open the editor, keep an empty draft twice, so that there are rows enough for five exercises."""
    address, typed = editor_form(ana, reverse("knowledge:own_new", args=["protocol"]))
    for place in range(3):
        for n in range(3, 5):
            for name in own_protocol.PLANNED.fields:
                typed.setdefault(f"phases-{place}-exercises-{n}-{name}", [""])
    return address, typed


def test_every_protocol_of_ours_goes_through_the_editor_unchanged():
    lib = library()
    for one in lib.protocols.values():
        content = content_of(one)
        form = own_editors.EDITORS["protocol"].form(content=content, ours=one, lib=lib)
        shown = {field.html_name: field.value() for field in form}
        sent = {key: value for key, value in shown.items() if value is not None}
        data = _post({key: value if isinstance(value, list) else [str(value)] for key, value in sent.items()})
        again = own_editors.EDITORS["protocol"].form(data, content=content, ours=one, lib=lib)
        assert again.ready(), (one.id, again.errors)
        made = read("protocol", one.id, 2, again.content())
        assert content_of(made) == content, one.id


def _post(values):
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    for key, several in values.items():
        data.setlist(key, several)
    return data


def test_a_thirteenth_protocol_is_typed_seen_put_in_service_and_offered(cast, ana):
    address, typed = blank_rows(ana)
    kept = ana.post(address, thirteenth(typed), follow=True)
    assert "Weakness after a long illness" in text_of(kept) and "Not ready" not in text_of(kept), text_of(
        kept
    )
    draft = OwnEntry.objects.get()
    ana.post(reverse("knowledge:own_service", args=[draft.pk]))
    cast.northbridge.refresh_from_db()
    mine = library_of(cast.northbridge).protocols[draft.key]
    assert (mine.condition, len(mine.phases), mine.phases[0].exercises[0].quantity) == (
        "Weakness after a long illness", 3, (8, 12),
    )  # fmt: skip
    assert set(own_protocol._usual_gates()) <= set(mine.gates)
    assert draft.key not in library_of(cast.southgate).protocols

    # And a client is served by it, in the version of that day.
    episode = scenario.cleared(cast)
    program = programs.make(episode, protocol_id=draft.key, by=cast.ana, at=MORNING)
    assert (program.protocol.key, program.phase, program.exercises.count()) == (draft.key, "p1", 5)
    page = text_of(ana.get(reverse("programs:show", args=[episode.pk])))
    assert "8 or more stands" in page and "Tired for more than a day" in page


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("phases-1-exercises-0-exercise", "Sitt to standd", "There is no exercise “Sitt to standd” in service."),
        ("phases-0-exercises-1-quantity", "many", "Type a number, or from and to, such as 8-12."),
        ("baseline_measures", "30-second chair stand\nstrength of will", "There is no measure “strength of will” in service."),
        ("phases-0-progress_when-0-value", "900", "bad op, or the value lies outside the valid range"),
        ("name", "", "Condition is needed."),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(ana, field, typed, sentence):
    address, form = blank_rows(ana)
    sent = thirteenth(form) | {field: [typed], "service": ["yes"]}
    answer = ana.post(address, sent)
    said = text_of(answer)
    assert answer.status_code == 422 and sentence.casefold() in said.casefold(), said[-3000:]
    assert "Rise from a chair without arms" in answer.content.decode()
    assert not OwnEntry.objects.filter(state="in_service").exists()


def test_a_phase_taken_out_and_one_added_are_no_twins(ana):
    address, typed = blank_rows(ana)
    ana.post(address, thirteenth(typed))
    key = OwnEntry.objects.get().key
    address, typed = editor_form(ana, reverse("knowledge:own_edit", args=["protocol", key]))
    gone = [name for name in typed if name.startswith("phases-0-") and not name.endswith("rest")]
    typed |= {name: [""] for name in gone} | {"phases-3-name": ["Stay"]}
    ana.post(address, typed)
    ids = [phase["id"] for phase in OwnEntry.objects.get().content["phases"]]
    assert ids == ["p2", "p3", "p1"]


def test_a_gate_of_ours_is_never_unticked(ana, cast):
    address, typed = editor_form(
        ana, reverse("knowledge:own_edit", args=["protocol", "total_knee_replacement"])
    )
    gone = typed["gates"][0]
    answer = ana.post(address, typed | {"gates": typed["gates"][1:], "service": ["yes"]})
    assert answer.status_code == 422 and "must stay" in text_of(answer), gone
    cast.northbridge.refresh_from_db()
    assert library_of(cast.northbridge) is library()


def test_the_kinds_stand_in_the_list(ana):
    assert "protocol" in own_editors.EDITORS and "protocol" in KINDS
    assert (
        reverse("knowledge:own_new", args=["protocol"]) in ana.get(reverse("knowledge:own")).content.decode()
    )
