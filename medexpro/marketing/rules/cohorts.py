"""Figures of a group of clients that give away nobody: what may be said of how many.

Four guards. Nothing is said of fewer than five clients (a practice may ask for more). A count so near to none or to all
that it would speak of one to four people is said as a bound. Age bands are joined until each has enough, and there is no
other subgroup. And two published groups that share clients either hold the same ones or differ by five or more each way, so that
nothing can be had by taking one from the other; the same holds of those who stand behind each figure, and of what the
record was when the earlier ones were frozen.
Sources: the threshold is our house rule, stricter than none and in line with small-cell practice of public health
(CDC and CMS suppress cells under 11 or under 5, by data set); the guard against subtraction is “differencing” in
Hundepool and others, Handbook on Statistical Disclosure Control (2010), section 5.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median, quantiles

LEAST = 5
# First ages of the bands, each to the next; the last is open, so no age over 89 is told.
BANDS = (18, 40, 50, 60, 70, 80)


@dataclass(frozen=True)
class Spread:
    """A group of values: how many, the middle one, and the ends of the middle half."""

    clients: int
    middle: Decimal
    low: Decimal
    high: Decimal


def spread(values: Sequence[Decimal], step: Decimal, least: int = LEAST) -> Spread | None:
    """Return the median and the interquartile range of values, rounded to a step; None for fewer than `least`.

    values: one for each client. step: what the measure is read in. Quartiles are inclusive (R type 7): of five values the
    second and the fourth.

    >>> spread([Decimal(n) for n in (1, 2, 3, 4, 9)], Decimal(1))
    Spread(clients=5, middle=Decimal('3'), low=Decimal('2'), high=Decimal('4'))
    """
    if len(values) < max(least, LEAST):
        return None
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Spread(len(values), _rounded(median(values), step), _rounded(low, step), _rounded(high, step))


@dataclass(frozen=True)
class Share:
    """How many of a group: exactly, or as a bound where the count would speak of a few people.

    bound: "" for the exact count, "at least", or "fewer than".
    """

    count: int
    of: int
    bound: str = ""

    @property
    def words(self) -> str:
        """Return it as it is told: “41 of 48”, “at least 8 of 12”, “fewer than 5 of 12”."""
        return f"{self.bound} {self.count} of {self.of}".strip()


def share(count: int, of: int, least: int = LEAST) -> Share | None:
    """Return how many of a group may be told; None for a group that is too small.

    >>> share(41, 48).words, share(11, 12).words, share(2, 12).words, share(4, 4), share(6, 7).words
    ('41 of 48', 'at least 8 of 12', 'fewer than 5 of 12', None, 'at least 4 of 7')
    """
    least = max(least, LEAST)
    if of < least or not 0 <= count <= of:
        return None
    if of < 2 * least:
        # So few that either bound leaves only a few people on one side: the half is told.
        half = of // 2 + 1
        return Share(half, of, "at least") if count >= half else Share(half, of, "fewer than")
    if count < least:
        return Share(least, of, "fewer than")
    if of - count < least:
        return Share(of - least + 1, of, "at least")
    return Share(count, of)


def bands(ages: Sequence[int], least: int = LEAST) -> list[tuple[str, int]]:
    """Return how many of each age band, joined with the next until each has enough; empty where one band would be left.

    >>> bands([55] * 5 + [64] * 3 + [72] * 4 + [91])
    [('50 to 59', 5), ('60 and over', 8)]
    """
    least = max(least, LEAST)
    counted = [
        (first, sum(1 for age in ages if age >= first and (nth + 1 == len(BANDS) or age < BANDS[nth + 1])))
        for nth, first in enumerate(BANDS)
    ]
    if sum(count for _, count in counted) != len(ages):
        return []  # Somebody is younger than the first band: no band tells of them.
    joined: list[list[int]] = []
    for first, count in counted:
        if joined and joined[-1][1] < least:
            joined[-1][1] += count
        elif count or joined:
            joined.append([first, count])
    if len(joined) > 1 and joined[-1][1] < least:
        joined[-2][1] += joined.pop()[1]
    if len(joined) < 2:
        return []
    ends = [first for first, _ in joined[1:]]
    names = [f"{first} to {end - 1}" for (first, _), end in zip(joined, ends, strict=False)]
    return [
        (name, count) for name, (_, count) in zip([*names, f"{joined[-1][0]} and over"], joined, strict=True)
    ]


def may_stand_beside(group: Collection[object], published: Collection[object], least: int = LEAST) -> bool:
    """Return whether a group may be published beside another: the same clients, or enough that differ each way.

    >>> may_stand_beside(range(12), range(10)), may_stand_beside(range(15), range(10)), may_stand_beside([1], [1])
    (False, True, True)
    """
    least = max(least, LEAST)
    new, old = set(group), set(published)
    return all(not left or len(left) >= least for left in (new - old, old - new))


def differs_by_few(count: int, published: int, least: int = LEAST) -> bool:
    """Return whether a count and one published before tell of a few people by their difference.

    >>> differs_by_few(13, 12), differs_by_few(12, 12), differs_by_few(17, 12)
    (True, False, False)
    """
    return 0 < abs(count - published) < max(least, LEAST)


def limit(asked: int) -> int:
    """Return the least number in force: what a practice asks for, and never less than ours."""
    return max(asked, LEAST)


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value() * step


def improved(
    first: Decimal, last: Decimal, threshold: Decimal | None, *, higher_is_better: bool
) -> bool | None:
    """Return whether a change for the better reaches the amount that matters; None where no amount is in force."""
    if threshold is None:
        return None
    better = last - first if higher_is_better else first - last
    return better >= threshold
