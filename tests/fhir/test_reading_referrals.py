"""Referrals as FHIR orders: what arrives, and which of the four checks it lacks."""

from datetime import date

import pytest

from medexpro.fhir.reading.bundle import read_files
from medexpro.referrals.policy import policy
from medexpro.referrals.rules import checks, validity
from tests.fhir.samples import TODAY, WHO, person, read, referral_files, skipped


def missing(referral, on=TODAY):
    """Return the checks the referrals area finds unmet, and how the referral stands to the day."""
    provider = referral.provider
    paper = checks.Paper(
        provider_type=(provider.type or "other") if provider else "",
        provider_name=provider.name if provider else "",
        written_on=referral.written_on,
        wording=referral.wording,
        codes=tuple(code for code, _ in referral.codes),
    )
    readings = checks.read(paper, policy())
    cover = validity.cover(validity.Span(referral.valid_from, referral.valid_to), on, renew_from_days=30)
    return [kind for kind, reading in readings.items() if not reading.shown], cover


def test_the_guides_referral_arrives_incomplete_and_expired():
    parts = (
        "Fit4LifeResponse",
        "ConditionResponse",
        "RoleLopez",
        "PractitionerLopez",
        "Organization",
        "TaskFit",
    )
    record = read_files(referral_files(*parts), on=TODAY)
    [referral] = record.referrals
    assert (referral.provider.name, referral.provider.specialty) == ("John Lopez", "Cardiologist")
    assert referral.provider.organisation == "Good Health Cardiology"
    assert referral.wording.startswith("Ms. Johansson suffered from a mild heart attack last fall.")
    assert referral.purpose == "Hypertension" and referral.codes == ()
    assert (referral.valid_from, referral.valid_to) == (date(2023, 3, 16), date(2023, 6, 16))
    assert missing(referral) == (["written", "wording", "coded", "exited"], "expired")
    assert missing(referral, on=date(2023, 5, 1))[1] == "in_force"
    assert list(referral.remarks) == [
        "The file does not show what John Lopez is licensed as.",
        "The reason given is Hypertension, without an ICD-10 code.",
        "Z72.3 stands in the file, but not as the reason.",
    ]
    # The one condition with an ICD-10-CM code keeps it; the other gets none.
    assert [(c.words, c.icd10) for c in record.conditions] == [
        ("Lack of physical exercise", "Z72.3"),
        ("Hypertension", ""),
    ]
    assert record.report.adds_up
    assert record.report.taken_by_type()["PractitionerRole"] == 1


def test_the_referral_is_read_alone_too_with_what_the_file_shows():
    for name in ("Fit4LifeResponse", "GetFitResponse"):
        [referral] = read_files(referral_files(name), on=TODAY).referrals
        assert (referral.provider.name, referral.purpose) == ("Lopez", "Exercise for Nancy Johansson")
        assert missing(referral) == (["written", "wording", "coded", "exited"], "expired")
        assert "A reason it names is not in the file." in referral.remarks


def test_a_referral_that_shows_its_checks_has_them():
    knee = {
        "coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M1711"}],
        "text": "Right knee",
    }
    order = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "status": "active",
        "intent": "order",
        "subject": WHO,
        "code": {"text": "Medical exercise after discharge, 12 weeks"},
        "authoredOn": "2026-09-28",
        "reasonCode": [knee],
        "requester": {"reference": "Practitioner/d1"},
        "occurrencePeriod": {"start": "2026-10-01"},
    }
    doctor = {
        "resourceType": "Practitioner",
        "id": "d1",
        "name": [{"given": ["Priya"], "family": "Raman", "suffix": ["M.D."]}],
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
    }
    [referral] = read(person(), order, doctor).referrals
    assert referral.codes == (("M17.11", "Right knee"),)
    assert (referral.provider.type, referral.provider.npi, referral.remarks) == ("MD", "1234567893", ())
    # That medical care has ended is never concluded from a file.
    assert missing(referral) == (["exited"], "in_force")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"code": {"text": "Lipid panel"}}, "An order for something other than exercise."),
        ({"intent": "proposal"}, "Its intent is proposal, so nobody ordered it."),
        ({"status": "revoked"}, "Recorded as revoked."),
        ({"code": "exercise"}, "It can’t be read: “code” is text where an object belongs."),
    ],
)
def test_other_orders_are_left(change, why):
    order = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "status": "active",
        "intent": "order",
        "subject": WHO,
        "code": {"text": "Exercise program"},
    }
    assert skipped(read(person(), order | change)) == [why]
