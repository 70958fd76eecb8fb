"""What an exercise entry may say: sets, quantity, load, effort and pain inside what a person can do."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

# House rule: what the steppers reach and a keyboard may not pass, per unit of quantity.
MOST = {"reps": 200, "seconds": 3600, "minutes": 180, "metres": 20000, "flights": 100}
MOST_SETS = 12
MOST_LOAD = Decimal(500)


class Impossible(ValueError):
    """A value nobody can log. The text is for the person, and says what would do."""


def number_in(value: Any, low: Decimal | int, high: Decimal | int, name: str) -> Decimal:
    """Return a number between two ends, both included. Raises Impossible with a sentence.

    >>> number_in("10", 0, 200, "Reps")
    Decimal('10')
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Impossible(f"{name}: “{value}” is not a number.") from None
    if not number.is_finite() or not low <= number <= high:
        raise Impossible(f"{name} can be {low} to {high}, not {value}.")
    return number


def read_sets(sets: Any, quantity_unit: str) -> list[dict[str, str | None]]:
    """Return the sets of an entry, checked: [{"quantity": "10", "load": "5"}]. Raises Impossible.

    Decimals are kept as text, exact as typed.
    """
    if not isinstance(sets, list) or not 1 <= len(sets) <= MOST_SETS:
        raise Impossible(f"An exercise has 1 to {MOST_SETS} sets.")
    name = quantity_unit.capitalize() or "Quantity"
    read = []
    for one in sets:
        if not isinstance(one, Mapping):
            raise Impossible("A set needs a quantity.")
        quantity = number_in(one.get("quantity"), 0, MOST.get(quantity_unit, 1000), name)
        load = one.get("load")
        read.append(
            {
                "quantity": str(quantity),
                "load": None if load in (None, "") else str(number_in(load, 0, MOST_LOAD, "Load")),
            }
        )
    return read


def read_score(value: Any, name: str) -> int | None:
    """Return a score of 0 to 10, or None where none was given. Raises Impossible.

    >>> read_score(4, "Pain"), read_score(None, "Pain")
    (4, None)
    """
    if value is None or value == "":
        return None
    number = number_in(value, 0, 10, name)
    if number != int(number):
        raise Impossible(f"{name} is a whole number from 0 to 10.")
    return int(number)


def read_minutes(seconds: Any, categories: set[str], elapsed_s: float) -> dict[str, int]:
    """Return seconds per service category. They can't add up to more than the session has lasted, with a minute's grace."""
    if not isinstance(seconds, Mapping):
        raise Impossible("Minutes are kept per service category.")
    read = {}
    for category, value in seconds.items():
        if category not in categories:
            raise Impossible(f"There is no service category “{category}”.")
        read[category] = int(number_in(value, 0, 6 * 3600, "Seconds"))
    if sum(read.values()) > elapsed_s + 60:
        raise Impossible("The service minutes add up to more than the session has lasted.")
    return read
