"""The next step of an exercise: quantity, then a set, then load; only on two easy sessions; never past a ceiling."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from medexpro.programs.policy import dosage
from medexpro.programs.rules.dosage import DOWN, ONWARD, UP, Ceilings, Planned, next_step
from medexpro.programs.rules.facts import Done

FIRST = date(2026, 11, 20)
CEILINGS = Ceilings(effort=6, pain=5)


def plan(sets=2, quantity=10, load=None, **more):
    spans = {"sets_span": (2, 3), "quantity_span": (8, 12)} | more
    return Planned(
        sets,
        Decimal(quantity),
        "reps",
        load=load and Decimal(load),
        load_unit="kg" if load else "",
        effort=5,
        **spans,
    )


def did(*, effort=4, pain=1, sets=2, quantity=10, load=None, n=0):
    one = (Decimal(quantity), load and Decimal(load))
    return Done(
        "leg_press",
        "Leg press",
        FIRST + timedelta(days=3 * n),
        (one,) * sets,
        "kg" if load else "",
        effort,
        pain,
    )


def step(planned, *done, ceilings=CEILINGS):
    return next_step(planned, done, ceilings, dosage())


@pytest.mark.parametrize(
    ("planned", "done", "comes"),
    [
        (plan(), did(), (UP, 2, 12, None)),
        (plan(quantity=11), did(quantity=11), (UP, 2, 12, None)),                  # Never past the top of the span.
        (plan(quantity=12), did(quantity=12), (UP, 3, 12, None)),                  # Then a set.
        (plan(3, 12, 20), did(sets=3, quantity=12, load=20), (UP, 3, 8, 21)),      # Then load, reps back to the bottom.
        (plan(3, 12, 30), did(sets=3, quantity=12, load=30), (UP, 3, 8, "32.5")),
        (plan(3, 12), did(sets=3, quantity=12), None),                             # Nothing further to go.
        (plan(3, 12, onward="squat"), did(sets=3, quantity=12), (ONWARD, 3, 12, None)),
    ],
)  # fmt: skip
def test_after_two_easy_sessions_comes_one_step(planned, done, comes):
    found = step(planned, done, done)
    assert (found and (found.way, found.sets, found.quantity, found.load)) == (
        comes and (*comes[:2], Decimal(comes[2]), comes[3] and Decimal(comes[3]))
    )


@pytest.mark.parametrize(
    "last",
    [
        did(effort=6),                  # Above the effort aimed at, within the ceiling.
        did(effort=None),               # Not said is no evidence of ease.
        did(pain=2),                    # More pain than the time before.
        did(sets=1),                    # A set short.
        did(quantity=9),                # Not in full.
    ],
)  # fmt: skip
def test_without_two_easy_sessions_the_dose_stays(last):
    assert step(plan(), did(), last) is None


def test_one_session_is_not_enough():
    assert step(plan(), did()) is None and step(plan()) is None


@pytest.mark.parametrize(("last", "words"), [
    (did(effort=7, load=20), "above the ceiling of 6"),
    (did(pain=6, load=20), "above 5"),
    (did(pain=3, load=20), "Pain up from 1 to 3"),
])  # fmt: skip
def test_too_much_effort_or_pain_suggests_a_step_down(last, words):
    found = step(plan(load=20), did(load=20), last)
    assert (found.way, found.load, found.quantity) == (DOWN, 19, 10) and words in found.because


def test_where_a_precaution_or_a_gate_closes_it_nothing_is_suggested():
    assert step(plan(), did(), did(), ceilings=Ceilings(6, 5, closed=True)) is None


def test_a_written_limit_on_effort_counts_more_than_the_programs_aim():
    assert step(plan(), did(effort=5), did(effort=5)).way == UP
    assert step(plan(), did(effort=5), did(effort=5), ceilings=Ceilings(effort=4, pain=5)).way == DOWN


def test_what_was_done_above_a_written_limit_is_no_reason_for_more():
    """The provider wrote "at most 3": a 4 the time before was fine by the program, and still opens nothing."""
    limit = Ceilings(effort=3, pain=5)
    assert step(plan(), did(effort=4), did(effort=3), ceilings=limit) is None
    assert step(plan(), did(effort=3), did(effort=3), ceilings=limit).way == UP


SPANS = some.tuples(some.integers(1, 30), some.integers(0, 20)).map(lambda pair: (pair[0], pair[0] + pair[1]))
SESSIONS = some.lists(
    some.builds(
        did, effort=some.none() | some.integers(0, 10), pain=some.none() | some.integers(0, 10),
        sets=some.integers(1, 5), quantity=some.integers(1, 60), load=some.none() | some.integers(1, 600),
    ),
    max_size=4,
)  # fmt: skip


@given(
    sets=some.integers(1, 6), quantity=some.integers(1, 60), load=some.none() | some.integers(1, 600), spans=SPANS,
    sets_spans=some.sampled_from([(1, 2), (2, 3), (3, 3)]), done=SESSIONS, effort=some.integers(0, 10),
    closed=some.booleans(),
)  # fmt: skip
def test_no_step_ever_passes_a_ceiling(sets, quantity, load, spans, sets_spans, done, effort, closed):
    planned = plan(sets, quantity, load, quantity_span=spans, sets_span=sets_spans)
    found = step(planned, *done, ceilings=Ceilings(effort, 5, closed))
    if found is None:
        return
    assert not closed
    if found.way == UP:
        assert found.sets <= max(sets, sets_spans[1]) and found.quantity <= max(quantity, spans[1])
        assert found.load is None or found.load <= 500
        assert found.sets - sets <= 1 and found.quantity - quantity <= 2
        assert all(one.effort is not None and one.effort <= min(5, effort) for one in done[-2:])
        grew = [found.sets > sets, found.quantity > quantity, (found.load or 0) > (load or 0)]
        assert grew.count(True) == 1
    else:
        assert found.sets <= sets and found.quantity <= quantity and (found.load or 0) <= (load or 0)
