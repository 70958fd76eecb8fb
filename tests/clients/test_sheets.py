"""Lists of clients from other programs: signs, columns, days, names; whatever stands in them."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.clients.rules import cells, sheets
from tests.conftest import TODAY

HEADINGS = ["Last", "First", "DOB", "Sex", "Street", "City", "State", "Zip"]
COLUMNS = ["family_name", "given_name", "birth_date", "sex", "street", "city", "region", "postal_code"]


def read(*row, headings=HEADINGS, columns=COLUMNS, order=cells.MONTH_FIRST):
    return cells.read_row(row, columns, headings, order=order, today=TODAY)


@pytest.mark.parametrize(
    ("content", "encoding", "skip"),
    [
        ("Zoë".encode(), "utf-8", 0),
        ("Zoë".encode("utf-8-sig"), "utf-8", 3),
        ("Zoë".encode("latin-1"), "cp1252", 0),
        (b"\xef\xbb\xbf" + "Zoë".encode("latin-1"), "cp1252", 3),  # A mark of UTF-8 before Latin-1.
        ("“Zoë” €".encode("cp1252"), "cp1252", 0),
        (b"\x81\x8d", "latin-1", 0),
        ("Zoë".encode("utf-16"), "utf-16", 0),
        (b"", "utf-8", 0),
    ],
)
def test_the_signs_a_list_is_written_in(content, encoding, skip):
    assert sheets.encoding_of(content) == (encoding, skip)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read_as_text(content):
    encoding, skip = sheets.encoding_of(content)
    assert isinstance(content[skip:].decode(encoding), str)


@given(st.text(max_size=50), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_unicode_comes_back_as_it_was(text, encoding):
    content = text.lstrip("\ufeff").encode(encoding)
    found, skip = sheets.encoding_of(content)
    assert found == "utf-8" and content[skip:].decode(found) == text.lstrip("\ufeff")


WORD = st.text(st.characters(categories=["L", "Nd"], include_characters=" ,;|'"), min_size=1, max_size=12)


@given(
    st.lists(st.lists(WORD, min_size=3, max_size=3), min_size=2, max_size=8),
    st.sampled_from(sorted(sheets.DELIMITERS)),
)
def test_what_parts_the_columns_is_found_whatever_stands_in_them(rows, sign):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=sign, quoting=csv.QUOTE_ALL)
    writer.writerows(rows)
    assert sheets.delimiter_of(written.getvalue()) == sign


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (["Last Name", "First Name", "Date of Birth", "Gender", "Mobile", "Email"],
         ["family_name", "given_name", "birth_date", "sex", "phone", "email"]),
        (["clientId", "clientFirstName", "clientLastName", "birthDate (mm/dd/yyyy)"],
         ["", "given_name", "family_name", "birth_date"]),
        (["Name", "Vorname", "Geburtsdatum"], ["family_name", "given_name", "birth_date"]),
        (["NAME", "Phone (home)", "Phone (work)"], ["whole_name", "phone", ""]),
        (["Name", "First name", "Surname"], ["", "given_name", "family_name"]),
        (["Address 1", "Address 2", "City", "State", "Zip"], ["street", "street_2", "city", "region", "postal_code"]),
        (["", "?", "Shoe size"], ["", "", ""]),
        (["Member Name", "Member DOB", "Insurance name", "Emergency contact"], ["whole_name", "birth_date", "", ""]),
    ],
)  # fmt: skip
def test_columns_are_proposed_from_their_headings(headings, columns):
    assert sheets.proposed(headings) == columns


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from([name for column in sheets.COLUMNS for name in column.known_as]),
        ),
        max_size=12,
    )
)
def test_nothing_is_proposed_twice(headings):
    found = sheets.proposed(headings)
    taken = [key for key in found if key]
    assert len(found) == len(headings) and len(taken) == len(set(taken))


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (["family_name", "", "phone"], ""),
        (["phone"], "Say which column holds the name."),
        (["given_name", "phone", "phone"], "Phone is chosen for two columns. Leave one out."),
        (["whole_name", "given_name"], "Choose either the whole name, or first and last name."),
        (["shoe"], "There is no column “shoe”."),
    ],
)
def test_what_is_wrong_with_a_choice_of_columns(chosen, sentence):
    assert sheets.check_columns(chosen) == sentence


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["3/4/1958", "3/14/1958", ""], cells.MONTH_FIRST),
        (["3/4/1958", "14/3/1958"], cells.DAY_FIRST),
        (["04.03.1958"], cells.DAY_FIRST),  # Dots are written with the day first.
        (["1958-03-14", "14 March 1958", "x"], cells.UNCLEAR),
        (["3/14/1958", "3/15/1958", "31/12/1958"], cells.MONTH_FIRST),  # As most say.
        (["14/3/1958 00:00:00"], cells.DAY_FIRST),
    ],
)
def test_one_day_tells_how_all_of_its_column_are_written(texts, order):
    assert cells.order_of_days(texts) == order


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("1958-03-14", cells.MONTH_FIRST), ("3/14/1958", cells.MONTH_FIRST), ("14/3/1958", cells.DAY_FIRST),
        ("14.03.1958", cells.DAY_FIRST), ("14 Mar 1958", ""), ("March 14, 1958", ""), ("14th of March 1958", ""), ("19580314", ""),
        ("1958-03-14T00:00:00Z", ""), ("3/14/1958 12:00 AM", ""), ("03-14-1958", ""), ("1958/3/14", cells.DAY_FIRST),
    ],
)  # fmt: skip
def test_days_as_programs_write_them(text, order):
    assert cells.read_day(text, order) == date(1958, 3, 14)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("3/14/58", "“3/14/58” has a year of two digits. Write all four."),
        (
            "14/3/1958",
            "“14/3/1958” is no day of the calendar. The other days of this column have the month first.",
        ),
        ("2/30/1958", "“2/30/1958” is no day of the calendar."),
        ("0/0/0000", "is no day of the calendar."),
        ("spring 1958", "“spring 1958” is no day. Write it as 1958-03-14 or 3/14/1958."),
        ("21000", "is no day."),
    ],
)
def test_what_is_no_day_is_said(text, sentence):
    with pytest.raises(ValueError, match=r"no day|two digits") as refusal:
        cells.read_day(text, cells.MONTH_FIRST)
    assert sentence in str(refusal.value)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 1, 1)), st.sampled_from("/.- "))
def test_a_day_written_either_way_is_read_back_by_its_columns_order(day, sign):
    written = {
        cells.MONTH_FIRST: f"{day.month}{sign}{day.day}{sign}{day.year}",
        cells.DAY_FIRST: f"{day.day:02}{sign}{day.month:02}{sign}{day.year}",
    }
    assert all(cells.read_day(text, order) == day for order, text in written.items())
    assert cells.read_day(day.isoformat(), cells.DAY_FIRST) == day


@given(st.text(max_size=60), st.sampled_from([cells.MONTH_FIRST, cells.DAY_FIRST, ""]))
def test_any_text_is_a_day_or_a_sentence(text, order):
    try:
        assert isinstance(cells.read_day(text, order), date)
    except ValueError as error:
        assert str(error).startswith("“")


def test_a_row_becomes_a_client():
    found = read("Ellery", " Janet ", "3/4/1958", "F", "418 Alder Street", "Fairhaven", "OH", "44100")
    assert not found.problems and found.values == {
        "family_name": "Ellery", "given_name": "Janet", "birth_date": date(1958, 3, 4), "sex": "female",
        "address": "418 Alder Street, Fairhaven, OH 44100",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("Ellery", "Janet", "13/13/1958"), ["DOB: “13/13/1958” is no day of the calendar."]),
        (("Ellery", "Janet", "1/1/2027"), ["DOB: A birth date can’t lie in the future."]),
        (("", "n/a", "x", "?"), ["DOB: “x” is no day. Write it as 1958-03-14 or 3/14/1958.",
                                "Sex: “?” is neither female, male nor another.", "There is no name."]),
        (("Ellery", *"abcdefg", "extra"), ["The row has 9 cells under 8 headings. Put quotes around a text with commas."]),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_told_with_its_column(row, said):
    assert [str(problem) for problem in read(*row).problems] == said


def test_a_short_row_leaves_the_rest_empty():
    assert read("Cher").values == {"family_name": "Cher"}


@given(st.lists(st.text(max_size=30), max_size=10), st.sampled_from([cells.MONTH_FIRST, cells.DAY_FIRST]))
def test_any_row_is_read_or_told(row, order):
    found = read(*row, order=order)
    assert found.problems or found.values.get("family_name") or found.values.get("given_name")
    assert all("\x00" not in value for value in found.values.values() if isinstance(value, str))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Janet Ellery", ("Janet", "Ellery")), ("Ellery, Janet", ("Janet", "Ellery")), ("Cher", ("", "Cher")),
        (", Janet", ("", "Janet")), ("Ana Maria de Souza", ("Ana Maria de", "Souza")),
    ],
)  # fmt: skip
def test_whole_names_are_parted(text, name):
    assert cells.read_name(text) == name


def test_the_same_person_twice_is_known_by_name_day_and_ways_to_reach_them():
    one = {
        "given_name": "José",
        "family_name": "Ruiz",
        "phone": "+1 (555) 010-0142",
        "birth_date": date(1950, 1, 1),
    }
    two = {
        "given_name": "jose",
        "family_name": "RUIZ",
        "phone": "555-010-0142",
        "birth_date": date(1950, 1, 1),
    }
    assert cells.who(one) == cells.who(two) != cells.who(two | {"birth_date": date(1951, 1, 1)})
