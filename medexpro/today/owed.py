"""One thing that is owed, and a kind of them as the home page shows it."""

from dataclasses import dataclass
from uuid import UUID

SHOWN = 8
# One more than is shown says that there are more.
FETCHED = SHOWN + 1


@dataclass(frozen=True)
class Owed:
    """One thing someone has to do: for whom, why now, and where it is done. late: its day has passed.

    episode: the one it concerns, where another line may say the same more urgently.
    """

    who: str
    why: str
    verb: str
    url: str
    late: bool = False
    episode: UUID | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of obligation with what was found of it, at most FETCHED."""

    name: str
    icon: str
    found: list[Owed]

    @property
    def rows(self) -> list[Owed]:
        """Return what the page shows."""
        return self.found[:SHOWN]

    @property
    def count(self) -> str:
        """Return how many there are, in words: 3, or 8+."""
        return f"{SHOWN}+" if len(self.found) > SHOWN else str(len(self.found))
