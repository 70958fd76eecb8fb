"""What changed in an episode's status, read from the record: for the list of what is due, and for the notice itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, Subquery

from medexpro.clearance.models import Decision, KnownState, Outcome, ReferBack
from medexpro.clients.models import Surgery
from medexpro.episodes.models import Episode, Status, StatusChange
from medexpro.knowledge.library import library
from medexpro.reports.rules.changes import Change, ChangeKind

# More than one notice can hold.
READ = 4
# What a client told at a visit when they fell: a history id of the gate rules.
FELL = "fall_since_last_visit"


def _backs(episode: Any) -> Any:
    """Return refer-backs the referring provider knows nothing of: their own answer says that they know."""
    answered = Q(closed_at__isnull=False, answered_by=F("episode__referral__provider"))
    return ReferBack.objects.filter(~answered, episode=episode)


def _holds(episode: Any) -> Any:
    return StatusChange.objects.filter(episode=episode, to_status=Status.ON_HOLD)


def _withdrawn(episode: Any) -> Any:
    return Decision.objects.filter(episode=episode, outcome=Outcome.WITHDRAWN)


def _falls(episode: Any) -> Any:
    return KnownState.objects.filter(episode=episode, item=FELL, present=True)


def _surgeries(client: Any, since: Any) -> Any:
    return Surgery.objects.filter(client=client, removed_at=None, performed_on__gt=since)


# By kind: the rows of an episode, and when each was recorded.
_ROWS: dict[ChangeKind, tuple[Callable[[Any], Any], str]] = {
    ChangeKind.BACK: (_backs, "opened_at"),
    ChangeKind.HOLD: (_holds, "at"),
    ChangeKind.WITHDRAWN: (_withdrawn, "decided_at"),
    ChangeKind.FALL: (_falls, "recorded_at"),
}
SURGERY_AT = "created_at"


def latest() -> dict[str, Any]:
    """Return the annotations of an episode that say when each kind of change was last recorded."""

    def one(rows: Any, at: str) -> Subquery:
        return Subquery(rows.order_by(f"-{at}").values(at)[:1], output_field=DateTimeField())

    found = {name_of(kind): one(rows(OuterRef("pk")), at) for kind, (rows, at) in _ROWS.items()}
    operated = _surgeries(OuterRef("client"), OuterRef("started_on"))
    return found | {name_of(ChangeKind.SURGERY): one(operated, SURGERY_AT)}


def any_since(at: Any) -> Q:
    """Return the condition of an episode that something changed since a moment."""
    told = _surgeries(OuterRef("client"), OuterRef("started_on")).filter(**{f"{SURGERY_AT}__gte": at})
    found = Q(Exists(told))
    for rows, field in _ROWS.values():
        found |= Q(Exists(rows(OuterRef("pk")).filter(**{f"{field}__gte": at})))
    return found


def name_of(kind: ChangeKind) -> str:
    """Return the name of a kind's annotation."""
    return f"change_{kind.value}_at"


def latest_of(episode: Any) -> list[Change]:
    """Return the latest change of each kind. episode: with the annotations of `latest`."""
    times = {kind: getattr(episode, name_of(kind)) for kind in ChangeKind}
    return [Change(kind, at, episode.practice.day(at)) for kind, at in times.items() if at is not None]


def changes_of(episode: Episode, at: datetime) -> list[Change]:
    """Return the newest changes of each kind up to a moment, each in the words of the record. Five queries."""
    found = []
    for kind, (rows, field) in _ROWS.items():
        newest = rows(episode.pk).filter(**{f"{field}__lte": at}).order_by(f"-{field}")[:READ]
        found += [_change(episode, kind, getattr(row, field), _words(row)) for row in newest]
    if episode.started_on:
        told = _surgeries(episode.client_id, episode.started_on).order_by(f"-{SURGERY_AT}")[:READ]
        found += [_change(episode, ChangeKind.SURGERY, row.created_at, _words(row)) for row in told]
    return found


def _change(episode: Episode, kind: ChangeKind, at: datetime, words: str) -> Change:
    return Change(kind, at, episode.practice.day(at), " ".join(words.split()).rstrip("."))


def _words(row: Any) -> str:
    if isinstance(row, ReferBack):
        return row.observed
    if isinstance(row, KnownState):
        return library().histories[row.item].professional
    return row.procedure if isinstance(row, Surgery) else row.reason
