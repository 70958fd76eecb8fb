"""Finding every pair of records that may be of one person, among all of a practice."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from medexpro.clients.rules.names import Person, digits, fold, likely_same

# A phone or a name that more people have than this is a default of some list, and no sign of one person: comparing all
# of them with each other would take hours.
SHARED_BY_MOST = 60


@dataclass(frozen=True)
class Pair:
    """Two people who may be the same one. first, second: their keys, in the order given. reasons: as of a Match."""

    first: object
    second: object
    reasons: tuple[str, ...]
    score: int


def likely_pairs(people: Sequence[Person]) -> list[Pair]:
    """Return every pair that `likely_same` finds, the likeliest first, without comparing everybody with everybody.

    What makes two people likely is one strong thing that agrees (whole name, phone, e-mail), or the birth date with a
    name one slip away or two names shared. Who shares none of these clues is never compared, and can't be likely; nor is
    a clue taken that more than SHARED_BY_MOST share.

    >>> [p.reasons for p in likely_pairs([Person(1, "Jo Roe"), Person(2, "Roe, Jo"), Person(3, "Al Doe")])]
    [('same name',)]
    """
    sharing: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for number, person in enumerate(people):
        for clue in set(_clues(person)):
            sharing[clue].append(number)
    shared = (numbers for numbers in sharing.values() if len(numbers) <= SHARED_BY_MOST)
    candidates = {pair for numbers in shared for pair in combinations(numbers, 2)}
    found = []
    for one, other in sorted(candidates):
        for match in likely_same(people[one], [people[other]]):
            found.append(Pair(people[one].key, match.key, match.reasons, match.score))
    return sorted(found, key=lambda pair: -pair.score)


def _clues(person: Person) -> Iterator[tuple[object, ...]]:
    words = sorted(fold(person.name).split())
    whole = " ".join(words)
    if whole:
        yield ("name", whole)
    if len(digits(person.phone)) >= 7:
        yield ("phone", digits(person.phone))
    if person.email:
        yield ("e-mail", person.email.strip().casefold())
    if person.birth_date is not None and whole:
        # Two names one slip apart become the same when the right letter is left out of one of them, or of both.
        for place in range(len(whole)):
            yield ("slip", person.birth_date, whole[:place] + whole[place + 1 :])
        yield ("slip", person.birth_date, whole)
        for shared in combinations(sorted(set(words)), 2):
            yield ("shares", person.birth_date, *shared)
