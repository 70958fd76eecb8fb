"""Unverified figures: off, until a named member compares them and turns them on for the practice."""

from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest
from django.db import DatabaseError, transaction

from medexpro.assessments.rules import norms
from medexpro.assessments.rules.change import threshold_for
from medexpro.assessments.rules.subject import Subject
from medexpro.audit.models import Event
from medexpro.clearance import operations as clearance
from medexpro.clearance import state
from medexpro.clearance.rules import gates, tablet
from medexpro.kernel.reference import Verification
from medexpro.kernel.refusals import Conflict, NotAllowed, Refusal
from medexpro.knowledge import operations, own, turning
from medexpro.knowledge.library import library
from medexpro.knowledge.models import FiguresTurned
from tests import scenario
from tests.conftest import MORNING, TODAY

DODDS = "grip_dodds_2014_uk.csv"
REASON = "Read beside Table 2 of the article"


def on(kind, key, *, by, reason=REASON, at=MORNING):
    return turning.turn(kind, key, on=True, reason=reason, by=by, at=at)


def off(kind, key, *, by, reason="A newer table is used", at=MORNING):
    return turning.turn(kind, key, on=False, reason=reason, by=by, at=at)


def test_until_somebody_speaks_nothing_is_on(cast):
    assert turning.turned_on(cast.northbridge) == {}
    assert turning.turned_on(None) == {}


def test_a_practice_with_nothing_of_its_own_asks_the_database_nothing(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        turning.turned_on(cast.northbridge)


def test_what_is_on_names_who_when_and_why(cast):
    on("norm", DODDS, by=cast.ana)
    held = turning.turned_on(cast.northbridge)
    assert set(held) == {DODDS}
    assert held[DODDS].label == "Unverified, turned on by Ana Torres on Oct 13, 2026"
    assert held[DODDS].reason == REASON
    event = Event.objects.get(kind="knowledge:figures:on")
    assert (event.detail["entry"], event.detail["reason"]) == (f"norm:{DODDS}:v1", REASON)


def test_the_second_look_asks_the_database_nothing(cast, django_assert_num_queries):
    on("norm", DODDS, by=cast.ana)
    turning.turned_on(cast.northbridge)
    with django_assert_num_queries(0):
        turning.turned_on(cast.northbridge)


def test_a_measure_turns_its_amounts_of_change_and_its_unverified_lines(cast):
    on("measure", "six_minute_walk", by=cast.ana)
    held = turning.turned_on(cast.northbridge)
    assert set(held) == {"six_minute_walk", "smw_lln", "smw_350"}
    walk = library().measures["six_minute_walk"]
    assert any(one.cutoff.id == "smw_350" for one in norms.lines(
        walk, Decimal(300), Subject(age=70, sex="female"), library().norms, turned_on=held
    ))  # fmt: skip
    knee = {"tags": {"total_knee_replacement"}, "age": 70, "baseline": Decimal(400)}
    assert threshold_for(walk, **knee).error is None
    assert threshold_for(walk, **knee, turned_on=held).error.value == Decimal("61.3")


def test_a_protocol_turns_its_unverified_precautions(cast):
    on("protocol", "parkinsons_disease", by=cast.ana)
    held = turning.turned_on(cast.northbridge)
    assert set(held) == {"pd_on", "pd_oh"}
    protocol = library().protocols["parkinsons_disease"]
    assert {"pd_on", "pd_oh"} <= {one.id for one in protocol.precautions_of(turned_on=held)}


def test_off_again_is_another_line_and_nothing_is_lost(cast):
    on("norm", DODDS, by=cast.ana)
    off("norm", DODDS, by=cast.olga)
    assert turning.turned_on(cast.northbridge) == {}
    said = turning.words_on(cast.northbridge, "norm", DODDS)
    assert [(one.turned_on, one.by_name) for one in said] == [(False, str(cast.olga)), (True, "Ana Torres")]
    assert Event.objects.filter(kind="knowledge:figures:off").count() == 1


def test_what_was_said_is_sealed(cast):
    row = on("norm", DODDS, by=cast.ana)
    with pytest.raises(DatabaseError, match="closed and does not change"), transaction.atomic():
        FiguresTurned.objects.filter(pk=row.pk).update(turned_on=False)


def test_it_is_the_practices_own(cast):
    on("norm", DODDS, by=cast.ana)
    assert turning.turned_on(cast.southgate) == {}


def test_a_new_version_of_the_data_is_off_until_somebody_compares_it(cast, monkeypatch):
    on("norm", DODDS, by=cast.ana)
    newer = msgspec.structs.replace(library().norms[DODDS], version=2, title="Dodds 2014, corrected")
    entry = library().entry("norm", DODDS)._replace(version=2, record=newer)
    changed = operations.stamped() | {
        ("norm", DODDS): operations.Stamped(entry, operations.fingerprint(newer))
    }
    monkeypatch.setattr(operations, "stamped", lambda: changed)
    own.raise_stamp(cast.northbridge)
    assert turning.turned_on(cast.northbridge) == {}
    assert turning.standing(cast.northbridge, "norm", DODDS) is None


@pytest.mark.parametrize("person", ["asa", "mia", "ben", "bill", "rhea"])
def test_turning_is_for_who_may_approve(cast, person):
    with pytest.raises(NotAllowed):
        on("norm", DODDS, by=getattr(cast, person))
    assert not FiguresTurned.objects.exists()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 241])
def test_it_needs_a_reason_that_fits(cast, reason):
    with pytest.raises(Refusal) as refused:
        on("norm", DODDS, by=cast.ana, reason=reason)
    assert refused.value.field == "reason"
    assert not FiguresTurned.objects.exists()


def test_what_is_verified_has_nothing_to_turn(cast):
    with pytest.raises(Refusal, match="No unverified figure"):
        on("norm", "grip_steiber_2016_germany.csv", by=cast.ana)


def test_what_is_not_there_can_not_be_turned(cast):
    with pytest.raises(operations.UnknownEntry):
        on("norm", "none_such.csv", by=cast.ana)


def test_saying_it_twice_says_who_did_so(cast):
    on("norm", DODDS, by=cast.ana)
    with pytest.raises(Conflict, match=r"are on already\. Ana Torres did so on Oct 13"):
        on("norm", DODDS, by=cast.olga)
    with pytest.raises(Conflict, match="are off already"):
        off("measure", "tug", by=cast.olga)


def test_every_unverified_figure_that_is_ever_used_can_be_turned_on_by_its_entry():
    """Licences, codes and sources carry marks too, but nothing is weighed by them."""
    found = {}
    for entry in library().entries():
        if ids := turning.unverified(entry.record):
            found[entry.key] = ids
    assert found == {
        "chair_stand_30s": ("chair_stand_30s",),
        "tug": ("tug",),
        "tug_cognitive": ("tugcog_15",),
        "six_minute_walk": ("six_minute_walk", "smw_lln", "smw_350"),
        "stair_climb": ("stair_climb",),
        "hoos_jr": ("hoos_jr",),
        "spadi": ("spadi",),
        "abc_scale": ("abc_67",),
        "fes_i": ("fesi_high",),
        DODDS: (DODDS,),
        "rom_reference_aaos.csv": ("rom_reference_aaos.csv",),
        "six_minute_walk_equations.csv": ("six_minute_walk_equations.csv",),
        "tug_bohannon_2006.csv": ("tug_bohannon_2006.csv",),
        "hypertension": ("htn_cooldown",),
        "parkinsons_disease": ("pd_on", "pd_oh"),
    }


def test_no_two_kinds_of_figures_share_an_id():
    """`turned_on` finds a figure by its id alone."""
    data = library().data
    ids = [
        *(one.id for one in data.measures),
        *(line.id for one in data.measures for line in one.cutoffs),
        *(one.id for one in data.gates),
        *(one.file for one in data.norms),
        *(precaution.id for one in data.protocols for precaution in one.precautions),
    ]
    assert len(ids) == len(set(ids))


# ---- Wherever it is used


def test_a_precaution_that_is_on_is_suggested_with_who_turned_it_on(cast):
    episode = scenario.programmed(cast)
    parkinson = library().protocols["parkinsons_disease"]
    clearance.suggest_precautions(episode, parkinson, "", by=cast.ana, at=MORNING)
    assert not episode.precautions.filter(protocol_item__in=["pd_on", "pd_oh"]).exists()
    on("protocol", "parkinsons_disease", by=cast.ana)
    episode.practice.refresh_from_db()
    clearance.suggest_precautions(episode, parkinson, "", by=cast.ana, at=MORNING)
    made = episode.precautions.get(protocol_item="pd_on")
    assert made.source.startswith("Unverified, turned on by Ana Torres on Oct 13, 2026. ")


def test_a_gate_that_is_on_is_weighed_and_the_tablet_weighs_the_same(cast, monkeypatch):
    """No gate of ours is unverified now; one that is becomes the practice's to turn on, like any figure."""
    episode = scenario.programmed(cast)
    gate = msgspec.structs.replace(library().gates["hr_rest_high"], verification=Verification.UNVERIFIED)
    held = {"hr_rest_high": turning.TurnedOn("Ana Torres", TODAY)}
    for on_for_us in ({}, held):
        monkeypatch.setattr(state, "turned_on", lambda practice, on_for_us=on_for_us: on_for_us)
        context = state.gate_context(episode, at=MORNING)
        context = replace(context, gates=[gate])
        assert [one.id for one in gates.in_force(context)] == list(on_for_us)
        figures = tablet.floor_rules(context)
        again = tablet.context_from(figures, {}, MORNING)
        assert [one.id for one in gates.in_force(again)] == list(on_for_us)
