"""One row of a list of clients, read into the fields of a client; what can't be read is told with its column."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from medexpro.clients.rules.names import digits, fold

MONTH_FIRST, DAY_FIRST, UNCLEAR = "month", "day", ""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# A time that some programs write behind every day.
_TIME = re.compile(
    r"[T ]\s*\d{1,2}:\d{2}(:\d{2})?(\.\d+)?\s*([ap]\.?m\.?)?\s*(Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)
_NUMBERS = re.compile(r"(\d{1,4})\s*([./\- ])\s*(\d{1,2})\s*\2\s*(\d{1,4})")
_SEX = {
    **dict.fromkeys(("f", "female", "w", "woman", "weiblich", "fem"), "female"),
    **dict.fromkeys(("m", "male", "man", "mannlich"), "male"),
    **dict.fromkeys(("o", "x", "d", "other", "another", "non binary", "nonbinary", "divers"), "other"),
    **dict.fromkeys(("", "u", "unknown", "not recorded", "not asked", "n a", "na", "none"), "unknown"),
}
_NOTHING = {"", "-", "--", "n/a", "na", "null", "none", "nil", "#n/a"}


@dataclass(frozen=True)
class Problem:
    """Why a row can't be taken. column: the heading it stands under, empty for the row as a whole."""

    column: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.column}: {self.sentence}" if self.column else self.sentence


@dataclass(frozen=True)
class Read:
    """A row as read: the fields of a client, or why it is not taken."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def order_of_days(texts: Iterable[str]) -> str:
    """Return whether a column of days writes the month or the day first, UNCLEAR where none of its days tells.

    One day that can only be read one way tells for all; where some say this and others that, it is as most say, and
    the others are told when they are read. Days with the year first, or the month in words, tell nothing.

    >>> order_of_days(["3/4/1958", "14/3/1958"]), order_of_days(["3/14/1958"]), order_of_days(["3/4/1958"])
    ('day', 'month', '')
    """
    month = day = 0
    for text in texts:
        found = _NUMBERS.fullmatch(_without_time(text))
        if not found or len(found[1]) > 2:
            continue
        first, second = int(found[1]), int(found[3])
        month += first <= 12 < second <= 31
        day += second <= 12 < first <= 31 or (found[2] == "." and first <= 31)
    return UNCLEAR if not month and not day else DAY_FIRST if day > month else MONTH_FIRST


def read_day(text: str, order: str) -> date:
    """Return the day a cell means. order: of days in numbers, MONTH_FIRST where it is unclear.

    Raises ValueError with a sentence: no day, not in the calendar, or a year of two digits.

    >>> read_day("1958-03-14", MONTH_FIRST), read_day("14/3/1958", DAY_FIRST), read_day("14 Mar 1958", MONTH_FIRST)
    (datetime.date(1958, 3, 14), datetime.date(1958, 3, 14), datetime.date(1958, 3, 14))
    """
    said = _without_time(text)
    found = _NUMBERS.fullmatch(said)
    if found:
        year, month, dom = _of_numbers(found[1], found[3], found[4], order)
    elif re.fullmatch(r"\d{8}", said):
        year, month, dom = said[:4], said[4:6], said[6:]
    else:
        year, month, dom = _of_words(said)
    if len(year) != 4:
        raise ValueError(f"“{said[:30]}” has a year of two digits. Write all four.")
    try:
        return date(int(year), int(month), int(dom))
    except ValueError:
        hint = ""
        if found and len(found[1]) <= 2 and int(month) > 12 >= int(dom):
            hint = (
                f" The other days of this column have the {'day' if order == DAY_FIRST else 'month'} first."
            )
        raise ValueError(f"“{said[:30]}” is no day of the calendar.{hint}") from None


def _without_time(text: str) -> str:
    return _TIME.sub("", " ".join(text.split())).strip().rstrip(",")


def _of_numbers(first: str, second: str, third: str, order: str) -> tuple[str, str, str]:
    if len(first) > 2:
        return first, second, third
    return (third, second, first) if order == DAY_FIRST else (third, first, second)


def _of_words(said: str) -> tuple[str, str, str]:
    words = re.findall(r"\d+|[^\W\d_]+", said.casefold()[:40])
    named = [word for word in words if not word.isdecimal()]
    numbers = [re.sub(r"\D", "", word) for word in words if word.isdecimal()]
    named = [word for word in named if word not in {"st", "nd", "rd", "th", "of"}]
    if len(named) != 1 or len(numbers) != 2 or named[0][:3] not in _MONTHS:
        raise ValueError(f"“{said[:30]}” is no day. Write it as 1958-03-14 or 3/14/1958.")
    month = str(_MONTHS.index(named[0][:3]) + 1)
    if len(numbers[0]) == 4:
        return numbers[0], month, numbers[1]
    return numbers[1], month, numbers[0]


def read_name(text: str) -> tuple[str, str]:
    """Return first and last name of a whole one: the last word sorts, unless a comma says which does.

    >>> read_name("Janet Ellery"), read_name("Ellery, Janet M."), read_name("Cher")
    (('Janet', 'Ellery'), ('Janet M.', 'Ellery'), ('', 'Cher'))
    """
    said = " ".join(text.split())
    if "," in said:
        family, _, given = said.partition(",")
        return (given.strip(" ,"), family.strip(" ,")) if family.strip(" ,") else ("", given.strip(" ,"))
    given, _, family = said.rpartition(" ")
    return given, family


def read_row(
    cells: Sequence[str], columns: Sequence[str], headings: Sequence[str], *, order: str, today: date
) -> Read:
    """Return a row as the fields of a client.

    columns: what each column is, empty where it is left out. order: how its days are written. today: in the practice.
    Cells beyond the headings are a problem: a sign that parts columns stands in one of them, and nothing is where it
    seems to be.
    """
    if any(cell.strip() for cell in cells[len(columns) :]):
        return Read(
            problems=(
                Problem(
                    "",
                    f"The row has {len(cells)} cells under {len(columns)} headings. Put quotes around a text with commas.",
                ),
            )
        )
    given: dict[str, str] = {}
    where: dict[str, str] = {}
    for key, heading, cell in zip(columns, headings, cells, strict=False):
        said = " ".join(cell.replace("\x00", "").split())
        if key and said.casefold() not in _NOTHING:
            given[key], where[key] = said, heading or key
    values: dict[str, Any] = {}
    problems = []
    for key in (
        "given_name",
        "family_name",
        "preferred_name",
        "salutation",
        "pronouns",
        "phone",
        "email",
        "language",
        "notes_to_staff",
    ):
        if key in given:
            values[key] = given[key]
    if "whole_name" in given:
        values["given_name"], values["family_name"] = read_name(given["whole_name"])
    if address := _address(given):
        values["address"] = address
    if "birth_date" in given:
        try:
            values["birth_date"] = read_day(given["birth_date"], order)
        except ValueError as error:
            problems.append(Problem(where["birth_date"], str(error)))
        else:
            if values["birth_date"] > today:
                problems.append(Problem(where["birth_date"], "A birth date can’t lie in the future."))
    if "sex" in given:
        sex = _SEX.get(fold(given["sex"]))
        if sex is None:
            problems.append(
                Problem(where["sex"], f"“{given['sex'][:30]}” is neither female, male nor another.")
            )
        else:
            values["sex"] = sex
    if not values.get("family_name") and not values.get("given_name"):
        problems.append(Problem("", "There is no name."))
    return Read(values, tuple(problems))


def _address(given: dict[str, str]) -> str:
    """Return the address as one line."""
    region = " ".join(given[key] for key in ("region", "postal_code") if key in given)
    parts = [
        given.get("address", ""),
        given.get("street", ""),
        given.get("street_2", ""),
        given.get("city", ""),
        region,
    ]
    return ", ".join(part for part in parts if part)


def who(values: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return what tells the person of a row from others: two rows that agree in all of it are one person."""
    born = values.get("birth_date")
    return (
        fold(f"{values.get('given_name', '')} {values.get('family_name', '')}"),
        born.isoformat() if isinstance(born, date) else "",
        digits(values.get("phone", "")),
        values.get("email", "").casefold(),
    )


class Earlier:
    """The people of the rows before, to see one of them again. Compact: a name, a day and a number each."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[str, int]]] = {}
        self._times: dict[tuple[str, str, str, str], int] = {}

    def seen(self, row: int, values: dict[str, Any]) -> tuple[int | None, int]:
        """Return the first earlier row that may be the same person, and how many times exactly this one came before.

        The same name is the same person unless both birth dates are known and differ. Notes the row.
        """
        key = who(values)
        name, born = key[0], key[1]
        known = self._rows.setdefault(name, [])
        earlier = next((at for other, at in known if not born or not other or born == other), None)
        known.append((born, row))
        times = self._times.get(key, 0)
        self._times[key] = times + 1
        return earlier, times
