"""Whether two episodes are for the same thing."""

from collections.abc import Collection
from dataclasses import dataclass

from medexpro.clients.rules.names import fold

_ONE_SIDED = frozenset({"left", "right"})


@dataclass(frozen=True)
class Matter:
    """What an episode is for. codes: ICD-10-CM of its condition and referral; population: tags; side as recorded."""

    title: str
    codes: Collection[str] = ()
    population: Collection[str] = ()
    side: str = "none"


def is_same(one: Matter, other: Matter) -> bool:
    """Return whether two episodes are for the same condition.

    The title, a code or a population tag agrees, and they are not for different sides of the body. In doubt they are:
    a person is asked, and says so by ending one.

    >>> knee = Matter("Right knee replacement", population=["total_knee_replacement"], side="right")
    >>> is_same(knee, Matter("Knee", population=["total_knee_replacement"]))
    True
    >>> is_same(knee, Matter("Left knee", population=["total_knee_replacement"], side="left"))
    False
    """
    if one.side != other.side and {one.side, other.side} <= _ONE_SIDED:
        return False
    return (
        fold(one.title) == fold(other.title)
        or bool(set(one.codes) & set(other.codes))
        or bool(set(one.population) & set(other.population))
    )
