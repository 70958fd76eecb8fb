"""Health facts: kept in their words, coded only when a code was given."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from medexpro.audit.models import Event
from medexpro.clients import operations
from medexpro.clients.models import Condition, OutsideReading
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.knowledge.codes.models import Code, Release
from tests.conftest import MORNING


@pytest.fixture
def codes(db):
    """One release with one heading and one code under it, so that a test need not load a hundred thousand."""
    Release.objects.create(
        release="2026-test", name="ICD-10-CM, test", valid_from=date(2026, 4, 1), sha256="0", rows=2, billable=1,
        loaded_at=MORNING,
    )  # fmt: skip
    for number, code, dotted, billable, title in (
        (1, "M171", "M17.1", False, "Unilateral primary osteoarthritis of knee"),
        (2, "M1711", "M17.11", True, "Unilateral primary osteoarthritis, right knee"),
    ):
        Code.objects.create(
            id=number, place=number, code=code, dotted=dotted, billable=billable, parent="M17", title=title,
            valid_from=date(2026, 4, 1),
        )  # fmt: skip


def test_a_condition_is_kept_in_its_recorded_words(cast):
    condition = operations.record_condition(cast.janet, words="Sore knee, right", by=cast.ana, at=MORNING)
    assert (condition.words, condition.icd10, condition.icd10_release) == ("Sore knee, right", "", "")
    assert Event.objects.get(kind="clients:fact:add").detail == {"fact": "condition", "imported": False}


def test_a_code_is_checked_in_the_release_of_the_day_and_lends_its_title(cast, codes):
    condition = operations.record_condition(cast.janet, icd10="m1711", by=cast.ana, at=MORNING)
    assert condition.icd10 == "M17.11"
    assert condition.icd10_release == "2026-test"
    assert condition.words == "Unilateral primary osteoarthritis, right knee"


@pytest.mark.parametrize("code", ["M17.1", "ZZZ", "' OR 1=1"])
def test_a_heading_or_no_code_is_refused_at_the_field(cast, codes, code):
    with pytest.raises(Refusal) as refused:
        operations.record_condition(cast.janet, words="Knee", icd10=code, by=cast.ana, at=MORNING)
    assert refused.value.field == "icd10"
    assert not Condition.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"words": ""}, "words"),
        ({"words": "x" * 241}, "words"),
        ({"onset_on": date(2026, 10, 14)}, "onset_on"),
        ({"onset_on": date(1957, 1, 1)}, "onset_on"),  # Before she was born.
        ({"onset_on": date(2026, 1, 2), "ended_on": date(2026, 1, 1)}, "ended_on"),
        ({"side": "top"}, "side"),
    ],
)
def test_what_cannot_be_so_is_said_at_its_field(cast, fields, field):
    with pytest.raises(operations.FactRefused) as refused:
        operations.record_condition(cast.janet, **({"words": "Knee"} | fields), by=cast.ana, at=MORNING)
    assert refused.value.field == field


def test_a_surgery_counts_weeks_and_knows_its_tag(cast):
    surgery = operations.record_surgery(
        cast.janet, procedure="Right total knee replacement", procedure_tag="total_knee_replacement", joint="knee",
        side="right", performed_on=date(2026, 6, 22), surgeon=cast.dr_raman, by=cast.ana, at=MORNING,
    )  # fmt: skip
    assert surgery.weeks_on(date(2026, 10, 13)) == 16
    with pytest.raises(operations.FactRefused):
        operations.record_surgery(
            cast.janet, procedure="Knee", procedure_tag="head_swap", by=cast.ana, at=MORNING
        )
    with pytest.raises(operations.FactRefused, match="future"):
        operations.record_surgery(
            cast.janet, procedure="Hip", performed_on=date(2027, 1, 1), by=cast.ana, at=MORNING
        )


def test_effects_of_a_medicine_are_ticked_by_a_person(cast):
    effects = ["hr_affecting_medicine", "hr_affecting_medicine"]
    medicine = operations.record_medication(
        cast.janet, words="Metoprolol 50 mg", effects=effects, by=cast.ana, at=MORNING
    )
    assert medicine.effects == ["hr_affecting_medicine"]
    with pytest.raises(operations.FactRefused):
        operations.record_medication(cast.janet, words="X", effects=["makes_happy"], by=cast.ana, at=MORNING)


def test_a_double_click_and_a_second_import_add_nothing(cast):
    made_by_page = uuid7()
    for _ in range(2):
        operations.record_allergy(cast.janet, words="Latex", id=made_by_page, by=cast.ana, at=MORNING)
        operations.record_condition(cast.janet, words="Asthma", external_id="urn:1", by=cast.ana, at=MORNING)
    assert cast.janet.allergies.count() == cast.janet.conditions.count() == 1


def test_two_people_editing_one_fact(cast):
    allergy = operations.record_allergy(cast.janet, words="Latex", by=cast.ana, at=MORNING)
    operations.change_fact(allergy, version=1, reaction="Rash", by=cast.ana, at=MORNING)
    allergy.version = 1
    with pytest.raises(Conflict):
        operations.change_fact(allergy, version=1, reaction="None", by=cast.ana, at=MORNING)


def test_a_removed_fact_stays_and_comes_back(cast):
    allergy = operations.record_allergy(cast.janet, words="Latex", by=cast.ana, at=MORNING)
    operations.remove_fact(allergy, by=cast.ana, at=MORNING)
    assert cast.janet.allergies.get().removed_at
    operations.restore_fact(allergy, by=cast.ana, at=MORNING)
    assert cast.janet.allergies.get().removed_at is None


def test_outside_readings_are_taken_once_and_never_from_the_future(cast):
    reading = {
        "measure": "bp_systolic", "words": "Systolic blood pressure", "value": Decimal(128), "unit": "mm[Hg]",
        "at": MORNING - timedelta(days=3), "source": "Import", "external_id": "obs-1",
    }  # fmt: skip
    assert (
        len(operations.record_outside_readings(cast.janet, [reading, reading], by=cast.ana, at=MORNING)) == 1
    )
    assert operations.record_outside_readings(cast.janet, [reading], by=cast.ana, at=MORNING) == []
    late = reading | {"at": MORNING + timedelta(hours=1), "external_id": "obs-2"}
    with pytest.raises(operations.FactRefused):
        operations.record_outside_readings(cast.janet, [late], by=cast.ana, at=MORNING)
    assert OutsideReading.objects.count() == 1


@pytest.mark.parametrize("person", ["olga", "ben", "bill", "rhea"])
def test_health_facts_are_for_professionals(cast, person):
    with pytest.raises(NotAllowed):
        operations.record_allergy(cast.janet, words="Latex", by=cast.members[person], at=MORNING)


def test_another_practices_client_is_not_found(cast):
    with pytest.raises(NotFound):
        operations.record_allergy(cast.janet, words="Latex", by=cast.dana, at=MORNING)
    neighbour = cast.dr_raman
    with pytest.raises(NotFound):
        operations.record_condition(cast.stranger, words="X", provider=neighbour, by=cast.dana, at=MORNING)
