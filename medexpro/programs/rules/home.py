"""The home program in plain words: dose, effort, and when to stop and call. House rules of wording; no figure of its own."""

from decimal import Decimal

# A page holds about eight exercises; more than this are no program anybody does at home.
MOST = 10
# How hard, by the ceiling of the program (effort of 10): the talk test, in everyday words.
EFFORT_WORDS = (
    (3, "It should feel light: you could sing while you do it."),
    (6, "It may feel somewhat hard: you can still talk in whole sentences."),
    (10, "It may feel hard, but you can still say a few words."),
)
UNITS = {
    "reps": ("time", "times"),
    "seconds": ("second", "seconds"),
    "minutes": ("minute", "minutes"),
    "metres": ("metre", "metres"),
    "flights": ("flight of stairs", "flights of stairs"),
}


def amount_words(sets: int, quantity: Decimal, unit: str) -> str:
    """Return a dose as a person at home reads it.

    >>> amount_words(2, Decimal("10.00"), "reps"), amount_words(1, Decimal(8), "minutes"), amount_words(3, Decimal(1), "flights")
    ('2 sets of 10', '8 minutes', '3 times 1 flight of stairs')
    """
    number = f"{quantity.normalize():f}"
    one, several = UNITS.get(unit, (unit, unit))
    each = f"{number} {one if quantity == 1 else several}"
    if sets == 1:
        return each
    return f"{sets} sets of {number}" if unit == "reps" else f"{sets} times {each}"


def days_words(days: int) -> str:
    """Return how often.

    >>> days_words(7), days_words(1), days_words(3)
    ('every day', 'once a week', '3 days a week')
    """
    return {7: "every day", 1: "once a week"}.get(days, f"{days} days a week")


def usual_days(days_a_week: str) -> int:
    """Return the lower end of the library's usual days, "3-7".

    >>> usual_days("3-7"), usual_days("5"), usual_days("daily")
    (3, 5, 3)
    """
    first = days_a_week.partition("-")[0]
    return min(int(first), 7) if first.isdigit() and int(first) else 3


def effort_words(ceiling: int) -> str:
    """Return how hard it may feel, for a ceiling of 10.

    >>> effort_words(6)
    'It may feel somewhat hard: you can still talk in whole sentences. At most 6 of 10.'
    """
    words = next(words for most, words in EFFORT_WORDS if ceiling <= most or most == 10)
    return f"{words} At most {ceiling} of 10."


def stop_words(pain_ceiling: int) -> tuple[str, ...]:
    """Return when to stop and call the practice. pain_ceiling: of 10, of the program."""
    return (
        f"Pain above {pain_ceiling} of 10 while you do it, or pain that is worse the next day",
        "New swelling, numbness or tingling",
        "You feel dizzy, unwell or unsteady",
    )


EMERGENCY = "Chest pain, trouble breathing, fainting: stop and call 911."
