"""What this area puts on a client's chart: the referrals on file, and who referred."""

from typing import Any

from medexpro.clients import panels
from medexpro.clients.panels import Chart, Panel, Slot
from medexpro.practice.permissions import Permission
from medexpro.referrals import listing, presenters, standing
from medexpro.referrals.models import Referral

SHOWN = 5


def register() -> None:
    """Put the panel in place, when the app starts."""
    panels.add(
        Panel(
            "referrals",
            "Referrals",
            "referrals/chart_panel.html",
            on_file,
            Permission.REFERRALS_READ,
            order=60,
            slot=Slot.TRIO,
        )
    )


def on_file(chart: Chart) -> dict[str, Any] | None:
    """Return the client's newest referrals with what each needs. Two queries.

    Who reads the record sees the referral an episode stands on in its own panel and steps, without this one.
    """
    if chart.reads_record:
        return None
    rows = (
        Referral.objects.filter(client=chart.client)
        .select_related("provider__organisation")
        .prefetch_related("checks")
        .order_by("-received_on", "-pk")[:SHOWN]
    )
    tells = presenters.may_read_wording(chart.member)
    closed = standing.closed_for(chart.member.practice, rows)
    return {
        "rows": [
            {"referral": row, "word": listing.word_of(row, chart.day, tells_why=tells, closed=closed)}
            for row in rows
        ],
        "takes_in": chart.member.may(Permission.REFERRALS_INTAKE),
        "client": chart.client,
    }
