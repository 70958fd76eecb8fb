"""The one order of the timeline, newest first, and the place where a page of it ends."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

LOWEST, HIGHEST = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True, order=True)
class Place:
    """Where a line stands: its instant, then its kind, then its id. Later places come first on the page."""

    at: datetime
    kind: str
    id: UUID

    def written(self) -> str:
        """Return it as an address carries it.

        >>> Place(datetime(2026, 10, 13, 13, 30, tzinfo=UTC), "session", LOWEST).written()
        '2026-10-13T13:30:00+00:00~session~00000000000000000000000000000000'
        """
        return f"{self.at.astimezone(UTC).isoformat()}~{self.kind}~{self.id.hex}"

    def before(self, kind: str) -> tuple[datetime, UUID]:
        """Return what comes behind this place in a kind: rows before the instant, or at it with a lower id.

        >>> here = Place(datetime(2026, 10, 13, 13, 30, tzinfo=UTC), "booking", UUID(int=7))
        >>> [here.before(kind)[1].int for kind in ("booking", "session")]
        [7, 0]
        >>> here.before("addendum")[1] == HIGHEST
        True
        """
        if kind == self.kind:
            return self.at, self.id
        return self.at, HIGHEST if kind < self.kind else LOWEST


def read_place(text: str) -> Place | None:
    """Return the place an address names; None for none, or nonsense.

    >>> read_place("2026-10-13T13:30:00+00:00~session~00000000000000000000000000000007").id.int
    7
    >>> [read_place(text) for text in ("", "x", "2026-10-13~session~7", "2026-10-13T13:30:00~a~" + "0" * 32)]
    [None, None, None, None]
    """
    moment, _, rest = text.partition("~")
    kind, _, last = rest.partition("~")
    try:
        at, row = datetime.fromisoformat(moment), UUID(last)
    except ValueError:
        return None
    if at.tzinfo is None or not 1900 <= at.year < 3000:
        return None
    return Place(at.astimezone(UTC), kind, row)


def read_moment(text: str) -> datetime | date:
    """Return an instant or a day as the databases write them: in UTC, with or without saying so.

    >>> read_moment("2026-10-13 13:30:00"), read_moment("2026-10-13")
    (datetime.datetime(2026, 10, 13, 13, 30, tzinfo=datetime.timezone.utc), datetime.date(2026, 10, 13))
    """
    if len(text) == 10:
        return date.fromisoformat(text)
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
