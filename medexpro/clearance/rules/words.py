"""How the rules of this area say measures, parts and numbers. One place, so that every sentence sounds the same."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

# The short names of the floor; the library's full names belong to pages that teach a test.
LABELS: dict[str, tuple[str, str]] = {
    "bp_systolic": ("Systolic pressure", "mmHg"),
    "bp_diastolic": ("Diastolic pressure", "mmHg"),
    "resting_hr": ("Resting pulse", "/min"),
    "pain_nrs": ("Pain", "of 10"),
    "spo2": ("Oxygen saturation", "%"),
    "blood_glucose": ("Blood glucose", "mg/dL"),
    "blood_ketones": ("Blood ketones", "mmol/L"),
    "rpe_6_20": ("Effort", "of 20"),
    "rpe_cr10": ("Effort", "of 10"),
    "dyspnoea_0_10": ("Breathlessness", "of 10"),
    "orthostatic_bp_drop": ("Systolic fall on standing", "mmHg"),
    "weight": ("Weight", "kg"),
    "calf_girth": ("Calf girth", "cm"),
}

QUESTIONS = {
    "red_flag_question": "The red-flag question",
    "signs_question": "The question about today’s signs",
}

PARTS = {
    "session": "the session",
    "aerobic": "aerobic exercise",
    "resistance": "resistance exercise",
    "weight_bearing": "weight-bearing exercise",
    "joint": "exercise of that joint",
    "exercise": "that exercise",
}


def lowered(text: str) -> str:
    """Return a phrase as it stands inside a sentence; an abbreviation in front keeps its capitals.

    >>> lowered("Systolic pressure"), lowered("SpO2")
    ('systolic pressure', 'SpO2')
    """
    first = text.split(" ")[0]
    return text if first[1:] != first[1:].lower() else text[:1].lower() + text[1:]


def label(measure: str, labels: Mapping[str, tuple[str, str]]) -> str:
    """Return the name of a measure or question as it starts a sentence."""
    if measure in QUESTIONS:
        return QUESTIONS[measure]
    known = labels.get(measure) or LABELS.get(measure)
    return known[0] if known else measure.replace("_", " ").capitalize()


def unit(measure: str, labels: Mapping[str, tuple[str, str]]) -> str:
    """Return the unit of a measure as people write it; empty when it has none."""
    known = labels.get(measure) or LABELS.get(measure)
    return known[1] if known else ""


def number(value: Decimal) -> str:
    """Return a number without idle zeros and with a true minus.

    >>> number(Decimal("184.000000")), number(Decimal("1.40")), number(Decimal("-5"))
    ('184', '1.4', '−5')
    """
    return plain(value).replace("-", "\u2212")


def plain(value: Decimal) -> str:
    """Return a number for a machine: no idle zeros, no exponent.

    >>> plain(Decimal("1.400000")), plain(Decimal("6E+1"))
    ('1.4', '60')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(measure: str, value: Decimal, labels: Mapping[str, tuple[str, str]]) -> str:
    """Return a value with its unit.

    >>> amount("bp_systolic", Decimal("184"), {}), amount("resting_hr", Decimal("62"), {})
    ('184 mmHg', '62/min')
    """
    said = unit(measure, labels)
    if said.startswith("/"):
        return number(value) + said
    return f"{number(value)} {said}".strip()


def day(on: date) -> str:
    """Return a day as the practice writes it.

    >>> day(date(2026, 10, 3))
    'Oct 3, 2026'
    """
    return f"{on:%b} {on.day}, {on.year}"


def part(closes: str) -> str:
    """Return the words for a part that is closed.

    >>> part("aerobic"), part("exercise:leg_press")
    ('aerobic exercise', 'leg press')
    """
    kind, _, exercise = closes.partition(":")
    return (exercise or PARTS.get(kind, kind)).replace("_", " ")


def listing(items: list[str]) -> str:
    """Return items as one phrase.

    >>> listing(["pain", "pulse", "glucose"])
    'pain, pulse and glucose'
    """
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
