"""Sessions for the tests of the gates, in few words: a well client, a minute, a reading."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from medexpro.clearance.rules import tablet
from medexpro.clearance.rules.gates import GateContext, Reading, Sign, verdict, weigh
from medexpro.clearance.rules.limits import Limit, Origin
from medexpro.kernel.findings import Finding
from medexpro.knowledge import library as knowledge

DAY = date(2026, 10, 12)
NINE = datetime(2026, 10, 12, 13, 0, tzinfo=UTC)
ASKED = frozenset({"red_flag_question"})
WELL = {"bp_systolic": 122, "bp_diastolic": 78, "resting_hr": 68, "pain_nrs": 1}


@cache
def library():
    return knowledge.build()


def reading(measure, value, minute=0, **kept):
    """One reading so many minutes after nine."""
    return Reading(measure=measure, value=Decimal(str(value)), at=NINE + timedelta(minutes=minute), **kept)


def at_rest(minute=0, **values):
    """A well client's resting readings with some of them changed; None leaves one out."""
    return [
        reading(measure, value, minute) for measure, value in {**WELL, **values}.items() if value is not None
    ]


def signs(*symptoms, when="pre"):
    return [Sign(symptom=symptom, when=when) for symptom in symptoms]


def context(readings=(), **known):
    known.setdefault("answered", ASKED)
    known.setdefault("gates", library().gates_in_force)
    known.setdefault("required", library().required_each_session)
    return GateContext(on=DAY, at=NINE + timedelta(hours=2), readings=tuple(readings), **known)


def codes(findings: list[Finding]) -> dict[str, str]:
    return {finding.code: finding.weight.value for finding in findings}


def weighed(readings=(), **known):
    """Return the findings' codes with their weights, and the verdict."""
    findings = weigh(context(readings, **known))
    return codes(findings), verdict(findings)


def limit(measure, value, op=">", closes="session", origin="provider", **kept):
    who = "Dr. Priya Raman" if origin == "provider" else "Olga Brandt"
    kept.setdefault("written_on", date(2026, 10, 1))
    kept.setdefault("valid_from", date(2026, 10, 1))
    return Limit(
        measure=measure,
        op=op,
        value=Decimal(str(value)),
        closes=closes,
        origin=Origin(origin),
        who=who,
        **kept,
    )


# ---- The vectors the server and the page share


@cache
def vectors():
    return json.loads((Path(__file__).parent / "gate_vectors.json").read_text(encoding="utf-8"))


def client_of(case) -> GateContext:
    """Return what is known about a vector's client before the session; its figures come from `tablet.floor_rules`."""
    client = case["client"]
    histories = client.get("histories", {})
    return context(
        answered=frozenset(),
        histories={key: datetime.fromisoformat(at) if at else None for key, at in histories.items()},
        earlier=[_reading(item) for item in client.get("earlier", ())],
        last_session=[_reading(item) for item in client.get("last_session", ())],
        listed=frozenset(client.get("listed", ())),
        limits=[_limit(item) for item in client.get("limits", ())],
    )


def figures_of(case) -> dict:
    """Return the JSON a page gets for a vector's client."""
    return tablet.floor_rules(client_of(case))


def _reading(item):
    return Reading(
        measure=item["measure"],
        value=Decimal(item["value"]),
        at=datetime.fromisoformat(item["at"]),
        when=item["when"],
        side=item.get("side", ""),
    )


def _limit(item):
    days = {key: date.fromisoformat(item[key]) for key in ("written_on", "valid_from")}
    return Limit(**{**item, **days, "value": Decimal(item["value"]), "origin": Origin(item["origin"])})
