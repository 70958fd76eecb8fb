"""What a provider proposed and nobody has decided on, let go of: a newer word took its place, or its link was ended."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from medexpro.audit.trail import record
from medexpro.practice.models import Member
from medexpro.reports import events
from medexpro.reports.answer_models import Proposal


def let_go(which: Q, *, why: str, practice: Any, by: Member | None, at: datetime) -> int:
    """Let go of proposals that wait, so that nobody accepts them by mistake; return how many. Call in a transaction.

    Records reports:answer:overtaken for each.
    """
    rows = Proposal.objects.filter(which, standing=Proposal.Standing.WAITING).select_for_update(of=("self",))
    found = list(rows.select_related("episode__client"))
    for old in found:
        old.standing, old.decided_at, old.decided_by = Proposal.Standing.DECLINED, at, by
        old.decided_why = why
        old.save(update_fields=["standing", "decided_at", "decided_by", "decided_why"])
        record(events.OVERTAKEN, old, by=by, at=at, practice=practice, client=old.episode.client)
    return len(found)
