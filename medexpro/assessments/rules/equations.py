"""What an equation expects of one person: expected value, per cent of it, and the lower limit where one is in force."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from medexpro.assessments.rules.subject import NoComparison, Subject, holds
from medexpro.kernel.reference import EquationRow, NormSet

HUNDRED = Decimal(100)
# The equations were made in a corridor; a walk round a 50-yard course is another test (Rikli and Jones 1999).
COURSES = frozenset({"corridor_30m"})
NAMES = {
    "enright_1998": "Enright and Sherrill 1998",
    "enright_2003": "Enright 2003",
    "troosters_1999": "Troosters 1999",
}


@dataclass(frozen=True)
class Prediction:
    """What an equation expects of a person, and the lower limit of normal where one is in force."""

    expected: Decimal
    lower_limit: Decimal | None
    equation: EquationRow

    @property
    def name(self) -> str:
        """Return the equation's authors and year."""
        return NAMES.get(self.equation.equation_id, self.equation.equation_id.replace("_", " "))

    def percent(self, value: Decimal) -> Decimal:
        """Return a reading as per cent of what is expected.

        Raises ValueError where nothing above zero is expected: there is no share of it.
        """
        if self.expected <= 0:
            raise ValueError(f"the equation expects nothing of this person: {self.expected}")
        return value * HUNDRED / self.expected


def equation_ids(table: NormSet) -> tuple[str, ...]:
    """Return the equations of a table, each once, in the table's order."""
    return tuple(dict.fromkeys(row.equation_id for row in table.equations))


def predict(
    table: NormSet, subject: Subject, equation_id: str = "", *, turned_on: Collection[str] = ()
) -> Prediction | NoComparison:
    """Return what the table's equation expects of this person, in the measure's unit, or say why not.

    equation_id: which equation; empty takes the first that covers sex and age. turned_on: see `subject.holds`.
    The lower limit has a mark of its own: without one in force there is none.
    """
    if subject.age is None or subject.height_cm is None or subject.weight_kg is None:
        return NoComparison(table.title, "The equation needs age, height and weight.")
    rows = [row for row in table.equations if row.sex in {"any", subject.sex}]
    rows = [row for row in rows if equation_id in {"", row.equation_id}]
    if not rows:
        return NoComparison(
            table.title, "The equations are for men and for women; the client's record names neither."
        )
    for row in rows:
        if row.age_min <= subject.age <= row.age_max and holds(row.verification, table.file, turned_on):
            expected = (
                row.intercept_m
                + row.height_cm_coef * subject.height_cm
                + row.weight_kg_coef * subject.weight_kg
                + row.age_y_coef * subject.age
            )
            if expected <= 0:
                return NoComparison(
                    table.title, "Height, weight and age lie outside what the equation was made for."
                )
            limited = row.lln_verification is not None and holds(row.lln_verification, table.file, turned_on)
            lower = expected - row.lln_subtract_m if limited and row.lln_subtract_m is not None else None
            return Prediction(expected, lower, row)
    youngest, oldest = min(row.age_min for row in rows), max(row.age_max for row in rows)
    return NoComparison(
        table.title, f"The equations cover the ages {youngest} to {oldest}; the client is {subject.age}."
    )


def course_differs(table: NormSet, subject: Subject) -> str:
    """Return the sentence that says the walk was not done as the equations ask; empty when it was."""
    if subject.device in COURSES:
        return ""
    return f"“{table.title}” holds for a 30 m corridor; another way was used, or none was recorded."
