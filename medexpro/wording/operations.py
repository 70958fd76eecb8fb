"""Keeping what was let stand."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.kernel.wording import Mark
from medexpro.kernel.wording_patterns import sentence_around
from medexpro.practice.models import Member, Practice
from medexpro.wording import events
from medexpro.wording.models import LetStand


@transaction.atomic
def let_stand(
    practice: Practice,
    marks: Iterable[Mark],
    *,
    about: Any,
    to: str,
    texts: Mapping[str, str],
    reason: str = "",
    by: Member,
    at: datetime,
) -> list[LetStand]:
    """Keep that a member let marked words stand in a document. The caller has checked that they may write it.

    about: the document, letter or message. texts: by field as they were checked, for the sentence around each mark.
    What is kept already is not kept again. Records wording:mark:keep. Raises ValueError for a mark that refuses.
    """
    known = set(LetStand.objects.of(practice).about(about).values_list("field", "entry", "found", "sentence"))
    rows = []
    for mark in marks:
        if mark.refused:
            raise ValueError(f"{mark.entry} may not be let stand")
        first, last = sentence_around(texts[mark.field], mark.start, mark.end)
        said = (mark.field, mark.entry, mark.found[:200], texts[mark.field][first:last].strip()[:600])
        if said in known:
            continue
        known.add(said)
        rows.append(
            LetStand(
                practice=practice, about_kind=about._meta.label_lower, about_id=str(about.pk), to=to, by=by, at=at,
                field=said[0], entry=said[1], found=said[2], sentence=said[3], reason=reason.strip()[:300],
            )
        )  # fmt: skip
    if rows:
        LetStand.objects.bulk_create(rows)
        entries = sorted({row.entry for row in rows})
        record(events.LET_STAND, about, by=by, at=at, practice=practice, entries=entries, count=len(rows))
    return rows
