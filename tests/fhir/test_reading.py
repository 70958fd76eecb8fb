"""Reading FHIR that others wrote: what is taken, what is left, and that every resource is accounted for."""

import gzip
import json
from datetime import date
from decimal import Decimal

import pytest

from medexpro.fhir.reading.bundle import FileRefused, Limits, read_bundle
from medexpro.fhir.reading.vitals import VITALS
from medexpro.knowledge.library import library
from tests.fhir.samples import DATA, TODAY, WHO, bundle, condition, medicine, person, pulse, read, skipped


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json.gz")), ids=lambda path: path.name.split(".")[0])
def test_every_resource_of_a_synthetic_record_is_taken_or_skipped_with_a_reason(path):
    record = read_bundle(path, on=TODAY)
    entries = json.loads(gzip.decompress(path.read_bytes()))["entry"]
    assert record.report.total == len(entries)
    assert record.report.adds_up
    assert all(entry.why.endswith(".") for entry in record.report.skipped)
    conditions = [entry for entry in entries if entry["resource"]["resourceType"] == "Condition"]
    assert [found.words for found in record.conditions] == [c["resource"]["code"]["text"] for c in conditions]
    assert all(found.snomed and not found.icd10 for found in record.conditions)


def test_a_synthetic_person_comes_with_what_a_practice_needs():
    record = read_bundle(DATA / "abdul_koepp.json.gz", on=TODAY)
    who = record.person
    assert (who.salutation, who.name, who.sex, who.birth_date) == (
        "Mr.",
        "Abdul Koepp",
        "male",
        date(1956, 8, 3),
    )
    assert who.phone and "Massachusetts" in who.address and who.language == "English"
    assert [p.words for p in record.procedures] == ["Surgical manipulation of joint of knee"]
    pressures = [r for r in record.readings if r.measure.startswith("bp_")]
    assert len(pressures) % 2 == 0 and {r.canonical_unit for r in pressures} == {"mm[Hg]"}
    # Numbers of the state stay where they are, and the report says so.
    assert record.report.notes == ["Not kept: driver’s license, passport number, social security number."]
    assert "999-" not in repr(record)


@pytest.mark.parametrize(
    ("file", "name"), [("cary_ohara", "Cary O'Hara"), ("jose_maria_casares", "José María Casares")]
)
def test_names_keep_their_signs(file, name):
    assert read_bundle(DATA / f"{file}.json.gz", on=TODAY).person.name == name


def test_a_death_is_read():
    assert read_bundle(DATA / "gilberto_orosco.json.gz", on=TODAY).person.deceased_on == date(1994, 4, 11)


GOOD = bundle(person(), condition(), pulse())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "file.json is empty."),
        (b"   \n", "file.json is empty."),
        (GOOD[:-40], f"file.json is not whole JSON: it ends in the middle, after {len(GOOD) - 40:,} bytes."),
        (gzip.compress(GOOD, mtime=0)[:-30], "file.json is cut off or damaged: it can’t be unpacked."),
        (b"\x1f\x8bnonsense", "file.json is cut off or damaged"),
        (b"MSH|^~\\&|", "file.json is not whole JSON: line 1, byte 0."),
        (GOOD.replace(b"72,", b"NaN,"), "file.json is not whole JSON: line 1, byte"),
        (b"[1, 2]", "file.json is JSON, but not FHIR"),
        (b'{"a": 1}', "file.json is JSON, but not FHIR"),
        (b'{"resourceType": "Bundle", "entry": "none"}', "the “entry” of its Bundle is not a list"),
        (b"[" * 100_000, "file.json is not"),
        (b'{"resourceType": "Bundle", "x": "\xff\xfe"}', "file.json is not"),
        (bundle(), "file.json names no person"),
        (bundle(condition()), "file.json names no person"),
        (bundle(person(), person(id="p2")), "file.json is about 2 people (entry 1, entry 2)."),
        (
            bundle(person(birthDate="2058-03-04")),
            "file.json, entry 1: the birth date 2058-03-04 lies in the future.",
        ),
        (
            bundle(person(birthDate="1058-03-04")),
            "file.json, entry 1: “birthDate” is 1058-03-04, before 1850.",
        ),
        (bundle(person(birthDate="1868-03-04")), "more than 125 years ago"),
        (
            bundle(person(birthDate="1958-02-30")),
            "“birthDate” is “1958-02-30”, which is no day of the calendar.",
        ),
        (bundle(person(birthDate="4 March")), "“birthDate” is “4 March”, which is no date."),
        (bundle(person(birthDate=1958)), "“birthDate” is a number where a date belongs."),
        (bundle(person(name="Janet Ellery")), "“name” is text where a list belongs."),
        (bundle(person(name=["Janet"])), "“name” holds text where an object belongs."),
        (
            bundle(person(name=[{"given": "Janet", "family": "E"}])),
            "“given” is text where a list of texts belongs.",
        ),
        (bundle(person(name=[{}])), "file.json, entry 1: the person has no name."),
        (bundle(person(name=None)), "file.json, entry 1: the person has no name."),
        (bundle(person(id=None)), "the person has neither an id nor a medical record number."),
    ],
)
def test_a_file_that_is_no_persons_record_is_refused_naming_file_and_place(content, sentence):
    with pytest.raises(FileRefused) as refusal:
        read_bundle(content, on=TODAY, name="file.json")
    assert sentence in str(refusal.value)


def test_a_file_may_not_be_enormous(tmp_path):
    limits = Limits(packed_bytes=2_000, unpacked_bytes=20_000, resources=5)
    bomb = gzip.compress(b" " * 1_000_000)
    assert len(bomb) < 2_000
    with pytest.raises(FileRefused, match="unpacks to more than"):
        read_bundle(bomb, on=TODAY, limits=limits)
    with pytest.raises(FileRefused, match=r"MB\. Files up to"):
        read_bundle(b" " * 30_000, on=TODAY, limits=limits)
    path = tmp_path / "large.json"
    path.write_bytes(b" " * 30_000)
    with pytest.raises(FileRefused, match=r"large\.json is 0 MB"):
        read_bundle(path, on=TODAY, limits=limits)
    with pytest.raises(FileRefused, match="more than 5 resources"):
        read_bundle(bundle(*[condition()] * 6), on=TODAY, limits=limits)
    with pytest.raises(FileRefused, match=r"none\.json can’t be read: No such file"):
        read_bundle(tmp_path / "none.json", on=TODAY)


@pytest.mark.parametrize(
    ("resource", "why"),
    [
        (condition(code="knee"), "It can’t be read: “code” is text where an object belongs."),
        (condition(code={"coding": {}}), "It can’t be read: “coding” is an object where a list belongs."),
        (condition(code={"text": 7}), "It can’t be read: “text” is a number where text belongs."),
        (condition(code=None), "It has no words and no code."),
        (condition(onsetDateTime="2019-13-05"), "which is no day of the calendar."),
        (condition(onsetDateTime="soon"), "It can’t be read: “onsetDateTime” is “soon”, which is no date."),
        (
            condition(onsetDateTime="2031-01-01"),
            "It can’t be read: its onset on 2031-01-01 lies in the future.",
        ),
        (condition(abatementDateTime="2018-01-01"), "it ends on 2018-01-01, before its onset on 2019-06-05."),
        (
            condition(verificationStatus={"coding": [{"code": "entered-in-error"}]}),
            "Recorded as entered in error.",
        ),
        (condition(subject={"reference": "Patient/p2"}), "It is about somebody else."),
        (condition(subject=None), "It does not say whom it is about."),
        (condition(subject="Patient/p1"), "It can’t be read: “subject” is text where an object belongs."),
        (pulse(value=float("1e300")), "“value” is out of all measure."),
        (pulse(value="NaN"), "It can’t be read: “value” is text where a number belongs."),
        (pulse(value=True), "“value” is true or false where a number belongs."),
        (pulse(value=None), "It has no value."),
        (pulse(value=0), "Heart rate of 0 /min is not possible."),
        (pulse(value=-72), "Heart rate of -72 /min is not possible."),
        (pulse(value=300), "Heart rate of 300 /min is not possible."),
        (pulse(valueQuantity={"value": 72}), "Heart rate 72 has no unit."),
        (
            pulse(valueQuantity={"value": 72, "code": "kg"}),
            "Heart rate is in kg, which can’t be read as /min.",
        ),
        (pulse(valueQuantity={"value": 72, "code": "/min", "comparator": "<"}), "not the number."),
        (pulse(valueQuantity=[72]), "“valueQuantity” is a list where an object belongs."),
        (pulse(status="preliminary"), "Not final: its status is preliminary."),
        (pulse(effectiveDateTime="2026-05"), "It has no day."),
        (pulse(effectiveDateTime="2027-05-02"), "which lies in the future."),
        (pulse(effectiveDateTime="2026-05-02T29:30:00Z"), "which is no time."),
        (pulse(effectiveDateTime=None), "It has no day."),
        (pulse(code={"coding": [{"code": "718-7"}]}), "Not one of the vital signs that are taken."),
        (
            medicine(status="stopped"),
            "Recorded as stopped without the day it ended. Present medicines are taken.",
        ),
        (medicine(status="draft"), "Recorded as draft."),
        (medicine(medicationCodeableConcept=None), "It has no words and no code."),
        ({"resourceType": "Claim", "id": "x"}, "A bill of another practice."),
        ({"resourceType": "Basic", "id": "x"}, "This kind of record is not read."),
        ({"id": "x"}, "It does not say what kind of resource it is."),
        ({"resourceType": ["Condition"]}, "It does not say what kind of resource it is."),
        (
            {
                "resourceType": "AllergyIntolerance",
                "id": "a",
                "patient": WHO,
                "code": {"coding": [{"code": "716186003"}]},
            },
            "It says that no allergy is known.",
        ),
        (
            {
                "resourceType": "Procedure",
                "id": "a",
                "subject": WHO,
                "status": "not-done",
                "code": {"text": "Hip replacement"},
            },
            "Not done: its status is not done.",
        ),
    ],
)
def test_what_is_wrong_costs_only_its_resource(resource, why):
    record = read(person(), resource, condition(id="good"))
    assert [found.source_id for found in record.conditions] == ["Condition/good"]
    [told] = skipped(record)
    assert told.endswith(why)
    assert record.report.skipped[0].place == "entry 2"


@pytest.mark.parametrize("entry", [None, 7, "Condition", [], {}, {"resource": None}, {"resource": "x"}])
def test_entries_that_hold_nothing_are_told(entry):
    content = bundle(person(), entry=[{"resource": person()}, entry])
    record = read_bundle(content, on=TODAY)
    assert record.report.adds_up and len(record.report.skipped) == 1


def test_twice_is_once():
    other = condition(code={"text": "Other words"})
    record = read(person(), condition(), condition(), other, person())
    assert len(record.conditions) == 1
    assert skipped(record) == [
        "It stands in the file twice.",
        "It stands in the file twice, with different content. The first was read.",
        "It stands in the file twice.",
    ]


def test_a_resource_without_an_id_keeps_its_name_from_file_to_file():
    nameless = condition(id=None)
    first, second = (read(person(), nameless, pulse()).conditions[0].source_id for _ in range(2))
    assert first == second and first.startswith("Condition/sha256:") and len(first) <= 120


def test_partial_dates_and_past_states_are_said_not_guessed():
    record = read(
        person(birthDate="1958"),
        condition(onsetDateTime="2019", clinicalStatus={"coding": [{"code": "resolved"}]}),
        condition(id="c2", onsetDateTime=None, onsetAge={"value": 61, "unit": "a"}),
        condition(
            id="c3",
            onsetDateTime=None,
            onsetString="as a child",
            verificationStatus={"coding": [{"code": "provisional"}]},
        ),
    )
    assert record.person.birth_date is None
    assert record.report.notes == ["The birth date is recorded as 1958 only. Ask for the day."]
    assert [found.remark for found in record.conditions] == [
        "onset recorded as 2019; recorded as resolved, day not recorded",
        "onset recorded at age 61",
        "onset recorded as “as a child”; recorded as provisional",
    ]


def test_readings_keep_what_was_recorded_beside_the_canonical_value():
    weight = pulse(
        code={"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}]},
        valueQuantity={"value": 180.5, "code": "[lb_av]"},
    )
    parts = [("8480-6", 128), ("8462-4", 82), ("99999-9", 1)]
    pressure = pulse(
        id="o2",
        code={"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
        valueQuantity=None,
        component=[
            {
                "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
                "valueQuantity": {"value": value, "unit": "mmHg"},
            }
            for code, value in parts
        ],
    )
    readings = read(person(), weight, pressure).readings
    assert (readings[0].value, readings[0].unit, readings[0].canonical) == (
        Decimal("180.5"),
        "[lb_av]",
        Decimal("81.873423"),
    )
    assert [(r.source_id, r.measure, r.value, r.unit) for r in readings[1:]] == [
        ("Observation/o2#bp_systolic", "bp_systolic", Decimal(128), "mm[Hg]"),
        ("Observation/o2#bp_diastolic", "bp_diastolic", Decimal(82), "mm[Hg]"),
    ]
    assert readings[0].at.isoformat() == "2026-05-02T13:30:00+00:00"


def test_medicines_are_found_where_the_reference_points():
    pointed = medicine(
        medicationCodeableConcept=None,
        medicationReference={"reference": "Medication/x"},
        dosageInstruction=[],
    )
    inside = medicine(
        id="m2",
        medicationCodeableConcept=None,
        medicationReference={"reference": "#a"},
        contained=[{"resourceType": "Medication", "id": "a", "code": {"text": "Warfarin 5 MG"}}],
    )
    thing = {"resourceType": "Medication", "id": "x", "code": {"coding": [{"display": "Aspirin 81 MG"}]}}
    record = read(person(), pointed, inside, thing, thing | {"id": "y"})
    assert [found.words for found in record.medications] == [
        "Aspirin 81 MG",
        "Warfarin 5 MG; one in the morning",
    ]
    assert skipped(record) == ["Nothing that was taken names it."]


def test_contacts_and_guardians():
    contacts = [
        {
            "name": {"given": ["Ruth"], "family": "Ellery"},
            "relationship": [{"text": "Mother"}],
            "telecom": [
                {"system": "phone", "value": "555-0101"},
                {"system": "phone", "use": "mobile", "value": "555-0102"},
            ],
        },
        {"name": {"text": "Neighbor"}, "relationship": [{"coding": [{"code": "C"}]}]},
        {"relationship": [{"text": "nobody"}]},
    ]
    first, second = read(person(contact=contacts)).person.contacts
    assert (first.name, first.is_guardian, first.phone) == ("Ruth Ellery", True, "555-0102")
    assert (second.name, second.is_guardian, second.is_emergency) == ("Neighbor", False, True)


def test_our_ranges_are_those_of_the_measures():
    measures = library().all_measures
    for vital in VITALS.values():
        measure = measures[vital.measure]
        assert (measure.unit, measure.valid_range.min, measure.valid_range.max) == (
            vital.unit,
            vital.lowest,
            vital.highest,
        )
