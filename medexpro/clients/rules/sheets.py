"""A list of clients as other programs write it: in which signs, parted by what, which column is what."""

import codecs
import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from medexpro.clients.rules.names import fold

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LEFT_OUT = ""
_WINDOWS, _LATIN = "cp1252", "latin-1"
_BOM = codecs.BOM_UTF8


@dataclass(frozen=True)
class Column:
    """What a column of a list can be. words: how we call it; known_as: how others head it, folded."""

    key: str
    words: str
    known_as: tuple[str, ...]


COLUMNS = (
    Column("given_name", "First name", ("first name", "firstname", "given name", "forename", "first", "vorname")),
    Column(
        "family_name", "Last name", ("last name", "lastname", "family name", "surname", "last", "nachname", "name last")
    ),
    Column("whole_name", "Whole name", ("name", "full name", "client name", "client", "member name", "customer", "contact")),
    Column("preferred_name", "Likes to be called", ("preferred name", "nickname", "goes by", "known as", "called")),
    Column("salutation", "In letters", ("salutation", "title", "prefix", "anrede")),
    Column("pronouns", "Pronouns", ("pronouns",)),
    Column(
        "birth_date", "Birth date", ("birth date", "birthdate", "date of birth", "dob", "birthday", "born", "geburtsdatum")
    ),
    Column("sex", "Sex", ("sex", "gender", "geschlecht")),
    Column(
        "phone", "Phone", ("phone", "mobile", "cell", "telephone", "phone number", "mobile phone", "cell phone",
                           "home phone", "primary phone", "telefon"),
    ),
    Column("email", "E-mail", ("email", "e mail", "email address", "e mail address", "mail")),
    Column("address", "Whole address", ("address", "full address", "mailing address", "home address", "adresse")),
    Column("street", "Street", ("street", "street address", "address 1", "address1", "address line 1", "strasse")),
    Column("street_2", "Street, second line", ("address 2", "address2", "address line 2", "apt", "unit", "suite")),
    Column("city", "City", ("city", "town", "ort", "stadt")),
    Column("region", "State", ("state", "region", "province", "st")),
    Column("postal_code", "ZIP code", ("zip", "zip code", "zipcode", "postal code", "postcode", "plz")),
    Column("language", "Language", ("language", "preferred language", "sprache")),
    Column("notes_to_staff", "For the staff", ("notes", "note", "comments", "comment", "remarks", "alert")),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}


def encoding_of(content: bytes) -> tuple[str, int]:
    """Return the name of the encoding a text is written in, and how many bytes stand before it.

    UTF-8 and UTF-16 where it can be one, with or without its mark; else Windows-1252, which is Latin-1 with the curly
    quotes and the euro sign; else Latin-1, which holds any byte. A mark of UTF-8 before a text that is none is passed
    over: some programs write it before Latin-1.

    >>> encoding_of("Zoë".encode()), encoding_of(b"\\xef\\xbb\\xbfZo\\xeb"), encoding_of("Zoë".encode("utf-16"))
    (('utf-8', 0), ('cp1252', 3), ('utf-16', 0))
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16", 0) if _reads(content, "utf-16") else (_LATIN, 2)
    skip = len(_BOM) if content.startswith(_BOM) else 0
    for name in ("utf-8", _WINDOWS):
        if _reads(content[skip:], name):
            return name, skip
    return _LATIN, skip


def _reads(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def delimiter_of(beginning: str) -> str:
    """Return what parts the columns: the sign that parts the first rows into the most columns, all alike.

    beginning: some thousand signs from the start. A list of one column has a comma.

    >>> delimiter_of("Name;Born\\nDoe, John;1950-01-01\\n"), delimiter_of("Name\\nJohn\\n")
    (';', ',')
    """
    lines = beginning.splitlines()[:30]
    # A text in quotes ends at its quote. Only where no sign reads so is the list taken for a careless one.
    for strict in (True, False):
        scored = [(score, sign) for sign in DELIMITERS if (score := _score(lines, sign, strict=strict))]
        if scored:
            # Of equals the first: a comma is likelier than a bar.
            best = max(score for score, _ in scored)
            return next(sign for score, sign in scored if score == best)
    return ","


def _score(lines: list[str], sign: str, *, strict: bool) -> tuple[int, int] | None:
    """Return how well a sign parts rows: how many of ten agree, in how many columns; None where it parts nothing."""
    rows = []
    try:
        for row in csv.reader(lines, delimiter=sign, strict=strict):
            rows.append(row)
    except csv.Error as error:
        # The beginning may be cut off inside a text of several lines.
        if strict and "unexpected end" not in str(error):
            return None
    rows = [row for row in rows if any(row)]
    width = len(rows[0]) if rows else 0
    # More columns count only where the rows agree on them.
    return (sum(len(row) == width for row in rows) * 10 // len(rows), width) if width > 1 else None


def proposed(headings: Sequence[str]) -> list[str]:
    """Return for each column what it is taken for, LEFT_OUT where nothing fits; nothing is taken twice.

    The first column with the closest heading gets it; where first or last name stand alone, a "name" beside them is
    not the whole name.

    >>> proposed(["Last Name", "First Name", "DOB", "Cell Phone", "Shoe size"])
    ['family_name', 'given_name', 'birth_date', 'phone', '']
    >>> proposed(["Name", "Geburtsdatum", "Phone", "Phone"])
    ['whole_name', 'birth_date', 'phone', '']
    """
    plain = [_plain(heading) for heading in headings]
    found = [LEFT_OUT] * len(plain)
    for fits in (_is, _ends, _begins):
        for column in COLUMNS:
            if column.key in found:
                continue
            for place, heading in enumerate(plain):
                if (
                    found[place] == LEFT_OUT
                    and heading
                    and any(fits(heading, known) for known in column.known_as)
                ):
                    found[place] = column.key
                    break
    if "whole_name" in found and {"family_name", "given_name"} & set(found):
        # "Name" beside "First name" is the last name; beside both it is nothing more.
        found[found.index("whole_name")] = LEFT_OUT if "family_name" in found else "family_name"
    if "street" in found and "address" in found:
        found[found.index("address")] = LEFT_OUT
    return found


def _is(heading: str, known: str) -> bool:
    return heading == known


# Words before "name" that make it somebody else's, or a part of it.
_OTHER_NAMES = frozenset(
    {
        "first", "last", "middle", "maiden", "family", "given", "user", "company", "employer", "business", "emergency",
        "contact", "provider", "doctor", "physician", "insurance", "plan", "payer", "street", "file", "nick",
        "preferred", "parent", "guardian", "spouse", "mother", "father", "referring", "program",
    }
)  # fmt: skip


def _ends(heading: str, known: str) -> bool:
    """Return whether a heading is what is known with a word before it: "Client first name"."""
    if known == "name":
        return heading.endswith(" name") and not _OTHER_NAMES & set(heading.split())
    return len(known) > 2 and known not in {"first", "last", "unit", "note"} and heading.endswith(f" {known}")


def _begins(heading: str, known: str) -> bool:
    """Return whether a heading is what is known with more behind it: "Phone (home)", "DOB mm/dd/yyyy"."""
    return (
        len(known) > 2
        and known not in {"name", "first", "last", "client", "contact", "unit", "note"}
        and (heading.startswith(f"{known} "))
    )


def _plain(heading: str) -> str:
    """Return a heading in lower case, its words parted: "firstName", "first_name" and "First name" are one.

    >>> _plain("firstName"), _plain("E-Mail:"), _plain("Date_of_Birth"), _plain("DOB")
    ('first name', 'e mail', 'date of birth', 'dob')
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFC", heading)[:80])
    return fold(parted)


def check_columns(chosen: Sequence[str]) -> str:
    """Return what is wrong with a choice of columns, in a sentence; empty when clients can be made from it."""
    taken = [key for key in chosen if key != LEFT_OUT]
    if unknown := next((key for key in taken if key not in BY_KEY), None):
        return f"There is no column “{unknown[:40]}”."
    if twice := next((key for key in taken if taken.count(key) > 1), None):
        return f"{BY_KEY[twice].words} is chosen for two columns. Leave one out."
    if not {"family_name", "given_name", "whole_name"} & set(taken):
        return "Say which column holds the name."
    if "whole_name" in taken and {"family_name", "given_name"} & set(taken):
        return "Choose either the whole name, or first and last name."
    return ""
