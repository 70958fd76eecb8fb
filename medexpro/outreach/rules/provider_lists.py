"""A list of providers as a spreadsheet writes it: which column is what, and who stands in a row."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from medexpro.clients.rules.names import fold
from medexpro.clients.rules.sheets import delimiter_of, encoding_of
from medexpro.providers.rules.npi import check_npi, plain

MOST_BYTES = 1_500_000
MOST_ROWS = 5_000
MOST_COLUMNS = 60
LENGTHS = {
    "given_name": 80, "family_name": 80, "credential": 60, "specialty": 120, "organisation": 200, "phone": 40, "fax": 40,
    "email": 254,
}  # fmt: skip
# How others head the columns, folded.
COLUMNS = {
    "family_name": ("last name", "lastname", "family name", "surname", "provider last name"),
    "given_name": ("first name", "firstname", "given name", "provider first name"),
    "whole_name": ("name", "provider", "provider name", "full name", "physician", "doctor", "referring provider", "contact"),
    "credential": ("credential", "credentials", "degree", "suffix", "license", "licence", "title", "type"),
    "specialty": ("specialty", "speciality", "taxonomy", "primary specialty"),
    "organisation": (
        "organisation", "organization", "practice", "clinic", "group", "company", "facility", "works at", "organization name",
        "practice name", "location",
    ),
    "npi": ("npi", "npi number", "national provider identifier"),
    "phone": ("phone", "telephone", "phone number", "office phone", "tel"),
    "fax": ("fax", "fax number", "office fax"),
    "email": ("email", "e mail", "email address"),
}  # fmt: skip
TYPES = {
    "MD": "MD", "MBBS": "MD", "DO": "DO", "DPM": "DPM", "NP": "NP", "FNP": "NP", "DNP": "NP", "APRN": "NP", "CRNP": "NP",
    "PA": "PA", "PAC": "PA", "PT": "PT", "DPT": "PT", "MPT": "PT", "OT": "OT", "OTR": "OT", "DC": "DC",
}  # fmt: skip
FORMULA = re.compile(r"^\s*[=@+\-\t\r]")


class ListUnreadable(ValueError):
    """The file is no list; its text says why, in the words of who chose it."""


@dataclass(frozen=True)
class Typed:
    """Who stands in one row. number: of the row, the headings being 1. problem: why it can't be taken, a sentence."""

    number: int
    given_name: str = ""
    family_name: str = ""
    type: str = "other"
    credential: str = ""
    specialty: str = ""
    organisation: str = ""
    npi: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        """Return whom the row names: a person, else the organisation."""
        return f"{self.given_name} {self.family_name}".strip() if self.family_name else self.organisation

    @property
    def is_person(self) -> bool:
        """Return whether it is a person."""
        return bool(self.family_name)


def read(content: bytes) -> list[Typed]:
    """Return who stands in each row that is not empty.

    Raises ListUnreadable for what is no list: empty, too large, binary, without a name among its headings, a quote that
    is not closed.
    """
    rows = _rows(content)
    if not rows:
        raise ListUnreadable("The file is empty.")
    columns = columns_of(rows[0][1])
    if not {"family_name", "whole_name", "organisation"} & set(columns):
        raise ListUnreadable(
            "No column is headed as a name. Head the columns in the first row, such as Name, NPI, Phone."
        )
    if len(rows) - 1 > MOST_ROWS:
        raise ListUnreadable(f"The list has {len(rows) - 1:,} rows. Up to {MOST_ROWS:,} are read; split it.")
    if len(rows) < 2:
        raise ListUnreadable("The file has headings and no rows under them.")
    return [typed_of(number, columns, cells) for number, cells in rows[1:]]


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    if len(content) > MOST_BYTES:
        raise ListUnreadable(
            f"The file is {len(content) / 1e6:.1f} MB. Lists up to {MOST_BYTES / 1e6:.1f} MB are read."
        )
    if content[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"} or content[:2] == b"\x1f\x8b":
        raise ListUnreadable("This is no CSV file. Save the spreadsheet as CSV and choose that.")
    encoding, skip = encoding_of(content)
    text = content[skip:].decode(encoding, errors="replace").replace("\x00", "")
    delimiter = delimiter_of(text[:20_000])
    if _ends_in_a_quote(text, delimiter):
        raise ListUnreadable("The list can’t be read to its end: a quote is not closed.")
    found, number = [], 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if len(cells) > MOST_COLUMNS:
                raise ListUnreadable(f"Row {number} has {len(cells)} columns. Up to {MOST_COLUMNS} are read.")
            if any(cell.strip() for cell in cells):
                found.append((number, cells))
    except csv.Error as error:
        raise ListUnreadable(f"Row {number + 1} can’t be read: a quote before it is not closed.") from error
    return found


def _ends_in_a_quote(text: str, delimiter: str) -> bool:
    """Return whether a quote is open at the end: everything behind it would stand in one cell."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def columns_of(headings: Sequence[str]) -> list[str]:
    """Return for each column what it holds, empty where nothing fits; nothing is taken twice.

    >>> columns_of(["NPI", "Provider Name", "Office Phone", "Shoe size"])
    ['npi', 'whole_name', 'phone', '']
    """
    found: list[str] = []
    for heading in headings:
        plain_ = fold(heading.replace("_", " "))
        key = next((one for one, known in COLUMNS.items() if plain_ in known and one not in found), "")
        found.append(key)
    return found


def typed_of(number: int, columns: Sequence[str], cells: Sequence[str]) -> Typed:
    """Return who stands in one row, or why it can't be taken."""
    given = {key: " ".join(cell.split()) for key, cell in zip(columns, cells, strict=False) if key}
    for key in (
        "family_name",
        "given_name",
        "whole_name",
        "credential",
        "specialty",
        "organisation",
        "email",
    ):
        if FORMULA.match(given.get(key, "")):
            return Typed(
                number, organisation=given[key][:40], problem="A cell begins as a formula does; no name does."
            )
    whole = given.pop("whole_name", "")
    if whole and not given.get("family_name"):
        first, last, credential = split_name(whole)
        given |= {"given_name": given.get("given_name") or first, "family_name": last}
        given["credential"] = given.get("credential") or credential
    known = {key: value for key, value in given.items() if key in Typed.__dataclass_fields__}
    if known.get("npi"):
        # Spreadsheets make numbers of them: 1.23457E+09, 1234567893.0.
        known["npi"] = plain(known["npi"].removesuffix(".0"))
    known["type"] = type_of(known.get("credential", ""))
    row = Typed(number, **known)
    return Typed(number, **known, problem=_problem(row))


def _problem(row: Typed) -> str:
    if not row.name:
        return "No name."
    if row.npi and (wrong := check_npi(row.npi)):
        return wrong
    for key, most in LENGTHS.items():
        if len(getattr(row, key)) > most:
            return f"{key.replace('_', ' ').capitalize()} is too long: {most} signs fit."
    if row.email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", row.email):
        return f"“{row.email[:40]}” is no e-mail address."
    return ""


def split_name(whole: str) -> tuple[str, str, str]:
    """Return first name, last name and what stands behind the name.

    >>> split_name("Dr. Priya Raman, MD"), split_name("Raman, Priya"), split_name("Raman, Priya, MD")
    (('Priya', 'Raman', 'MD'), ('Priya', 'Raman', ''), ('Priya', 'Raman', 'MD'))
    """
    text = re.sub(r"^(dr|prof|mr|mrs|ms)\.?\s+", "", whole.strip(), flags=re.IGNORECASE)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    behind = [part for part in parts[1:] if type_of(part) != "other"]
    parts = [part for part in parts if part not in behind] or parts[:1]
    if len(parts) > 1:
        return parts[1], parts[0], " ".join(behind)
    words = parts[0].split() if parts else []
    if not behind and len(words) > 2 and type_of(words[-1]) != "other":
        behind, words = [words[-1]], words[:-1]
    return " ".join(words[:-1]), words[-1] if words else "", " ".join(behind)


def type_of(credential: str) -> str:
    """Return how somebody is licensed by what stands behind the name.

    >>> type_of("MD, FAAOS"), type_of("P.A.-C"), type_of("MBA")
    ('MD', 'PA', 'other')
    """
    for part in re.split(r"[,/;\s]+", credential.upper()):
        if known := TYPES.get(re.sub(r"[^A-Z]", "", part)):
            return known
    return "other"
