"""Whatever a file holds, it is read or refused with a sentence."""

import copy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medexpro.fhir.reading.bundle import FileRefused, read_bundle
from tests.fhir.samples import TODAY, WHO, bundle, condition, medicine, person, pulse


def anything():
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    )


def paths(node, prefix=()):
    """Return every place in a JSON value."""
    found = [prefix]
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        found += paths(value, (*prefix, key))
    return found


SAMPLES = [
    person(
        telecom=[{"system": "phone", "value": "1"}],
        address=[{"line": ["1 Road"], "city": "X"}],
        contact=[{"name": {"family": "R"}}],
    ),
    condition(),
    pulse(),
    medicine(),
    {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "patient": WHO,
        "code": {"text": "Latex"},
        "reaction": [{"manifestation": [{"text": "Rash"}], "severity": "mild"}],
    },
    {
        "resourceType": "ServiceRequest",
        "id": "s",
        "status": "active",
        "intent": "order",
        "subject": WHO,
        "code": {"text": "Exercise"},
        "requester": {"reference": "Practitioner/d"},
        "occurrencePeriod": {"start": "2026-01-01"},
    },
    {
        "resourceType": "Practitioner",
        "id": "d",
        "name": [{"family": "Lopez"}],
        "qualification": [{"code": {"text": "MD"}}],
    },
    {
        "resourceType": "Procedure",
        "id": "k",
        "subject": WHO,
        "status": "completed",
        "code": {"text": "Hip replacement"},
        "performedPeriod": {"start": "2026-05-02"},
        "performer": [{"actor": {"display": "Dr. X"}}],
    },
]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_stands_anywhere_it_is_read_or_refused_with_a_sentence(data):
    samples = copy.deepcopy(SAMPLES)
    resource = data.draw(st.sampled_from(samples))
    *way, last = data.draw(st.sampled_from(paths(resource)[1:]))
    node = resource
    for key in way:
        node = node[key]
    node[last] = data.draw(anything())
    try:
        record = read_bundle(bundle(*samples), on=TODAY, name="file.json")
    except FileRefused as refusal:
        assert "file.json" in str(refusal)
    else:
        assert record.report.adds_up
