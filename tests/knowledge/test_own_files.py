"""Own versions as a file: out, shown before it comes in, and in; and what no own version ever loosens."""

import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medexpro.kernel.refusals import NotAllowed, Refusal
from medexpro.knowledge import overlay, own, own_files
from medexpro.knowledge.library import Own, library, library_of
from medexpro.knowledge.models import OwnEntry
from medexpro.knowledge.overlay import Laid
from medexpro.knowledge.own_kinds import KINDS, content_of
from medexpro.knowledge.own_reading import Unreadable, read, wrongs_in
from tests.conftest import MORNING, TODAY
from tests.knowledge.test_own import chair, put  # noqa: F401  (a fixture)

EXERCISES = sorted(library().exercises)
MEASURES = sorted(library().all_measures)
PROTOCOLS = sorted(library().all_protocols)
TAGGED = {one.id for one in library().exercises.values() if one.contraindicated_tags}
WEIGHED = {key for gate in library().gates.values() for key in gate.measures}


def in_force(practice):
    return {
        (row.kind, row.key): row.content
        for row in OwnEntry.objects.of(practice).filter(state=OwnEntry.State.IN_SERVICE)
    }


@pytest.mark.django_db
def test_what_was_taken_out_comes_in_elsewhere_as_it_was(cast, chair):  # noqa: F811
    key = own.new_key(cast.northbridge, "exercise", "Sled push")
    put(
        cast,
        "exercise",
        key,
        **content_of(chair) | {"name": "Sled push, “light”: 10 kg", "progression": None, "regression": None},
    )
    put(cast, "exercise", chair.id, progression=key, cues="Größer\nwerden")
    put(cast, "measure", "tug", protocol="From a chair of 45 cm.")
    put(cast, "protocol", "total_knee_replacement", scope_note="As our surgeons ask.")
    text = own_files.export(cast.northbridge)

    lines = own_files.preview(cast.southgate, text)
    assert [line.what for line in lines] == ["new" if line.key == key else "changed" for line in lines], lines
    assert not in_force(cast.southgate)
    own_files.bring_in(text, by=cast.dana, at=MORNING)

    assert in_force(cast.southgate) == in_force(cast.northbridge)
    assert library_of(cast.southgate).exercises[key].name == "Sled push, “light”: 10 kg"
    out, again = (
        yaml.safe_load(own_files.export(one))["entries"] for one in (cast.northbridge, cast.southgate)
    )
    assert [(one["key"], one["content"]) for one in out] == [(one["key"], one["content"]) for one in again]
    assert {line.what for line in own_files.preview(cast.southgate, text)} == {"same"}


@pytest.mark.django_db
def test_a_file_says_what_it_would_do_and_why_not(cast, chair):  # noqa: F811
    good = content_of(chair) | {"cues": "Look ahead."}
    entries = [
        {"kind": "exercise", "key": chair.id, "content": good},
        {
            "kind": "exercise",
            "key": "own_a",
            "content": content_of(chair) | {"name": "A", "progression": "own_b", "regression": None},
        },
        {"kind": "exercise", "key": "own_b", "content": content_of(chair) | {"name": "B", "level": "high"}},
        {"kind": "exercise", "key": "moon", "content": good},
        {"kind": "gate", "key": "hr_rest_high", "content": {"id": "hr_rest_high"}},
        {"kind": "measure", "key": "tug", "content": content_of(library().measures["tug"]) | {"unit": "m"}},
        {"kind": "exercise", "key": chair.id, "content": dict(good)},
        "nonsense",
    ]
    text = yaml.safe_dump({"own_versions": 1, "entries": json.loads(json.dumps(entries))})

    said = [
        (line.what, [wrong.sentence for wrong in line.wrongs])
        for line in own_files.preview(cast.northbridge, text)
    ]

    assert said[0] == ("changed", [])
    assert said[1] == ("refused", ["There is no exercise “own b” in service."])
    assert said[2] == ("refused", ["Type a whole number."])
    assert "no such entry of ours" in said[3][1][0]
    assert "page of the practice’s limits" in said[4][1][0]
    assert "The unit stays s" in said[5][1][0]
    assert said[6] == ("refused", ["It stands twice in this file."])
    assert said[7][0] == "refused"
    own_files.bring_in(text, by=cast.ana, at=MORNING)
    assert list(in_force(cast.northbridge)) == [("exercise", chair.id)]
    assert library_of(cast.northbridge).gates == library().gates


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    ["", "just words", "a: [", "own_versions: 1", "own_versions: 2\nentries: []", "a: &x [1]\nb: *x",
     "own_versions: 1\nown_versions: 1\nentries: []", "[" * 3000, "? [1, 2]\n: 3", "\x00", "own_versions: 1\nentries: {a: 1}"],
)  # fmt: skip
def test_what_is_no_such_file_is_said_and_brings_nothing_in(cast, text):
    with pytest.raises(Refusal) as refused:
        own_files.preview(cast.northbridge, text)
    assert refused.value.field == "file"
    with pytest.raises(NotAllowed):
        own_files.bring_in(text, by=cast.ben, at=MORNING)


@pytest.mark.parametrize("value", ["NaN", "Infinity", ".inf", "a\x00b"])
def test_no_number_and_no_letter_that_can_t_be_kept(value):
    content = content_of(library().all_measures["tug"])
    for changed in ({"precision": value}, {"protocol": "a\x00b"}):
        with pytest.raises(Unreadable):
            read("measure", "tug", 2, content | changed)


# ---- No own version loosens anything, whatever is typed

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 400), st.text(max_size=6),
    st.sampled_from(["strength", "mobility", "best", "s", "kg"]),
    st.lists(st.text(max_size=4), max_size=2), st.just([]), st.just({}), st.sampled_from(["0", "1", "500", "-3.5"]),
)  # fmt: skip


# What the rules guard is tried as often as all the rest together.
GUARDED = {
    "contraindicated_tags",
    "movement_pattern",
    "position",
    "body_region",
    "valid_range",
    "unit",
    "gates",
    "precautions",
}


def scrambled(data, content):
    """A field or two of a content replaced, or items of its lists taken out, or its parts changed inside."""
    content = dict(content)
    guarded = sorted(GUARDED & set(content))
    fields = st.sampled_from(sorted(content))
    fields = st.sampled_from(guarded) | fields if guarded else fields
    for field in data.draw(st.lists(fields, min_size=1, max_size=2, unique=True)):
        value = content[field]
        if isinstance(value, list) and value and data.draw(st.integers(0, 3)):
            kept = data.draw(st.lists(st.integers(0, len(value) - 1), unique=True, max_size=len(value)))
            content[field] = [value[place] for place in sorted(kept)]
        elif isinstance(value, dict) and value and data.draw(st.booleans()):
            content[field] = scrambled(data, value)
        else:
            content[field] = data.draw(JUNK)
    return content


def accepted(kind, key, content):
    """Return the library with a content in service, or None where it is refused."""
    try:
        record = read(kind, key, 2, content)
    except Unreadable:
        return None
    lib = overlay.lay(library(), [Laid(kind, record, Own(2, "Ana Torres", TODAY, ""))])
    return None if wrongs_in(lib, kind, record) else lib


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_is_accepted_loosens_no_gate_and_no_precaution(data):
    kind, keys = data.draw(
        st.sampled_from([("exercise", EXERCISES), ("measure", MEASURES), ("protocol", PROTOCOLS)])
    )
    tagged = [key for key in keys if key in TAGGED or key in WEIGHED]
    key = data.draw(st.sampled_from(tagged or keys) | st.sampled_from(keys))
    ours = library()
    lib = accepted(kind, key, scrambled(data, content_of(KINDS[kind].ours()[key])))
    if lib is None:
        return
    assert lib.gates == ours.gates and lib.limit_sets == ours.limit_sets
    assert lib.required_each_session == ours.required_each_session and lib.histories == ours.histories
    for gate in ours.gates.values():
        for rule in gate.rules:
            if rule.measure:
                there, before = lib.measures[rule.measure], ours.measures[rule.measure]
                assert there.unit == before.unit
                assert there.valid_range.holds(before.valid_range.max) and there.valid_range.holds(
                    before.valid_range.min
                )
    for exercise in ours.exercises.values():
        now = lib.exercises[exercise.id]
        assert set(exercise.contraindicated_tags) <= set(now.contraindicated_tags)
        assert (now.movement_pattern, now.position, now.body_region) == (
            exercise.movement_pattern, exercise.position, exercise.body_region,
        )  # fmt: skip
    for protocol in ours.all_protocols.values():
        now = lib.all_protocols[protocol.id]
        assert set(protocol.gates) <= set(now.gates)
        assert {one.id for one in protocol.precautions} <= {one.id for one in now.precautions}
        for precaution in protocol.precautions:
            assert set(precaution.tags) <= set(now.precaution(precaution.id).tags)
            assert now.precaution(precaution.id).mode == precaution.mode


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_written_in_a_file_is_read_back_as_it_was(data):
    kind, keys = data.draw(
        st.sampled_from([("exercise", EXERCISES), ("measure", MEASURES), ("protocol", PROTOCOLS)])
    )
    words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
    content = content_of(KINDS[kind].ours()[data.draw(st.sampled_from(keys))])
    for field in sorted(content):
        if isinstance(content[field], str) and field in {"name", "cues", "protocol", "scope_note", "source"}:
            content[field] = data.draw(words)

    text = own_files.written("Northbridge", [{"kind": kind, "key": "own_a", "content": content}])

    [entry] = own_files.entries_in(text)
    assert entry["content"] == content
    record = read(kind, "own_a", 1, entry["content"])
    assert content_of(record) == content_of(read(kind, "own_a", 1, content))


@pytest.mark.parametrize(
    ("kind", "key", "change", "words"),
    [
        ("measure", "bp_systolic", {"valid_range": {"min": 60, "max": 150}}, "safety gate weighs"),
        ("exercise", "wall_squat_hold", {"movement_pattern": "mobility"}, "The pattern stays isometric"),
        ("exercise", "step_up_low", {"contraindicated_tags": []}, "a precaution keeps this exercise away"),
        ("protocol", "total_hip_replacement", {"precautions": []}, "must stay: only the provider’s release"),
        ("protocol", "total_knee_replacement", {"gates": []}, "may ask for more safety gates"),
        ("wording", "patient", {"words": ["nobody"]}, "must stay on the list"),
    ],
)  # fmt: skip
def test_loosening_is_refused_with_a_sentence(kind, key, change, words):
    if kind == "exercise" and "movement_pattern" in change:
        key = next(one.id for one in library().exercises.values() if one.movement_pattern == "isometric")
    record = read(kind, key, 2, content_of(KINDS[kind].ours()[key]) | change)
    lib = overlay.lay(library(), [Laid(kind, record, Own(2, "Ana Torres", TODAY, ""))])
    assert any(words in wrong.sentence for wrong in wrongs_in(lib, kind, record))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tags": ["high_impact"]}, "keeps its tags"),
        ({"mode": "conditional"}, "keeps what it does and what ends it"),
        ({"lifts": "record_tag_removed"}, "keeps what it does and what ends it"),
        ({"ask_release_from_week": 22}, "not asked for earlier than in ours"),
        ({"applies_to": ["p3"]}, "still belongs to"),
        ({"verification": "unverified"}, "stays in force"),
    ],
)
def test_a_precaution_of_ours_keeps_what_it_does_and_what_ends_it(change, words):
    """A practice writes its own version of the knee protocol and touches its precaution on running and jumping."""
    ours = content_of(library().all_protocols["total_knee_replacement"])
    touched = [one | change if one["id"] == "tkr_impact" else one for one in ours["precautions"]]
    record = read("protocol", "total_knee_replacement", 2, ours | {"precautions": touched})
    lib = overlay.lay(library(), [Laid("protocol", record, Own(2, "Ana Torres", TODAY, ""))])
    assert any(words in wrong.sentence for wrong in wrongs_in(lib, "protocol", record))


@pytest.mark.parametrize("said", ["\x85", "Heels\u2028down", "Heels\u2029down", "Heels\ndown"])
def test_the_rarer_line_ends_come_back_too(said):
    content = content_of(library().exercises["step_up_low"]) | {"cues": said}
    text = own_files.written("Northbridge", [{"kind": "exercise", "key": "own_a", "content": content}])
    assert own_files.entries_in(text)[0]["content"] == content
