"""The check digit of an NPI."""

import pytest

from medexpro.providers.rules.npi import check_npi, plain


@pytest.mark.parametrize(
    ("npi", "part_of_sentence"),
    [
        ("1234567893", ""),  # The example of the standard.
        ("1245319599", ""),
        ("1234567890", "does not fit"),
        ("1243567893", "does not fit"),  # Two digits swapped.
        ("123456789", "this has 9"),
        ("3234567893", "begins with 1 or 2"),
        ("12345٦7893", "digits only"),  # A digit of another script.
        ("12345 6789", "digits only"),
    ],
)
def test_check_digit(npi, part_of_sentence):
    found = check_npi(npi)
    assert (part_of_sentence in found) if part_of_sentence else found == ""


def test_spaces_and_dashes_are_how_people_write_it():
    assert plain("1234-567 893") == "1234567893"
