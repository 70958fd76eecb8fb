"""Bringing in records: once, with gaps told, without undoing what people did here."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from medexpro.audit.models import Event
from medexpro.clients import operations as clients
from medexpro.clients.models import Client, Condition, Medication, OutsideReading
from medexpro.clients.operations import AlreadyHere
from medexpro.fhir.operations import import_record
from medexpro.fhir.reading.bundle import read_bundle, read_files
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.knowledge.codes import loading
from medexpro.providers.models import Provider
from medexpro.referrals.models import Referral
from tests.fhir.samples import (
    DATA,
    TODAY,
    WHO,
    bundle,
    condition,
    medicine,
    person,
    pulse,
    read,
    referral_files,
)

AT = datetime(2026, 10, 13, 13, 30, tzinfo=UTC)
LATER = datetime(2026, 10, 14, 13, 30, tzinfo=UTC)
NANCY = ("Fit4LifeResponse", "ConditionResponse", "RoleLopez", "PractitionerLopez", "Organization", "TaskFit")
SURGERY = {
    "resourceType": "Procedure",
    "id": "k1",
    "subject": WHO,
    "status": "completed",
    "code": {"text": "Total replacement of right knee joint"},
    "performedDateTime": "2026-06-22",
}


def ruth(**changes):
    """Return a person nobody of the cast looks like."""
    name = [{"given": ["Ruth"], "family": "Abernathy", "prefix": ["Mrs."]}]
    return person(**{"name": name, "birthDate": "1951-01-09"} | changes)


@pytest.fixture
def codes(db):
    rows = ["\t".join(loading.HEADER), "Z723\tZ72.3\t1\tZ72\tLack of physical exercise\t"]
    rows.append("M171\tM17.1\t0\tM17\tUnilateral primary osteoarthritis of knee\t")
    loading.load("\n".join(rows).encode(), release="test", valid_from=date(2026, 4, 1), at=AT)


def bring_in(cast, *resources, by=None, at=AT, **kwargs):
    return import_record(read(*resources), by=by or cast.ana, at=at, **kwargs)


def test_a_synthetic_record_comes_in_and_once_only(cast):
    record = read_bundle(DATA / "abdul_koepp.json.gz", on=TODAY)
    outcome = import_record(record, by=cast.ana, at=AT)
    client = outcome.client
    assert outcome.added_client and (client.name, client.practice) == ("Abdul Koepp", cast.northbridge)
    assert client.conditions.count() == len(record.conditions) == outcome.new["condition"]
    assert client.outside_readings.count() == len(record.readings) == outcome.new["reading"]
    assert client.surgeries.get().procedure == "Surgical manipulation of joint of knee"
    assert not client.conditions.exclude(icd10="").exists()
    [event] = Event.objects.filter(kind="fhir:record:import")
    assert event.client_id == client.pk and event.detail["sha256"] == record.sha256

    again = import_record(read_bundle(DATA / "abdul_koepp.json.gz", on=TODAY), by=cast.ana, at=LATER)
    assert again.nothing_new and again.client == client
    assert (again.new, again.updated, again.kept, again.refused) == ({}, [], [], [])
    assert Client.objects.filter(family_name="Koepp").count() == 1
    assert client.outside_readings.count() == len(record.readings)


def test_the_guides_referral_arrives_incomplete_and_expired_naming_each_missing_check(cast, codes):
    record = read_files(referral_files(*NANCY), on=TODAY)
    outcome = import_record(record, by=cast.ana, at=AT)
    [arrived] = outcome.referrals
    assert len(arrived.missing) == 5
    for sentence, part in zip(
        arrived.missing,
        [
            "Written referral from a licensed provider: John Lopez may not refer in writing.",
            "Names medical exercise or functional conditioning: The quoted words do not name",
            "Gives a diagnosis with an ICD-10 code: No ICD-10 code is given.",
            "Confirms the client has left medical care: Nothing says that",
            "The referral has expired. Ask the provider for a new one.",
        ],
        strict=True,
    ):
        assert sentence.startswith(part)
    assert "John Lopez: 654321 is no NPI. An NPI has 10 digits; this has 6." in outcome.notes
    referral = Referral.objects.get()
    assert (
        referral.wording.startswith("Ms. Johansson suffered from") and "\n\nMs. Johnson" in referral.wording
    )
    assert referral.complete_at is None and not referral.codes.exists() and not referral.checks.exists()
    assert (referral.provider.type, referral.provider.npi) == ("other", "")
    assert referral.provider.organisation.name == "Good Health Cardiology"
    assert set(outcome.client.conditions.values_list("words", "icd10")) == {
        ("Lack of physical exercise", "Z72.3"),
        ("Hypertension", ""),
    }

    again = import_record(read_files(referral_files(*NANCY), on=TODAY), by=cast.ana, at=LATER)
    assert again.nothing_new and len(again.referrals[0].missing) == 5 and not again.referrals[0].new
    assert Referral.objects.count() == Provider.objects.filter(family_name="Lopez").count() == 1

    # The order alone, without the conditions it rests on: what the fuller files said stands.
    alone = import_record(read_files(referral_files("Fit4LifeResponse"), on=TODAY), by=cast.ana, at=LATER)
    assert not [line for line in alone.updated if "purpose" in line]
    assert Referral.objects.get().purpose == referral.purpose == "Hypertension"


def test_what_the_file_changed_is_changed_and_listed(cast):
    client = bring_in(cast, ruth(), condition(), medicine(), SURGERY).client
    stopped = medicine(status="stopped", effectivePeriod={"end": "2026-10-01"})
    moved = ruth(telecom=[{"system": "phone", "value": "555-0199"}])
    outcome = bring_in(cast, moved, condition(), stopped, SURGERY, pulse(), at=LATER)
    assert outcome.updated == [
        "person (phone)",
        "medicine: Metoprolol 25 MG; one in the morning (ended)",
    ]
    assert outcome.new == {"reading": 1}
    assert outcome.unchanged == {"condition": 1, "surgery": 1}
    client.refresh_from_db()
    assert client.phone == "555-0199"
    assert Medication.objects.get().ended_on == date(2026, 10, 1)


def test_what_people_changed_here_stays_and_the_difference_is_told(cast):
    client = bring_in(cast, ruth(), condition()).client
    kept = Condition.objects.get()
    clients.change_fact(kept, words="Osteoarthritis of right knee", side="right", by=cast.ana, at=AT)
    clients.update(client, preferred_name="Ruthie", phone="555-0100", by=cast.ana, at=AT)
    # The very same file changes nothing of it.
    assert bring_in(cast, ruth(), condition(), at=LATER).nothing_new
    # A newer one changes only what nobody touched here.
    newer = condition(code={"text": "Gonarthrosis"}, onsetDateTime="2019-07-01")
    for _ in range(2):
        outcome = bring_in(cast, ruth(telecom=[{"system": "phone", "value": "555-0199"}]), newer, at=LATER)
        assert outcome.kept == [
            "person (phone): changed here, so it stays as it is.",
            "condition: Gonarthrosis (words): changed here, so it stays as it is.",
        ]
    kept.refresh_from_db()
    client.refresh_from_db()
    assert (kept.words, kept.side, kept.onset_on) == (
        "Osteoarthritis of right knee",
        "right",
        date(2019, 7, 1),
    )
    assert (client.phone, client.preferred_name) == ("555-0100", "Ruthie")


def test_a_removed_fact_does_not_come_back(cast):
    bring_in(cast, ruth(), condition())
    clients.remove_fact(Condition.objects.get(), by=cast.ana, at=AT)
    assert bring_in(cast, ruth(), condition(), at=LATER).nothing_new
    assert Condition.objects.get().removed_at


def test_a_corrected_reading_stands_beside_the_first(cast):
    bring_in(cast, ruth(), pulse())
    for _ in range(2):
        outcome = bring_in(cast, ruth(), pulse(value=76, status="corrected"), at=LATER)
    assert outcome.nothing_new
    assert [(r.value, r.words) for r in OutsideReading.objects.order_by("value")] == [
        (72, "Heart rate"),
        (76, "Heart rate (corrected)"),
    ]


def test_a_day_without_a_time_stands_in_the_practices_day(cast):
    bring_in(cast, ruth(), pulse(effectiveDateTime="2026-05-02"))
    assert cast.northbridge.day(OutsideReading.objects.get().at) == date(2026, 5, 2)


def test_facts_that_can_not_be_so_cost_only_themselves(cast, codes):
    icd10 = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M17.1", "display": "Knee"}]}
    early = condition(id="c2", onsetDateTime="1931-01-01")
    outcome = bring_in(cast, ruth(), condition(code=icd10), early)
    assert outcome.new == {"condition": 1}
    assert outcome.refused == [
        "condition: Osteoarthritis of knee: The day it began lies before the client’s birth."
    ]
    assert outcome.notes == [
        "Knee: kept without its code M17.1. M17.1 is a heading. Choose one of the codes under it."
    ]
    assert Condition.objects.get().icd10 == ""


def test_someone_who_looks_alike_is_shown_first(cast):
    janet = person()
    with pytest.raises(AlreadyHere) as refusal:
        bring_in(cast, janet, condition())
    assert [(client, "same name" in why) for client, why in refusal.value.matches] == [(cast.janet, True)]
    assert not Condition.objects.exists()
    assert bring_in(cast, janet, knowingly=True).client != cast.janet


def test_the_record_of_a_client_on_file_fills_gaps_and_keeps_what_is_there(cast):
    given = person(gender="male", telecom=[{"system": "phone", "value": "555-0199"}])
    outcome = bring_in(cast, given, condition(), into=cast.janet)
    cast.janet.refresh_from_db()
    assert not outcome.added_client and outcome.updated == ["person (phone)"]
    assert (cast.janet.sex, cast.janet.phone) == ("female", "555-0199")
    assert bring_in(cast, given, condition(), at=LATER).nothing_new
    other = bring_in(cast, ruth(id="p9"), knowingly=True).client
    with pytest.raises(Refusal, match="belongs to Janet Ellery"):
        bring_in(cast, given, into=other)
    with pytest.raises(Refusal, match="was brought in from another record"):
        bring_in(cast, ruth(id="p10"), into=cast.janet)


def test_who_has_died_is_not_brought_in(cast):
    record = read_bundle(DATA / "gilberto_orosco.json.gz", on=TODAY)
    with pytest.raises(Refusal, match=r"Gilberto Orosco died on April 11, 1994\. It is not brought in\."):
        import_record(record, by=cast.ana, at=AT)


def test_guardians_and_contacts_come_along(cast):
    mother = {
        "name": {"given": ["Mary"], "family": "Abernathy"},
        "relationship": [{"text": "Mother"}],
        "telecom": [{"system": "phone", "value": "555-0101"}],
    }
    unreachable = {"name": {"text": "Uncle"}}
    for _ in range(2):
        outcome = bring_in(cast, ruth(contact=[mother, unreachable]))
    [contact] = outcome.client.contacts.all()
    assert (contact.name, contact.is_guardian) == ("Mary Abernathy", True)
    assert outcome.refused == ["contact: Uncle: Type a phone number or an e-mail address."]


@pytest.mark.parametrize("name", ["olga", "asa", "mia", "ben", "bill", "rhea"])
def test_bringing_in_is_for_professionals(cast, name):
    with pytest.raises(NotAllowed):
        bring_in(cast, ruth(), by=cast.members[name])
    assert not Client.objects.filter(family_name="Abernathy").exists()


def test_practices_do_not_meet(cast):
    bring_in(cast, ruth(), condition())
    theirs = bring_in(cast, ruth(), condition(), by=cast.dana)
    assert theirs.added_client and theirs.client.practice == cast.southgate
    with pytest.raises(NotFound):
        bring_in(cast, ruth(id="p3"), into=cast.stranger)


def test_the_command_says_what_was_taken_skipped_and_why(cast, tmp_path, capsys):
    call_command("import_fhir", str(DATA / "abdul_koepp.json.gz"), practice=cast.northbridge.name)
    out = capsys.readouterr().out
    assert "abdul_koepp.json.gz: Abdul Koepp is a client now, with" in out
    assert "resources:" in out and "Skipped 18 Claim" in out and "A bill of another practice." in out
    call_command("import_fhir", str(DATA / "abdul_koepp.json.gz"), practice=cast.northbridge.name)
    assert "nothing new. Everything was on file already." in capsys.readouterr().out

    janet = tmp_path / "janet.json"
    janet.write_bytes(bundle(person()))
    cut = tmp_path / "cut.json"
    cut.write_bytes(b"{")
    with pytest.raises(CommandError, match="2 of 2 not brought in"):
        call_command(
            "import_fhir", str(janet), str(cut), practice=cast.northbridge.name, by="ana@example.org"
        )
    told = capsys.readouterr().err
    assert f"--into {cast.janet.pk}" in told and "cut.json is not whole JSON" in told
    call_command("import_fhir", str(janet), practice=cast.northbridge.name, into=str(cast.janet.pk))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "There are several practices"),
        ({"practice": "None such"}, "no practice named “None such”"),
        (
            {"practice": "Northbridge Medical Exercise", "by": "dana@example.org"},
            "is no active member of Northbridge",
        ),
        ({"practice": "Northbridge Medical Exercise", "into": "7"}, "There is no such client"),
    ],
)
def test_the_command_asks_for_what_it_needs(cast, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("import_fhir", "file.json", **options)
