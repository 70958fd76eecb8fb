"""Documents that were sent to a source, as touches: derived from how they were sent, and kept nowhere a second time."""

from typing import Any

from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.referrals.source_models import Source
from medexpro.reports.models import Delivery
from medexpro.reports.replies import left

SHOWN = 40


def reports_sent(source: Source, member: Member) -> list[dict[str, Any]]:
    """Return each document that left to a source, the newest first, without a client's name. One query, or none."""
    may = member.may(Permission.REPORTS_STATUS) or member.may(Permission.REPORTS_READ)
    if source.provider_id is None or not may:
        return []
    rows = Delivery.objects.visible_to(member).filter(document__provider=source.provider_id)
    rows = rows.select_related("document", "sent_by__user", "practice").defer(
        "document__pdf", "document__snapshot", "document__words"
    )
    return [
        {
            "pk": None, "icon": "reports", "kind": "Report", "on": one.practice.day(one.sent_at), "by": str(one.sent_by),
            "note": f"{one.document}, {one.get_channel_display().lower()}", "ref": "", "follow_up_on": None, "struck": "",
        }
        for one in rows.order_by("-sent_at")[:SHOWN]
        if left(one)
    ]  # fmt: skip
