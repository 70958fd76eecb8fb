"""People and facts as FHIR writes them, and reading them."""

import json
from datetime import date
from pathlib import Path

from medexpro.fhir.reading.bundle import read_bundle

DATA = Path(__file__).parent / "data"
TODAY = date(2026, 10, 13)
WHO = {"reference": "Patient/p1"}


def person(**changes):
    base = {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"use": "official", "given": ["Janet"], "family": "Ellery", "prefix": ["Mrs."]}],
        "gender": "female",
        "birthDate": "1958-03-04",
    }
    return {key: value for key, value in (base | changes).items() if value is not None}


def condition(**changes):
    base = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": WHO,
        "code": {
            "coding": [{"system": "http://snomed.info/sct", "code": "239873007"}],
            "text": "Osteoarthritis of knee",
        },
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "onsetDateTime": "2019-06-05",
    }
    return base | changes


def pulse(value=72, **changes):
    base = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": WHO,
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
        "effectiveDateTime": "2026-05-02T09:30:00-04:00",
        "valueQuantity": {"value": value, "unit": "beats/minute", "code": "/min"},
    }
    return base | changes


def medicine(**changes):
    base = {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "intent": "order",
        "subject": WHO,
        "medicationCodeableConcept": {"text": "Metoprolol 25 MG"},
        "authoredOn": "2025-01-07",
        "dosageInstruction": [{"text": "one in the morning"}],
    }
    return base | changes


def bundle(*resources, **changes):
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries} | changes).encode()


def read(*resources, **changes):
    record = read_bundle(bundle(*resources, **changes), on=TODAY, name="file.json")
    assert record.report.adds_up
    return record


def skipped(record):
    return [entry.why for entry in record.report.skipped]


def referral_files(*names):
    return [(path.name, path) for name in names for path in sorted((DATA / "referral").glob(f"*{name}*"))]
