"""What this area puts on other pages: the documents on the chart, the letter on a referral, what waits at a provider."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from medexpro.clients import panels
from medexpro.clients.panels import Chart, Tab
from medexpro.episodes import ending
from medexpro.episodes.models import Episode
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers import panels as provider_panels
from medexpro.providers.models import Provider
from medexpro.referrals import hooks
from medexpro.referrals.models import Referral
from medexpro.reports.models import UNSIGNED, Document


def register() -> None:
    """Put the tab in place, when the app starts."""
    panels.add_tab(Tab("reports", "Reports", _tab, Permission.REPORTS_READ, 45))
    hooks.add_panel(on_referral)
    provider_panels.add_panel(on_provider)
    ending.go_on(to_the_summary)


def on_referral(referral: Referral, *, member: Member, at: datetime) -> dict[str, Any] | None:
    """Return, for a referral's page, the way to its acknowledgement in writing. No query."""
    if not member.may(Permission.REFERRALS_INTAKE) or referral.declined_at or referral.provider_id is None:
        return None
    return {"template": "reports/referral_panel.html", "told": referral.acknowledged_at is not None}


def on_provider(provider: Provider, *, member: Member, at: datetime) -> dict[str, Any] | None:
    """Return, for a provider who is no longer active, the documents that wait for them. One query then, else none."""
    if provider.is_active or not member.may(Permission.REPORTS_STATUS):
        return None
    rows = Document.objects.visible_to(member).filter(
        provider=provider, state__in=(*UNSIGNED, Document.State.SIGNED)
    )
    waiting = list(
        rows.defer("pdf", "snapshot").select_related("episode__client").order_by("drafted_at")[:60]
    )
    if not waiting:
        return None
    where = "reports:show" if member.may(Permission.REPORTS_READ) else "reports:states"
    lines = [{"document": one, "url": reverse(where, args=[one.pk])} for one in waiting]
    return {"template": "reports/provider_panel.html", "lines": lines}


def to_the_summary(episode: Episode, member: Member) -> str:
    """Return where a discharge goes on: to the summary that is due, for who writes it."""
    writes = (
        member.may(Permission.REPORTS_WRITE) and episode.referral is not None and episode.referral.provider_id
    )
    return reverse("reports:of_episode", args=[episode.pk]) + f"?episode={episode.pk}" if writes else ""


def _tab(chart: Chart) -> str | None:
    return reverse("reports:of_episode", args=[chart.episode.pk]) if chart.episode else None
