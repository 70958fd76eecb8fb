"""The tablet weighs by the same figures: what the JSON holds is enough, and says the same as the server."""

import json
from datetime import datetime
from decimal import Decimal

import pytest

from medexpro.clearance.rules import tablet
from medexpro.clearance.rules.gates import verdict, weigh
from tests.clearance.floor import at_rest, client_of, codes, context, figures_of, limit, vectors

CASES = vectors()["cases"]
NAMES = [case["name"] for case in CASES]
AT = datetime.fromisoformat(vectors()["at"])


def outcome(findings, decided):
    said = verdict(findings, answered=decided).as_dict()
    kept = ("state", "missing", "recheck", "undecided")
    return {key: said[key] for key in kept} | {"closed": sorted(said["closed"]), "codes": codes(findings)}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_session_weighed_from_the_json_alone(case):
    figures = json.loads(json.dumps(figures_of(case)))
    findings = weigh(tablet.context_from(figures, case["log"], AT))
    assert outcome(findings, case["decided"]) == case["expect"]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_server_says_the_same_in_the_same_words(case):
    figures = figures_of(case)
    page = tablet.context_from(figures, case["log"], AT)
    client = client_of(case)
    server = context(
        page.readings,
        stage=page.stage,
        signs=page.signs,
        answered=page.answered,
        histories=client.histories,
        earlier=client.earlier,
        last_session=client.last_session,
        listed=client.listed,
        limits=client.limits,
    )
    assert [f.as_dict() for f in weigh(server)] == [f.as_dict() for f in weigh(page)]


def test_every_vector_has_a_name_of_its_own():
    assert len(set(NAMES)) == len(NAMES)


def test_the_figures_are_small():
    figures = tablet.floor_rules(context(limits=[limit("bp_systolic", 150)]))
    assert len(json.dumps(figures)) < 48_000


def test_the_fingerprint_changes_with_a_figure_and_with_nothing_else():
    plain, again = tablet.floor_rules(context()), tablet.floor_rules(context(at_rest()))
    tightened = tablet.floor_rules(context(limits=[limit("bp_systolic", 150)]))
    assert plain["hash"] == again["hash"] == tablet.fingerprint(plain)
    assert tightened["hash"] != plain["hash"]


def test_figures_are_written_in_plain_digits():
    figures = tablet.floor_rules(context(limits=[limit("bp_systolic", Decimal("1.4E+2"))]))
    values = [
        one["value"]
        for gate in figures["gates"]
        for one in gate["rules"] + gate.get("clears_at", [])
        if "value" in one
    ]
    assert "140" in values
    assert all(value.replace(".", "").isdigit() for value in values)


def test_gates_of_other_clients_are_left_out():
    made_for = {gate["id"] for gate in tablet.floor_rules(context())["gates"]}
    assert "heart_failure_weight" not in made_for
    with_failure = tablet.floor_rules(context(histories={"heart_failure": None}))
    assert "heart_failure_weight" in {gate["id"] for gate in with_failure["gates"]}


@pytest.mark.parametrize(
    "log",
    [
        {"readings": [{"measure": "bp_systolic", "value": "high", "at": "2026-10-12T13:00:00+00:00"}]},
        {"readings": [{"measure": "bp_systolic", "value": "NaN", "at": "2026-10-12T13:00:00+00:00"}]},
        {"readings": [{"measure": "bp_systolic", "value": "122", "at": "this morning"}]},
        {"readings": [{"measure": "bp_systolic", "value": "122", "at": "2026-10-12T13:00:00"}]},
        {"readings": [{"value": "122", "at": "2026-10-12T13:00:00+00:00"}]},
        {"readings": ["122/78"]},
        {"stage": "lunch"},
        {"signs": [{"at": None}]},
        ["122/78"],
    ],
)
def test_a_log_that_is_not_one_is_refused(log):
    with pytest.raises(ValueError):
        tablet.context_from(tablet.floor_rules(context()), log, AT)
