"""What is no command is found out before anything looks at it, with a reason for whoever reads the log."""

import pytest

from medexpro.kernel.ids import uuid7
from medexpro.sessions.rules.protocol import Malformed, payload_hash, read_command

INFINITE, NONE = float("inf"), float("nan")


def sent(kind="reading", body=None, **changed):
    whole = {
        "id": str(uuid7()), "practice": str(uuid7()), "session": str(uuid7()), "device": "tablet-1", "seq": 1,
        "base_version": 0, "kind": kind, "at": "2026-10-13T09:30:00-04:00", "body": body or {},
    }  # fmt: skip
    return whole | changed


def nested(levels):
    return [nested(levels - 1)] if levels else []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"measure": ["bp_systolic"]}, "measure is no name"),
        ({"measure": "bp_systolic", "unit": {"code": "mm[Hg]"}}, "unit is no name"),
        ({"entry": 5}, "entry is no name"),
        ({"items": ["chest_pain", ["dizziness"]]}, "items is no name"),
        ({"items": [{}]}, "items is no name"),
        ({"value": NONE}, "a number in it that is none"),
        ({"more": {"deep": [INFINITE]}}, "a number in it that is none"),
        ({"text": "a\x00b"}, "no keyboard makes"),
        ({"text": "\ud800"}, "no keyboard makes"),
        ({"more": nested(9)}, "lists in lists"),
        ({"more": nested(300)}, "lists in lists"),
    ],
)
def test_a_body_that_no_page_of_ours_sends_is_no_command(body, why):
    with pytest.raises(Malformed, match=why):
        read_command(sent(body=body))


@pytest.mark.parametrize(
    "changed",
    [
        {"seq": 0},
        {"seq": 10**12},
        {"device": ""},
        {"device": "x" * 41},
        {"device": "a\x00"},
        {"id": "\ud800"},
        {"seq": "\ud800"},
        {"kind": "cure"},
        {"at": "2026-10-13T09:30:00"},
        {"at": "soon"},
        {"sent_at": "2026-10-13T09:30:00"},
        {"sent_at": "9999-12-31T23:59:59-12:00"},
        {"sent_at": "soon"},
        {"id": "one"},
        {"body": "text"},
    ],
)
def test_an_envelope_that_can_not_be_read_is_no_command(changed):
    with pytest.raises(Malformed):
        read_command(sent(**changed))


def test_what_a_page_sends_is_one():
    body = {
        "entry": str(uuid7()),
        "sets": [{"quantity": "10", "load": None}],
        "effort": 4,
        "as": {"target": {"sets": 2}},
    }
    assert read_command(sent("log", body)).body == body


def test_when_it_is_sent_again_it_says_the_same():
    first = sent("note", {"text": "Steady."}, sent_at="2026-10-13T09:30:01-04:00")
    again = first | {"sent_at": "2026-10-13T09:45:00-04:00"}
    assert payload_hash(read_command(first)) == payload_hash(read_command(again))
    assert read_command(sent()).sent_at is None  # A page from before this was sent along.
