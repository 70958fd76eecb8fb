"""Which value stays where two records of one person differ, and what keeps two records apart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medexpro.clients.rules.names import fold

KEPT, GONE, BOTH = "kept", "gone", "both"
# What the staff should know is never dropped unread: the two remarks stand side by side where there is room.
JOINED = "notes_to_staff"
JOIN = "; "


@dataclass(frozen=True)
class Difference:
    """One field in which two records differ. proposed: which value stays unless a person chooses the other.

    choices: of KEPT, GONE and, where both values fit, BOTH.
    """

    field: str
    kept: Any
    gone: Any
    proposed: str
    choices: tuple[str, ...]

    def chosen(self, choice: str) -> Any:
        """Return the value a choice leaves. Raises ValueError for a choice that is not offered."""
        if choice not in self.choices:
            raise ValueError(f"{choice!r} is no choice for {self.field}")
        if choice == BOTH:
            return f"{self.kept}{JOIN}{self.gone}"
        return self.kept if choice == KEPT else self.gone


def differences(
    kept: Mapping[str, Any], gone: Mapping[str, Any], *, empty: Callable[[Any], bool], room: int
) -> list[Difference]:
    """Return the fields in which the record that goes says something else; what only one of them says is proposed.

    kept, gone: field to value. empty: whether a value says nothing. room: characters of the joined field. A field in
    which the record that goes says nothing is no difference.
    """
    found = []
    for field, mine in kept.items():
        theirs = gone[field]
        if mine == theirs or empty(theirs):
            continue
        choices: tuple[str, ...] = (KEPT, GONE)
        proposed = GONE if empty(mine) else KEPT
        fits = field == JOINED and not empty(mine) and len(f"{mine}{JOIN}{theirs}") <= room
        if fits:
            choices, proposed = (KEPT, GONE, BOTH), BOTH
        found.append(Difference(field, mine, theirs, proposed, choices))
    return found


def guardians_differ(kept: Iterable[str], gone: Iterable[str]) -> bool:
    """Return whether both records name guardians, and not the same people. Names are compared as search keeps them.

    >>> guardians_differ(["Ruth Ellery"], ["ruth  ellery"]), guardians_differ(["Ruth Ellery"], [])
    (False, False)
    >>> guardians_differ(["Ruth Ellery"], ["Ruth Ellery", "Hal Brandt"])
    True
    """
    mine, theirs = {fold(name) for name in kept}, {fold(name) for name in gone}
    return bool(mine and theirs) and mine != theirs


@dataclass(frozen=True)
class Agreement:
    """One agreement on file. withdrawn_at: None while it is in force."""

    kind: str
    signed_at: datetime
    withdrawn_at: datetime | None = None


def taken_back(one: Sequence[Agreement], other: Sequence[Agreement]) -> set[str]:
    """Return the kinds that one record has in force although the person took them back on the other one later.

    Put together, the signature would stand again against the person's later word.
    """
    return _taken_back(one, other) | _taken_back(other, one)


def _taken_back(signed: Sequence[Agreement], withdrawn: Sequence[Agreement]) -> set[str]:
    last: dict[str, datetime] = {}
    for agreement in signed:
        if agreement.withdrawn_at is None:
            last[agreement.kind] = max(agreement.signed_at, last.get(agreement.kind, agreement.signed_at))
    return {
        agreement.kind
        for agreement in withdrawn
        if agreement.withdrawn_at is not None
        and agreement.kind in last
        and agreement.withdrawn_at > last[agreement.kind]
        and not any(
            newer.kind == agreement.kind
            and newer.withdrawn_at is None
            and newer.signed_at > agreement.withdrawn_at
            for newer in withdrawn
        )
    }
