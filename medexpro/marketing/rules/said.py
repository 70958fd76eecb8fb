"""What a value means, for the person who was measured. Plain words; a published table or line by its name.

Nothing here speaks of a disease, of risk or of the future: a value, people of the same age, a published line.
"""

from decimal import Decimal

from medexpro.assessments.rules.lines import INSIDE, SIDES
from medexpro.assessments.rules.norms import Comparison, Line, NoComparison, Subject
from medexpro.kernel import quantities
from medexpro.kernel.reference import Measure, NormKind


def compared(measure: Measure, found: Comparison | NoComparison, value: Decimal, subject: Subject) -> str:
    """Return how a value lies among people, said so that nobody needs to know what a percentile is.

    value: in the measure's unit. The table is named, and where none fits, that is said instead.
    """
    if isinstance(found, NoComparison):
        return no_table(subject)
    if found.kind is NormKind.PERCENTILES:
        return f"{found.sentence} {_of_a_hundred(found)}"
    if found.kind is NormKind.MEAN and found.middle is not None and measure.words and value != found.middle:
        # "Above" alone does not say whether more seconds are good.
        word = measure.words.more if value > found.middle else measure.words.less
        return f"{found.sentence} That is {word}."
    return found.sentence


def no_table(subject: Subject) -> str:
    """Return why nothing is compared."""
    if subject.age is None:
        return "Without an age no published table can be read."
    if subject.sex not in ("female", "male"):
        return "The published tables are for women and for men; neither was chosen, so none is shown."
    return "No published table covers this age and this way of testing, so none is shown."


def _of_a_hundred(found: Comparison) -> str:
    """Return a percentile as people: a lower value is a lower number, whatever is better."""
    if found.below is None:
        return f"Of 100 people like you, fewer than {found.above} have a lower value."
    if found.above is None:
        return f"Of 100 people like you, {found.below} or more have a lower value."
    if found.below == found.above:
        return f"Of 100 people like you, about {found.below} have a lower value."
    return f"Of 100 people like you, between {found.below} and {found.above} have a lower value."


def line(name: str, found: Line, value: Decimal, measure: Measure) -> str:
    """Return on which side of a published line a value lies; empty where the line can't be weighed.

    name: what the line is called. At or above a line that names the range "12 and more" is inside that range.
    """
    if found.limit is None or found.cutoff.op not in SIDES:
        return ""
    inside, outside = SIDES[found.cutoff.op]
    side = inside if INSIDE[found.cutoff.op](value, found.limit) else outside
    unit = quantities.label(measure.unit)
    return f"{side[:1].upper()}{side[1:]} the {name} of {_plain(found.limit)} {unit}".rstrip() + "."


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
