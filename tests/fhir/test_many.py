"""Bringing in everybody of many files: once, whatever the order, whoever fails, whenever it was ended."""

import gzip
import json
from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from medexpro.clients.models import Client, Condition, OutsideReading
from medexpro.episodes.models import Episode
from medexpro.fhir import many
from medexpro.fhir.many import import_files
from medexpro.fhir.reading.files import files_in
from medexpro.kernel.refusals import NotAllowed
from medexpro.providers.models import Provider
from medexpro.referrals import operations as referrals
from medexpro.referrals import standing
from medexpro.referrals.models import Referral
from tests import few_codes
from tests.conftest import MORNING, TODAY
from tests.fhir.samples import DATA, bundle, condition, medicine, person, pulse
from tests.fhir.test_files import lines, write

OWN = DATA / "own" / "total_knee_referral.json"


def run(cast, *paths, **kwargs):
    reports = []
    done = import_files(files_in(paths), by=cast.ana, at=MORNING, each=reports.append, **kwargs)
    assert all(file.adds_up for file in done.files)
    return done, reports


def someone(n, **changes):
    """Return a person nobody looks like, by a number."""
    name = [{"given": [f"Given{'abcdefghij'[n % 10]}"], "family": f"Family{chr(97 + n // 10)}{n * 7919}"}]
    return person(**{"id": f"p{n}", "name": name, "birthDate": f"19{50 + n % 40}-01-09"} | changes)


def about(n, resource, **changes):
    return resource | {"id": f"{resource['id']}-{n}", "subject": {"reference": f"Patient/p{n}"}} | changes


def test_a_small_part_of_the_set_comes_in_twice_with_the_same_result(cast):
    """The whole set is brought in by benchmarks/imports.py, which compares every count with its manifest."""
    paths = sorted(DATA.glob("*.json.gz"))
    first, reports = run(cast, *paths)
    assert first.people == {"new": 3, "died": 1}
    assert [len(file.counts()) > 10 for file in first.files] == [True] * 4
    for path, file in zip(paths, first.files, strict=True):
        held = json.loads(gzip.decompress(path.read_bytes()))["entry"]
        assert file.counts() == Counter(entry["resource"]["resourceType"] for entry in held)
    rows = Condition.objects.count(), OutsideReading.objects.count(), Client.objects.count()

    again, _ = run(cast, *reversed(paths))
    assert again.people == {"unchanged": 3, "died": 1}
    assert rows == (Condition.objects.count(), OutsideReading.objects.count(), Client.objects.count())
    # SNOMED conditions stand in their words; no ICD-10 is guessed.
    assert not Condition.objects.exclude(icd10="").exists()
    assert "It is not brought in." in next(one.why for one in reports if one.has_died)


def test_a_bulk_export_is_put_together_across_its_files(cast, tmp_path):
    people = [someone(n) for n in range(3)]
    write(
        tmp_path,
        "Condition.ndjson",
        lines(*(about(n, condition()) for n in (2, 0, 1)), about(9, condition())),
    )
    write(
        tmp_path,
        "Observation.ndjson.gz",
        gzip.compress(lines(*(about(n, pulse(value=60 + n)) for n in range(3)))),
    )
    drug = {"resourceType": "Medication", "id": "d1", "code": {"text": "Lisinopril 10 mg"}}
    given = about(1, medicine(), medicationReference={"reference": "Medication/d1"})
    del given["medicationCodeableConcept"]
    write(tmp_path, "MedicationRequest.ndjson", lines(given))
    write(tmp_path, "Medication.ndjson", lines(drug, drug | {"id": "d2"}))
    write(tmp_path, "Patient.ndjson", lines(*people))

    done, _ = run(cast, tmp_path)
    assert done.people == {"new": 3} and done.failed == 0
    assert [
        client.conditions.count()
        for client in Client.objects.of(cast.northbridge).filter(external_id__startswith="Patient/")
    ] == [1, 1, 1]
    second = Client.objects.get(external_id="Patient/p1")
    assert second.outside_readings.get().value == 61
    assert second.medications.get().words.startswith("Lisinopril 10 mg")
    by_name = {file.name: file for file in done.files}
    assert by_name["Condition.ndjson"].skipped.total() == 1
    assert by_name["Medication.ndjson"].taken == {"Medication": 1}
    assert by_name["Medication.ndjson"].skipped == {("Medication", "Nothing that was taken names it."): 1}


def test_a_run_ended_halfway_goes_on_where_it_was(cast, tmp_path, monkeypatch):
    write(tmp_path, "Patient.ndjson", lines(*(someone(n) for n in range(4))))
    write(tmp_path, "Condition.ndjson", lines(*(about(n, condition()) for n in range(4))))
    real, calls = many.import_record, []

    def ended(record, **kwargs):
        calls.append(record)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(record, **kwargs)

    monkeypatch.setattr(many, "import_record", ended)
    with pytest.raises(KeyboardInterrupt):
        run(cast, tmp_path)
    assert Condition.objects.count() == 2
    monkeypatch.setattr(many, "import_record", real)
    done, _ = run(cast, tmp_path)
    assert done.people == {"new": 2, "unchanged": 2} and Condition.objects.count() == 4


def test_who_can_not_be_brought_in_costs_only_themselves(cast, tmp_path):
    write(tmp_path, "1.json", bundle(person(), about(0, condition(), subject={"reference": "Patient/p1"})))
    write(tmp_path, "2.json", bundle(someone(2)))
    write(tmp_path, "3.json", bundle(someone(3))[:-4])
    write(tmp_path, "4.json", bundle(someone(4, birthDate="2058-01-01")))
    write(tmp_path, "5.json", b"\xff\xfe\x00")
    # Somebody else's number.
    write(tmp_path, "6.json", bundle(someone(5, id="p2")))
    done, reports = run(cast, tmp_path)
    assert done.people == {"new": 1, "left": 3} and done.failed == 5
    assert reports[0].alike[0][0] == cast.janet and not Condition.objects.exists()
    assert done.files[0].skipped == {
        ("Patient", many.NOT_BROUGHT_IN): 1, ("Condition", many.NOT_BROUGHT_IN): 1,
    }  # fmt: skip
    assert "ends in the middle" in done.files[2].refusal and done.files[4].refusal
    assert "the birth date 2058-01-01 lies in the future" in reports[2].why
    assert "has the record number of" in reports[3].why
    # Nor in a second run, when the number stands on file.
    later, reports = run(cast, tmp_path / "6.json")
    assert later.people == {"left": 1} and "has the record number of" in reports[0].why
    # What people here corrected themselves is no stranger.
    Client.objects.filter(external_id="Patient/p2").update(
        family_name="Corrected", birth_date=date(1950, 2, 2)
    )
    assert run(cast, tmp_path / "2.json")[0].people == {"unchanged": 1}


def test_bringing_in_many_is_for_professionals(cast, tmp_path):
    with pytest.raises(NotAllowed):
        import_files(files_in([write(tmp_path, "2.json", bundle(someone(2)))]), by=cast.ben, at=MORNING)


def test_progress_is_told(cast, tmp_path):
    write(tmp_path, "Patient.ndjson", lines(*(someone(n) for n in range(3))))
    told = []
    run(cast, tmp_path, tell=lambda *how_far: told.append(how_far))
    assert told[0] == (0, 1, "Reading Patient.ndjson") and told[-1][:2] == (3, 3)


def test_the_command_takes_a_folder(cast, tmp_path, capsys):
    write(tmp_path, "Patient.ndjson", lines(*(someone(n) for n in range(2))))
    write(tmp_path, "Condition.ndjson", lines(about(0, condition()), about(7, condition())))
    options = {"practice": cast.northbridge.name, "by": "ana@example.org"}
    call_command("import_fhir", str(tmp_path), **options)
    out = capsys.readouterr().out
    assert "Condition.ndjson, 2 resources: 1 taken, 1 skipped." in out
    assert "2 people: 2 new. 4 resources: 3 taken, 1 skipped." in out
    call_command("import_fhir", str(tmp_path), brief=True, **options)
    out = capsys.readouterr().out
    assert "2 people: 2 as they were." in out and "Skipped" not in out
    with pytest.raises(CommandError, match=r"There is no file .*nowhere\."):
        call_command("import_fhir", str(tmp_path / "nowhere"), **options)
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match=r"There is no FHIR file in there\."):
        call_command("import_fhir", str(tmp_path / "empty"), **options)


def test_our_own_referral_after_a_total_knee_arrives_ready(cast):
    few_codes.load()
    done, [report] = run(cast, OWN)
    assert done.people == {"new": 1}
    referral = Referral.objects.get()
    assert list(referral.icd10) == ["Z96.651"] and referral.exit_confirmed_on == date(2026, 10, 2)
    assert (referral.provider.formal_name, referral.provider.npi) == ("Marisol Vega, MD", "1234567893")
    assert referral.provider.organisation.name == "Alder Joint Center"
    [arrived] = report.outcome.referrals
    assert arrived.ready and arrived.remarks == []
    assert arrived.missing == [
        f"{answer.name}: shown on the paper, not confirmed yet."
        for answer in standing.of(referral, TODAY).answers
    ]
    assert referral.client.surgeries.get().performed_on == date(2026, 6, 24)
    assert not referral.client.conditions.filter(words="Hypertension").exclude(icd10="").exists()
    assert Episode.objects.get().referral == referral
    # One look by a person, and it is complete.
    referrals.confirm_shown(referral, by=cast.ana, at=MORNING)
    assert standing.of(Referral.objects.get(), TODAY).is_complete
    assert (
        run(cast, OWN)[0].people == {"unchanged": 1}
        and Provider.objects.filter(family_name="Vega").count() == 1
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"status": "active"},
            "Outpatient physical therapy, which the order names, has not ended by what the file says.",
        ),
        ({"period": {"start": "2026-07-01"}}, "has not ended by what the file says."),
        ({"period": {"end": "2027-07-01"}}, "has not ended by what the file says."),
        ({"patient": {"reference": "Patient/other"}}, "which the order names, is about somebody else."),
    ],
)
def test_care_that_goes_on_is_no_exit(cast, tmp_path, change, sentence):
    few_codes.load()
    held = json.loads(OWN.read_bytes())
    [care] = [one["resource"] for one in held["entry"] if one["resource"]["resourceType"] == "EpisodeOfCare"]
    care.update(change)
    _, [report] = run(cast, write(tmp_path, "knee.json", json.dumps(held).encode()))
    [arrived] = report.outcome.referrals
    assert not arrived.ready and sentence in arrived.remarks[0]
    assert "Nothing says that the client has left medical care." in arrived.missing[-1]
