"""Phrases offered for the note say what happened, and nothing that did not."""

from decimal import Decimal

import pytest

from medexpro.sessions.rules.phrases import Done, Pressure, offered


def done(name="Heel slide", **changed):
    values = {"sets": 2, "quantity": Decimal(10), "load": None, "load_unit": "lb", "effort": 4, "pain": 1}
    return Done(name, **(values | changed))


def pressure(systolic, diastolic, *, at_rest):
    return Pressure(Decimal(systolic), Decimal(diastolic), at_rest)


REST, WORK = {"at_rest": True}, {"at_rest": False}


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ([pressure(138, 82, **REST)], []),
        ([pressure(164, 98, **REST), pressure(146, 86, **REST)], ["Blood pressure 164/98, then 146/86 after rest."]),
        ([pressure(138, 82, **REST), pressure(164, 98, **WORK)], ["Blood pressure 138/82, then 164/98 during exercise."]),
    ],
)  # fmt: skip
def test_a_second_pressure_says_whether_it_was_taken_at_rest(taken, said):
    phrases = offered([], taken, as_planned=False, effort_ceiling=6)
    assert phrases == said


@pytest.mark.parametrize(
    ("lines", "as_planned", "ceiling", "says_so"),
    [
        ([done()], True, 6, True),
        ([done()], False, 6, False),  # Something is open, left out or swapped.
        ([done(effort=6)], True, 5, False),  # Over this program's ceiling.
        ([done(effort=None)], True, 6, False),  # Nobody asked for the effort.
        ([], True, 6, False),
    ],
)
def test_all_as_planned_is_said_only_when_all_was(lines, as_planned, ceiling, says_so):
    phrases = offered(lines, [], as_planned=as_planned, effort_ceiling=ceiling)
    assert any(phrase.startswith("All exercises done as planned") for phrase in phrases) is says_so


def test_a_load_that_changed_comes_first():
    line = done(load=Decimal(25), last_load=Decimal(20), last_quantity=Decimal(10))
    first = offered([line], [], as_planned=True, effort_ceiling=6)[0]
    assert first == "Heel slide: load up to 25 lb from 20."
