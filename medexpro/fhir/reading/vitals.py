"""Vital signs as dated facts with units. Laboratory values and questionnaires are left where they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from medexpro.fhir.reading.record import Reading
from medexpro.fhir.reading.values import (
    LOINC,
    Left,
    Node,
    Unreadable,
    child,
    children,
    code_in,
    codes,
    day,
    instant,
    number,
    text,
    words,
)
from medexpro.kernel.quantities import UnitMismatch, to_canonical


@dataclass(frozen=True)
class Vital:
    """One vital sign we read: our measure, its unit, and what a person can have at all.

    lowest, highest: the valid range of the measure in knowledge/data/measures.yaml; a house test holds them together.
    """

    measure: str
    words: str
    unit: str
    lowest: Decimal
    highest: Decimal


def _vital(measure: str, said: str, unit: str, lowest: int, highest: int) -> Vital:
    return Vital(measure, said, unit, Decimal(lowest), Decimal(highest))


_SPO2 = _vital("spo2", "Oxygen saturation", "%", 50, 100)
# By LOINC code; names and codes as in US Core 6.1.0 vital signs.
VITALS = {
    "8480-6": _vital("bp_systolic", "Systolic blood pressure", "mm[Hg]", 50, 299),
    "8462-4": _vital("bp_diastolic", "Diastolic blood pressure", "mm[Hg]", 20, 200),
    "8867-4": _vital("resting_hr", "Heart rate", "/min", 20, 250),
    "59408-5": _SPO2,
    "2708-6": _SPO2,
    "8302-2": _vital("height", "Body height", "cm", 80, 250),
    "29463-7": _vital("weight", "Body weight", "kg", 20, 350),
    "39156-5": _vital("bmi", "Body mass index", "kg/m2", 8, 90),
    "72514-3": _vital("pain_nrs", "Pain, 0 to 10", "{points}", 0, 10),
}
PRESSURE = {"85354-9", "55284-4"}  # Panels whose readings stand in components
_FINAL = {"final", "amended", "corrected"}
# How files write units that mean the measure's own.
_SAME_UNIT = {
    **dict.fromkeys(("mmHg", "mm Hg"), "mm[Hg]"),
    **dict.fromkeys(("{beats}/min", "bpm", "beats/minute", "beats/min"), "/min"),
    **dict.fromkeys(("lb", "lbs"), "[lb_av]"),
    **dict.fromkeys(("in", "inches", "[in_us]"), "[in_i]"),
    **dict.fromkeys(("1", "{#}", "{score}", "{SCORE}", "score"), "{points}"),
    "percent": "%",
}


def read_vitals(resource: Node, *, source_id: str, on: date) -> list[Reading]:
    """Return the readings of one observation: one, or two for a blood pressure.

    Raises Left for what is no vital sign, not final or without a value; Unreadable for an impossible number, a unit
    that doesn't fit, a day that lies ahead or is missing.
    """
    concept = child(resource, "code")
    coded = {code for code in codes(concept) if code in VITALS or code in PRESSURE}
    if not coded:
        raise Left(_other_kind(resource))
    status = text(resource, "status")
    if status not in _FINAL:
        raise Left(f"Not final: its status is {status.replace('-', ' ') or 'missing'}.")
    recorded = _recorded_at(resource)
    taken_on, at = day(recorded, "effective"), instant(recorded, "effective")
    if taken_on is None:
        raise Left("It has no day.")
    if taken_on > on:
        raise Unreadable(f"it was taken on {taken_on}, which lies in the future")
    readings = [
        Reading(
            source_id=source_id if said is concept else f"{source_id}#{vital.measure}",
            measure=vital.measure,
            words=words(said, most=160) or vital.words,
            value=value,
            unit=unit,
            canonical=_in_range(value, unit, vital),
            canonical_unit=vital.unit,
            on=taken_on,
            at=at,
        )
        for vital, said, value, unit in _values(resource, concept)
    ]
    if not readings:
        raise Left("It has no value.")
    return readings


def _values(resource: Node, concept: Node) -> Iterator[tuple[Vital, Node, Decimal, str]]:
    own = child(resource, "valueQuantity")
    seen = set()
    places = [(concept, own)] if own else []
    places += [
        (child(part, "code"), child(part, "valueQuantity")) for part in children(resource, "component")
    ]
    for said, quantity in places:
        vital = VITALS.get(code_in(said, LOINC)) or next(
            (VITALS[code] for code in codes(said) if code in VITALS), None
        )
        value = number(quantity, "value")
        if vital is None or value is None or vital.measure in seen:
            continue
        seen.add(vital.measure)
        if text(quantity, "comparator"):
            raise Left("It says more or less than a number, not the number.")
        unit = text(quantity, "code") or text(quantity, "unit")
        yield vital, said, value, _SAME_UNIT.get(unit, unit)


def _in_range(value: Decimal, unit: str, vital: Vital) -> Decimal:
    if not unit:
        raise Unreadable(f"{vital.words} {value} has no unit")
    try:
        canonical = to_canonical(value, unit, vital.unit)
    except UnitMismatch:
        raise Unreadable(f"{vital.words} is in {unit[:20]}, which can’t be read as {vital.unit}") from None
    if not vital.lowest <= canonical <= vital.highest:
        raise Unreadable(f"{vital.words} of {value.normalize():f} {unit} is not possible")
    return canonical


def _recorded_at(resource: Node) -> object:
    period = child(resource, "effectivePeriod")
    return resource.get("effectiveDateTime") or resource.get("effectiveInstant") or period.get("start")


def _other_kind(resource: Node) -> str:
    categories = {code for concept in children(resource, "category") for code in codes(concept)}
    if "laboratory" in categories:
        return "A laboratory value. Vital signs are taken."
    if "survey" in categories or "social-history" in categories:
        return "An answer to a questionnaire. Vital signs are taken."
    return "Not one of the vital signs that are taken."
