"""How a typed trial becomes a result of its measure: seconds over a course, raw sums, slipped decimal points.

What may be typed at all is `ranges`; this module adds the ways of typing that are not the measure's own unit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

from medexpro.assessments.rules import questionnaires, ranges
from medexpro.assessments.rules.clocks import Clock
from medexpro.assessments.rules.ranges import ReadingRefused
from medexpro.kernel import quantities
from medexpro.kernel.reference import Measure, NormSet

RAW_SUM = "{raw sum}"
SECONDS = "s"
SIX_PLACES = Decimal("0.000001")
# Where a finger slips: one place too far, one place short, two places.
SHIFTS = (Decimal("0.1"), Decimal(10), Decimal("0.01"), Decimal(100))


@dataclass(frozen=True)
class Way:
    """One way of doing a test. norm: what norm tables call it. course_m: metres, where the time is typed."""

    id: str
    name: str
    norm: str = ""
    course_m: Decimal | None = None


@dataclass(frozen=True)
class Entry:
    """How one measure is entered, named in short, drawn and reported. needs: both, involved or any side.

    plain: what it tells, for who does not know the test. lead: how a report's first sentence says its change.
    """

    short: str
    scale: tuple[Decimal, Decimal]
    domain: str = ""
    ticks: tuple[Decimal, ...] = ()
    needs: str = "any"
    raw_table: str = ""
    raw_highest: int = 0
    ways: Mapping[str, Way] = field(default_factory=dict)
    clock: Clock | None = None
    lines: Mapping[str, str] = field(default_factory=dict)
    us: str = ""
    plain: str = ""
    lead: str = ""

    @property
    def course_ways(self) -> bool:
        """Tell whether the time over a course is typed and a speed kept."""
        return any(way.course_m for way in self.ways.values())


@dataclass(frozen=True)
class Trial:
    """One trial as it is kept: the text and unit as typed, and the exact value in the measure's unit.

    question: empty, or the sentence that asks whether an unusual value is meant. instead: what was probably meant,
    as it would be typed; empty where nothing suggests itself.
    """

    typed: str
    unit: str
    value: Decimal
    question: str = ""
    instead: str = ""


def units_for(measure: Measure, entry: Entry, *, us: bool = False) -> tuple[str, ...]:
    """Return the units a trial may be typed in, the usual one of the practice first."""
    if entry.raw_table:
        return (RAW_SUM, measure.unit)
    known = ranges.units_of(measure)
    if entry.course_ways:
        return (SECONDS, *known)
    if us and entry.us in known:
        return (entry.us, *(unit for unit in known if unit != entry.us))
    return known


def read_trial(
    measure: Measure,
    entry: Entry,
    text: str,
    unit: str = "",
    *,
    way: str = "",
    table: NormSet | None = None,
    beside: Sequence[Decimal] = (),
    confirmed: bool = False,
    field: str | None = None,
) -> Trial:
    """Return a typed trial in the measure's unit.

    unit: as typed; seconds where the entry has courses (with the way that names its course), the raw sum where a
    table converts it; empty means the measure's own. beside: other trials and the previous value, by which a
    slipped decimal point is recognised. confirmed: the person was asked and meant it.
    Raises ReadingRefused or ScoreRefused with the sentence for the field.
    """
    unit = unit or measure.unit
    if measure.trials.kept == "computed":
        raise ReadingRefused(f"{measure.name} is worked out from other values, not typed.", field=field)
    if unit == RAW_SUM and table is not None:
        number = ranges.read_number(text, name=measure.name, field=field)
        if number != number.to_integral_value():
            raise ReadingRefused("A raw sum is a whole number.", field=field)
        row = questionnaires.interval_score(table, int(number), field=field)
        return Trial(text.strip(), unit, row.interval_score)
    if unit == SECONDS and entry.course_ways:
        return _over_course(measure, entry.ways.get(way), text, beside, confirmed=confirmed, field=field)
    reading = ranges.read(measure, text, unit, confirmed=confirmed, field=field)
    if (
        entry.raw_table
        and table is not None
        and questionnaires.raw_from_interval(table, reading.value) is None
    ):
        raise ReadingRefused(
            f"{reading.typed} is no score of the {entry.short} table. Type the raw sum (0 to {entry.raw_highest}) "
            "or the exact score.",
            field=field,
        )
    instead = ""
    if reading.question:
        number = ranges.read_number(text, field=field)
        instead = _meant(
            number, lambda typed: quantities.to_canonical(typed, unit, measure.unit), measure, beside
        )
    return Trial(reading.typed, unit, reading.value, reading.question, instead)


def speed(course_m: Decimal, seconds: Decimal) -> Decimal:
    """Return metres per second to six places.

    >>> speed(Decimal(4), Decimal("3.64"))
    Decimal('1.098901')
    """
    return (course_m / seconds).quantize(SIX_PLACES, rounding=ROUND_HALF_EVEN)


def _over_course(
    measure: Measure,
    way: Way | None,
    text: str,
    beside: Sequence[Decimal],
    *,
    confirmed: bool,
    field: str | None,
) -> Trial:
    if way is None or way.course_m is None:
        raise ReadingRefused("Choose the course first: it turns the time into a speed.", field=field)
    course = way.course_m
    seconds = ranges.read_number(text, name=measure.name, field=field)
    span = measure.valid_range
    low, high = course / span.max, course / span.min
    if not low <= seconds <= high:
        raise ReadingRefused(
            f"The time over {course} m lies between {_short(low)} and {_short(high)} s. You typed {_short(seconds)}.",
            field=field,
        )
    value = speed(course, seconds)
    question = instead = ""
    if not confirmed and not measure.plausible_range.holds(value):
        unit = quantities.label(measure.unit)
        question = (
            f"{text.strip()} s over {course} m is {_short(value)} {unit}, which is unusual. Is it right?"
        )
        instead = _meant(seconds, lambda typed: speed(course, typed), measure, beside)
    return Trial(text.strip(), SECONDS, value, question, instead)


def _meant(
    number: Decimal, to_value: Callable[[Decimal], Decimal], measure: Measure, beside: Sequence[Decimal]
) -> str:
    """Return the number with its decimal point moved, where that is plausible and nearest to the values beside it."""
    found = []
    for shift in SHIFTS:
        typed = number * shift
        if measure.whole_numbers and typed != typed.to_integral_value():
            continue
        value = to_value(typed) if typed else Decimal(0)
        if typed and measure.plausible_range.holds(value):
            distance = min((abs(value - other) for other in beside), default=Decimal(0))
            found.append((distance, typed))
    if not found:
        return ""
    best = min(found, key=lambda pair: pair[0])[1]
    return f"{best:f}" if best == best.to_integral_value() else f"{best.normalize():f}"


def _short(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')).normalize():f}"


def sides_needed(entry: Entry, sides: Sequence[str], involved: str) -> tuple[str, ...]:
    """Return the sides without which a planned measure is not complete; empty for a measure without sides, or when
    any side will do.

    involved: the side the episode is about, "left", "right" or anything else.

    >>> sides_needed(Entry("Knee flexion", (Decimal(0), Decimal(150)), needs="involved"), ("left", "right"), "right")
    ('right',)
    """
    if not sides or entry.needs == "any":
        return ()
    if entry.needs == "involved" and involved in sides:
        return (involved,)
    return tuple(sides)
