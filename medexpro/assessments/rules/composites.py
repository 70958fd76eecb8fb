"""Scores worked out from several measures. Each carries its parts; where one is missing there is no score but its name.

A part that was not taken is never counted as nought: only "could not do it" is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from medexpro.kernel import quantities

HUNDRED = Decimal(100)
CENTIMETRES = Decimal(100)


@dataclass(frozen=True)
class Part:
    """One part of a score. points: None while it is missing; said: what was measured, in words; of: the most it can give."""

    name: str
    points: int | None
    of: int
    said: str = ""

    @property
    def words(self) -> str:
        """Return the part in words: “balance 4 of 4”."""
        return (
            f"{self.name} {self.points} of {self.of}" if self.points is not None else f"{self.name} missing"
        )


@dataclass(frozen=True)
class Score:
    """A score with its parts. total: None while a part is missing; missing: what is still to be taken, in words."""

    parts: tuple[Part, ...]
    missing: tuple[str, ...] = ()

    @property
    def total(self) -> int | None:
        """Return the sum of the parts, or None while one is missing."""
        if self.missing:
            return None
        return sum(part.points or 0 for part in self.parts)

    @property
    def of(self) -> int:
        """Return the most the score can be."""
        return sum(part.of for part in self.parts)


# ---- SPPB


@dataclass(frozen=True)
class Bands:
    """Points for a time: the first band whose upper end the time does not pass, else `beyond`."""

    ends: tuple[tuple[Decimal, int], ...]
    beyond: int

    def points(self, seconds: Decimal) -> int:
        """Return the points of a time in seconds, as the watch shows it.

        >>> Bands(((Decimal("4.81"), 4), (Decimal("6.20"), 3)), 1).points(Decimal("4.82"))
        3
        """
        return next((points for end, points in self.ends if seconds <= end), self.beyond)


@dataclass(frozen=True)
class SppbRule:
    """The figures of the battery: bands of both timed parts, seconds to hold, and the step the watch is read in."""

    gait: Bands
    chair: Bands
    hold: Decimal
    tandem_part: Decimal
    step: Decimal


@dataclass(frozen=True)
class Sppb:
    """What was measured of the battery. None: not taken. could_not: names of parts that were tried and not possible.

    together_s, semi_tandem_s, tandem_s: seconds held, up to 10. gait_s: seconds over 4 m from a standing start, the
    faster of two. chair_s: seconds for five stands.
    """

    together_s: Decimal | None = None
    semi_tandem_s: Decimal | None = None
    tandem_s: Decimal | None = None
    gait_s: Decimal | None = None
    chair_s: Decimal | None = None
    could_not: frozenset[str] = frozenset()


def from_stage(stage: int, hold: Decimal = Decimal(10), tandem_s: Decimal | None = None) -> Sppb:
    """Return the balance part as the 4-Stage Balance Test leaves it: the last stage held for 10 seconds.

    stage: 0 to 4: none, feet together, semi-tandem, tandem, one leg. tandem_s: seconds of a tandem stance that was not
    held to the end; without it stage 2 leaves the tandem part open.

    >>> from_stage(3).tandem_s, from_stage(2).tandem_s, from_stage(0).together_s
    (Decimal('10'), None, Decimal('0'))
    """
    none = Decimal(0)
    return Sppb(
        together_s=hold if stage >= 1 else none,
        semi_tandem_s=hold if stage >= 2 else none,
        tandem_s=hold if stage >= 3 else tandem_s if stage == 2 else none,
    )


def sppb(rule: SppbRule, taken: Sppb) -> Score:
    """Return the battery's score from 0 to 12 with its three parts of 4.

    Balance: a stance that is not held to the end closes the harder ones, as they are not tried then.
    Source: Guralnik JM et al. 1994, J Gerontol 49:M85-94.
    """
    balance, open_ = _balance(rule, taken)
    gait = _timed(rule.gait, rule.step, taken.gait_s, "gait" in taken.could_not)
    chair = _timed(rule.chair, rule.step, taken.chair_s, "chair" in taken.could_not)
    missing = [open_] if open_ else []
    missing += ["4 m walk from a standing start"] if gait is None else []
    missing += ["five stands from a chair"] if chair is None else []
    return Score(
        (
            Part("balance", balance, 4, _held(taken)),
            Part("walking", gait, 4, _seconds(taken.gait_s)),
            Part("chair", chair, 4, _seconds(taken.chair_s)),
        ),
        tuple(missing),
    )


def _balance(rule: SppbRule, taken: Sppb) -> tuple[int | None, str]:
    """Return the points of the balance part, or None and what is missing of it."""
    if "balance" in taken.could_not:
        return 0, ""
    points = 0
    for name, seconds in (("feet together", taken.together_s), ("semi-tandem", taken.semi_tandem_s)):
        if seconds is None:
            return None, f"balance with {name}"
        if seconds < rule.hold:
            return points, ""
        points += 1
    if taken.tandem_s is None:
        return None, "seconds of the tandem stance"
    return points + (2 if taken.tandem_s >= rule.hold else 1 if taken.tandem_s >= rule.tandem_part else 0), ""


def _timed(bands: Bands, step: Decimal, seconds: Decimal | None, could_not: bool) -> int | None:
    if could_not:
        return 0
    return None if seconds is None else bands.points(quantities.rounded(seconds, step))


def _seconds(value: Decimal | None) -> str:
    return "" if value is None else f"{quantities.rounded(value, '0.01')} s"


def _held(taken: Sppb) -> str:
    known = (
        ("feet together", taken.together_s),
        ("semi-tandem", taken.semi_tandem_s),
        ("tandem", taken.tandem_s),
    )
    return ", ".join(f"{name} {seconds.normalize():f} s" for name, seconds in known if seconds is not None)


# ---- STEADI


class Risk(StrEnum):
    """The three levels of the algorithm."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


@dataclass(frozen=True)
class SteadiRule:
    """The figures of the algorithm: from which age, which brochure score screens positive, how many falls are many."""

    age_min: int
    stay_independent: int
    many_falls: int


@dataclass(frozen=True)
class Screened:
    """What was asked. None: not asked.

    falls: in the last 12 months. injured: a fall with an injury. unsteady: feels unsteady or worries about falling.
    brochure: the score of the Stay Independent brochure.
    """

    falls: int | None = None
    injured: bool | None = None
    unsteady: bool | None = None
    brochure: int | None = None


@dataclass(frozen=True)
class Test:
    """One of the three tests. problem: whether its line is crossed; None where it was not taken or has no line."""

    __test__ = False  # Not a test of ours: pytest collects what is called so.

    name: str
    problem: bool | None
    said: str = ""


@dataclass(frozen=True)
class Steadi:
    """Where the algorithm ends. risk: None while something is missing; because: the steps that led there."""

    risk: Risk | None
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    why_not: str = ""


def steadi(rule: SteadiRule, age: int | None, screened: Screened, tests: Sequence[Test]) -> Steadi:
    """Return the level of fall risk by the algorithm's steps, or what is missing for one.

    Screen: a brochure score at or above the rule's, unsteady or worried, or a fall. Negative ends as low. Positive asks
    for the three tests: none with a problem ends as low, one with a problem as moderate, and as high with many falls or
    an injury. One problem is enough; that there is none needs all three tests.
    Source: CDC STEADI algorithm (three levels; newer editions join moderate and high to "at risk").
    """
    if age is None:
        return Steadi(None, why_not="The algorithm is for 65 and over; the client's age is not known.")
    if age < rule.age_min:
        return Steadi(None, why_not=f"The algorithm is for {rule.age_min} and over; the client is {age}.")
    positive, because, missing = _screen(rule, screened)
    problems = [test for test in tests if test.problem]
    because += [f"{test.name}: {test.said}" if test.said else test.name for test in problems]
    if positive is False:
        # Whoever screens negative is not asked for tests; one that shows a problem all the same is told, not weighed.
        return Steadi(Risk.LOW, tuple(because))
    if positive is None:
        return Steadi(None, tuple(because), tuple(missing))
    if problems:
        return _with_problem(rule, screened, because)
    open_ = [test.name for test in tests if test.problem is None]
    if open_:
        return Steadi(None, tuple(because), tuple(open_))
    return Steadi(Risk.LOW, (*because, "no problem in the three tests"))


def _screen(rule: SteadiRule, screened: Screened) -> tuple[bool | None, list[str], list[str]]:
    """Return whether the screen is positive (None: not known), why, and what was not asked."""
    because, missing = [], []
    if screened.brochure is not None and screened.brochure >= rule.stay_independent:
        because.append(f"brochure score {screened.brochure}")
    if screened.falls:
        because.append(
            "1 fall in 12 months" if screened.falls == 1 else f"{screened.falls} falls in 12 months"
        )
    if screened.unsteady:
        because.append("unsteady or worried about falling")
    if because:
        return True, because, []
    if screened.falls is None:
        missing.append("falls in the last 12 months")
    if screened.unsteady is None:
        missing.append("whether the client feels unsteady or worries about falling")
    return (None if missing else False), ["screened negative"] if not missing else [], missing


def _with_problem(rule: SteadiRule, screened: Screened, because: list[str]) -> Steadi:
    if screened.falls is None:
        return Steadi(None, tuple(because), ("falls in the last 12 months",))
    if screened.falls >= rule.many_falls or (screened.falls and screened.injured):
        return Steadi(Risk.HIGH, (*because, "an injury") if screened.injured else tuple(because))
    if screened.falls and screened.injured is None:
        return Steadi(None, tuple(because), ("whether the fall caused an injury",))
    return Steadi(Risk.MODERATE, tuple(because))


# ---- Shares


def dual_task_cost(alone_s: Decimal, with_task_s: Decimal) -> Decimal:
    """Return by how many per cent a walk takes longer with a second task; below 0 where it was faster.

    alone_s, with_task_s: seconds of the same walk on the same day. Raises ValueError for times that are not above 0.

    >>> dual_task_cost(Decimal(10), Decimal("12.5")).normalize()
    Decimal('25')
    """
    if alone_s <= 0 or with_task_s <= 0:
        raise ValueError(f"times must be above 0: {alone_s}, {with_task_s}")
    return (with_task_s - alone_s) * HUNDRED / alone_s


def body_mass_index(height_cm: Decimal, weight_kg: Decimal) -> Decimal:
    """Return weight by the square of the height, in kg/m2. Raises ValueError for a height that is not above 0.

    >>> body_mass_index(Decimal(170), Decimal(65)).quantize(Decimal("0.1"))
    Decimal('22.5')
    """
    if height_cm <= 0:
        raise ValueError(f"a height must be above 0: {height_cm}")
    metres = height_cm / CENTIMETRES
    return weight_kg / (metres * metres)
