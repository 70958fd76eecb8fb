"""What this area puts on other pages: a tab with the documents on the chart, the letter on a referral."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from medexpro.clients import panels
from medexpro.clients.panels import Chart, Tab
from medexpro.episodes import ending
from medexpro.episodes.models import Episode
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.referrals import hooks
from medexpro.referrals.models import Referral


def register() -> None:
    """Put the tab in place, when the app starts."""
    panels.add_tab(Tab("reports", "Reports", _tab, Permission.REPORTS_READ, 45))
    hooks.add_panel(on_referral)
    ending.go_on(to_the_summary)


def on_referral(referral: Referral, *, member: Member, at: datetime) -> dict[str, Any] | None:
    """Return, for a referral's page, the way to its acknowledgement in writing. No query."""
    if not member.may(Permission.REFERRALS_INTAKE) or referral.declined_at or referral.provider_id is None:
        return None
    return {"template": "reports/referral_panel.html", "told": referral.acknowledged_at is not None}


def to_the_summary(episode: Episode, member: Member) -> str:
    """Return where a discharge goes on: to the summary that is due, for who writes it."""
    writes = (
        member.may(Permission.REPORTS_WRITE) and episode.referral is not None and episode.referral.provider_id
    )
    return reverse("reports:of_episode", args=[episode.pk]) + f"?episode={episode.pk}" if writes else ""


def _tab(chart: Chart) -> str | None:
    return reverse("reports:of_episode", args=[chart.episode.pk]) if chart.episode else None
