"""Writing to the trail. `record` stands in the transaction of the change it tells of."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from medexpro.audit import kinds
from medexpro.audit.models import Event, ReadMark

READ_WINDOW = timedelta(minutes=15)

READ = kinds.declare("record:page:read", "Opened a page of the record")
LIST = kinds.declare("record:list:read", "Opened a list")
EXPORT = kinds.declare("record:data:export", "Took data out")


def record(
    kind: str,
    subject: Any,
    *,
    by: Any | None,
    at: datetime,
    client: Any | None = None,
    practice: Any | None = None,
    **detail: Any,
) -> Event:
    """Write one event: who did what to which record, when.

    kind: a declared `area:subject:action`. subject: the model instance it is about, or None.
    by: the member who acted; None for the system itself. client: whose record it touches, if any;
    taken from the subject's `client_id` when not given. detail: codes, counts and names of changed
    fields, never free text a person wrote about a client.
    Raises ValueError for a kind no area has declared.
    """
    if not kinds.is_declared(kind):
        raise ValueError(f"no area declares the event {kind!r}")
    practice_id = getattr(practice, "pk", None) or getattr(subject, "practice_id", None) or by.practice_id
    client_id = client.pk if client is not None else getattr(subject, "client_id", None)
    return Event.objects.create(
        practice_id=practice_id,
        kind=kind,
        at=at,
        member_id=by.pk if by is not None else None,
        member_name=str(by)[:200] if by is not None else "",
        client_id=client_id,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        detail=detail,
    )


def record_read(by: Any, client: Any, page: str, *, at: datetime) -> None:
    """Write that a member opened a kind of page of a client's record: one event in 15 minutes.

    page: a short plain name, such as "chart" or "session".
    """
    mark = ReadMark.objects.filter(member_id=by.pk, client_id=client.pk, page=page).first()
    if mark is not None and mark.at <= at < mark.at + READ_WINDOW:
        return
    # The mark without its line would leave out the next reading too. Only a reading to be written begins to write.
    with transaction.atomic():
        ReadMark.objects.update_or_create(
            member_id=by.pk,
            client_id=client.pk,
            page=page,
            defaults={"at": at, "practice_id": by.practice_id},
        )
        record(READ, client, by=by, at=at, client=client, page=page)


def record_list(by: Any, page: str, *, at: datetime, count: int, filters: dict | None = None) -> None:
    """Write that a member opened a list: which filter, how many rows. One event each time a filter is new in 15 minutes."""
    # A filter comes from an address anybody may write; PostgreSQL keeps no NUL.
    kept = {
        key: value.replace("\x00", "") if isinstance(value, str) else value
        for key, value in (filters or {}).items()
    }
    detail = {"page": page, "filters": kept}
    seen = Event.objects.filter(
        practice_id=by.practice_id, member_id=by.pk, kind=LIST, at__gt=at - READ_WINDOW
    ).values_list("detail", flat=True)[:20]
    if any(all(old.get(key) == value for key, value in detail.items()) for old in seen):
        return
    record(LIST, None, by=by, at=at, practice=by.practice, **detail, count=count)


def record_export(by: Any, what: str, *, at: datetime, client: Any | None = None, **detail: Any) -> None:
    """Write that data left the practice's record: always, never folded together."""
    record(EXPORT, client, by=by, at=at, client=client, practice=by.practice, what=what, **detail)
