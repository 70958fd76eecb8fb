"""Names folded and compared; dates of a life."""

from datetime import date

import pytest

from medexpro.clients.rules import dates
from medexpro.clients.rules.names import Person, digits, fold, likely_same, slips_apart

TODAY = date(2026, 10, 13)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Zoë  Müller-Lüdenscheidt", "zoe muller ludenscheidt"),
        ("O'Neill", "oneill"),
        ("Łukasz Gróß", "lukasz gross"),
        ("王小明", "王小明"),
        ("Ελένη", "ελενη"),
        ("🙂", "🙂"),  # Signs only: kept, so that the record is found again.
        ("Ana 🙂 Torres", "ana torres"),
        ("", ""),
    ],
)
def test_folding(typed, folded):
    assert fold(typed) == folded


def test_phone_numbers_are_compared_by_their_digits():
    assert digits("+1 (614) 555-0142") == digits("614.555.0142") == "6145550142"


JANET = Person(1, "Janet Ellery", date(1958, 3, 4), "555-0134 11", "janet@example.org")


@pytest.mark.parametrize(
    ("person", "reasons"),
    [
        (Person(2, "Ellery Janet"), ["same name"]),
        (Person(2, "JANET  ELLERY", date(1958, 3, 4)), ["same name", "same birth date"]),
        (Person(2, "Janet Ellrey", date(1958, 3, 4)), ["nearly the same name", "same birth date"]),
        (Person(2, "J. Marsh", None, "(555) 013-411"), ["same phone"]),
        (Person(2, "J. Marsh", None, "", "JANET@example.org "), ["same e-mail"]),
        (Person(2, "Janet Marsh", date(1958, 3, 4)), None),  # A birth date alone is shared by many.
        (Person(2, "Janet Ellery", date(1990, 1, 1)), None),  # Mother and daughter.
        (Person(2, "Joan Ellery"), None),
        (Person(2, "小明 王"), None),
    ],
)
def test_likely_the_same_person(person, reasons):
    found = likely_same(person, [JANET])
    assert [list(match.reasons) for match in found] == ([reasons] if reasons else [])


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("smith", "smith", 0),
        ("smith", "smih", 1),
        ("smith", "smiths", 1),
        ("smith", "smtih", 1),
        ("ab", "cd", 2),
    ],
)
def test_slips(one, other, slips):
    assert slips_apart(one, other) == slips == slips_apart(other, one)


@pytest.mark.parametrize(
    ("born", "part"),
    [
        (None, ""),
        (date(2026, 10, 13), ""),  # Born today.
        (date(2026, 10, 14), "future"),
        (date(1906, 10, 13), ""),  # 120 today.
        (date(1905, 10, 12), "older than 120"),
    ],
)
def test_birth_dates(born, part):
    found = dates.check_birth_date(born, TODAY)
    assert part in found if part else found == ""


def test_a_birthday_makes_grown_up():
    assert dates.is_minor(date(2008, 10, 14), TODAY)
    assert not dates.is_minor(date(2008, 10, 13), TODAY)
    assert not dates.is_minor(None, TODAY)
