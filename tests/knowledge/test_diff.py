"""What changed between two versions of an entry, as a professional reads it before approving the newer one."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.knowledge.diff import Change, changes
from medexpro.knowledge.library import library
from medexpro.knowledge.operations import plain

NAMES = {"ankle_pump": "Ankle pump", "step_up": "Step-up"}


def kept(record):
    """Return a record as its version is kept: as JSON."""
    return json.loads(json.dumps(plain(record)))


KNEE = kept(library().protocols["total_knee_replacement"])
GRIP = kept(library().measures["grip_strength"])
CEILING = kept(library().gates["bp_session_ceiling"])
WALK = kept(library().norms["six_minute_walk_equations.csv"])
TABLE = kept(library().norms["grip_steiber_2016_germany.csv"])


def edited(content, **fields):
    return copy.deepcopy(content) | fields


def said(old, new):
    return [(one.label, one.before, one.after) for one in changes(old, new, names=NAMES)]


@pytest.mark.parametrize(
    "content", [KNEE, GRIP, CEILING, WALK, TABLE], ids=lambda content: content.get("id", content.get("file"))
)
def test_nothing_changed_says_nothing(content):
    assert changes(content, copy.deepcopy(content)) == []
    assert changes(content, edited(content, version=7)) == []


def test_a_figure_is_said_with_its_old_and_new_value():
    newer = copy.deepcopy(GRIP)
    newer["plausible_range"]["max"] = "80"
    assert changes(GRIP, newer) == [Change("plausible_range.max", "Asked about outside, highest", "75", "80")]


def test_a_figure_inside_a_list_is_found_by_the_name_of_its_item():
    newer = copy.deepcopy(KNEE)
    newer["phases"][1]["weeks"] = [10, 17]
    newer["phases"][1]["name"] = "Strength"
    found = changes(KNEE, newer)
    assert [(one.path, one.before, one.after) for one in found] == [
        ("phases[p2].name", "Strength build", "Strength"),
        (
            "phases[p2].weeks",
            f"{KNEE['phases'][1]['weeks'][0]} to {KNEE['phases'][1]['weeks'][1]}",
            "10 to 17",
        ),
    ]
    assert {one.label for one in found} == {"Phase “Strength”, name", "Phase “Strength”, weeks"}


def test_an_exercise_taken_out_and_one_put_in_are_two_changes():
    newer = copy.deepcopy(KNEE)
    newer["phases"][0]["exercises"] = [
        *(one for one in KNEE["phases"][0]["exercises"] if one["exercise"] != "ankle_pump"),
        {"exercise": "step_up", "sets": [2, 3], "quantity": [8, 12], "unit": "reps"},
    ]
    came, went = said(KNEE, newer)
    phase = KNEE["phases"][0]["name"]
    assert came == (
        f"Phase “{phase}”, exercise “Step-up”",
        "",
        "exercise Step-up; sets 2 to 3; quantity 8 to 12; unit reps",
    )
    assert went[0] == f"Phase “{phase}”, exercise “Ankle pump”"
    assert went[1].startswith("exercise Ankle pump; sets ")
    assert went[2] == ""


def test_the_same_exercises_in_another_order_are_one_change():
    newer = copy.deepcopy(KNEE)
    newer["phases"][0]["exercises"].reverse()
    (only,) = changes(KNEE, newer)
    assert only.label.endswith("exercise, order")
    assert only.before.split(", ") == only.after.split(", ")[::-1]


def test_sentences_come_and_go_one_by_one():
    newer = edited(KNEE, entry_criteria=[*KNEE["entry_criteria"][1:], "Walks 50 m with or without an aid"])
    assert said(KNEE, newer) == [
        ("Entry criteria", KNEE["entry_criteria"][0], ""),
        ("Entry criteria", "", "Walks 50 m with or without an aid"),
    ]


def test_a_condition_of_a_gate_is_found_by_its_place():
    newer = copy.deepcopy(CEILING)
    newer["rules"][0]["value"] = "170"
    (only,) = changes(CEILING, newer)
    assert (only.before, only.after) == ("180", "170")


def test_a_row_of_a_table_is_called_by_whom_it_holds_for():
    newer = copy.deepcopy(TABLE)
    newer["rows"][0]["mean"] = "1"
    (only,) = changes(TABLE, newer)
    assert "men" in only.label
    assert str(TABLE["rows"][0]["age_min"]) in only.label


def test_a_true_minus_stands_before_negative_figures():
    newer = copy.deepcopy(WALK)
    newer["equations"][0]["weight_kg_coef"] = "-1.8"
    (only,) = changes(WALK, newer)
    assert (only.before, only.after) == ("−1.76", "−1.8")


def test_an_entry_that_was_not_there_before_is_all_new():
    assert all(not one.before and one.after for one in changes({}, GRIP))
    assert all(one.before and not one.after for one in changes(GRIP, {}))


FIELDS = st.sampled_from(["id", "name", "text", "value", "rows", "exercise", "sex", "age_min", "weeks"])
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=12,
)
CONTENTS = st.dictionaries(FIELDS, PLAIN, max_size=4)


@given(CONTENTS, CONTENTS)
def test_whatever_stands_in_two_entries_can_be_compared(old, new):
    found = changes(old, new)
    assert all(one.before != one.after and one.label for one in found)
    assert changes(new, new) == []
