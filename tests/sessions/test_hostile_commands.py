"""A tablet that went mad, or somebody who plays one: every entry is answered, none is a fault."""

import json

import pytest

from medexpro.kernel.ids import uuid7
from medexpro.sessions import operations
from medexpro.sessions.commands import HANDLERS
from medexpro.sessions.models import SessionCommand
from tests import scenario
from tests.conftest import MORNING
from tests.sessions.floor import Tablet

ODD = (None, True, 10**400, "x" * 5000, "\x00", "\ud800", [[]], [{}], {"a": {}}, float("nan"), "²")
NAMES = {
    "reading": ("measure", "value", "unit", "moment"),
    "red_flags": ("items",),
    "signs": ("items",),
    "answer": ("code", "reason"),
    "log": ("entry", "sets", "effort", "pain", "reason"),
    "unlog": ("entry",),
    "skip": ("entry", "reason"),
    "swap": ("entry", "exercise", "new_entry"),
    "add": ("exercise", "new_entry"),
    "minutes": ("seconds",),
    "note": ("text",),
    "close": ("decision", "reason", "response", "next_plan"),
    "hold": ("observed",),
}


@pytest.fixture
def floor(cast):
    """Today's session, started; a tablet in Ana's hands."""
    session = operations.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    tablet = Tablet(session, cast.ana)
    tablet.takes_vitals()
    tablet.send("start")
    return tablet


def sound(floor: Tablet, kind: str) -> dict:
    """A body that would be taken."""
    entry = str(floor.session.entries.first().pk)
    return {
        "reading": {"measure": "bp_systolic", "value": "128", "unit": "mm[Hg]", "moment": "in"},
        "red_flags": {"items": []},
        "signs": {"items": []},
        "answer": {"code": "x", "reason": "y"},
        "log": {"entry": entry, "sets": [{"quantity": "10"}], "effort": 4, "pain": 1, "reason": ""},
        "unlog": {"entry": entry},
        "skip": {"entry": entry, "reason": "tired"},
        "swap": {"entry": entry, "exercise": "bridge", "new_entry": str(uuid7())},
        "add": {"exercise": "bridge", "new_entry": str(uuid7())},
        "minutes": {"seconds": {"strength": 60}},
        "note": {"text": "Went well"},
        "close": {"decision": "hold", "reason": "", "response": "good", "next_plan": ""},
    }.get(kind, {})


def sent(browser, command: dict) -> int:
    body = json.dumps(command)
    return browser.post("/sessions/commands/", body, content_type="application/json").status_code


def test_nothing_in_a_body_is_a_fault(floor, cast, sign_in, clock):
    clock("2026-10-13 10:00")
    browser, wrong = sign_in(cast.ana), []
    tried = [(kind, name, odd) for kind in HANDLERS for name in NAMES.get(kind, ()) for odd in ODD]
    tried += [("note", "unknown", odd) for odd in (float("nan"), {"deep": [["\x00"]]})]
    for kind, name, odd in tried:
        status = sent(browser, floor.command(kind, **(sound(floor, kind) | {name: odd})))
        if status not in (200, 400, 409):
            wrong.append((kind, name, repr(odd)[:20], status))
        if status != 200:  # It was never an entry, so its number is free.
            floor.seq -= 1
    assert not wrong
    assert SessionCommand.objects.filter(session=floor.session, seq=floor.seq).exists()


def test_nothing_around_a_body_is_a_fault(floor, cast, sign_in, clock):
    clock("2026-10-13 10:00")
    browser = sign_in(cast.ana)
    changes: list[dict] = [
        {"at": "0001-01-01T00:00:00+14:00"}, {"at": "9999-12-31T23:59:59-12:00"}, {"at": "2026-10-13T09:30:00+23:59"},
        {"device": "\ud800"}, {"device": "x\x00"}, {"base_version": 10**30}, {"base_version": -5}, {"seq": 10**30},
        {"body": []}, {"kind": {}},
    ]  # fmt: skip
    answers = [sent(browser, floor.command("note", text="Went well") | change) for change in changes]
    assert set(answers) <= {200, 400, 409}
    for depth in (100, 900, 980, 30_000):
        nest = "[" * depth + "]" * depth
        nested = json.dumps(floor.command("note", text="TEXT")).replace('"TEXT"', nest)
        for body in (nested, nest):
            answer = browser.post("/sessions/commands/", body, content_type="application/json")
            assert answer.status_code in (200, 400), depth
