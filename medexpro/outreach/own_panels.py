"""What this area puts on other areas' pages: the worklist on a provider's page, and on the relationship's own."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from medexpro.outreach import worklist
from medexpro.outreach.letter_models import Letter
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers import panels as provider_panels
from medexpro.providers.models import Provider
from medexpro.referrals.source_models import Source


def register() -> None:
    """Put the worklist in place, when the app starts."""
    provider_panels.add_panel(on_provider)


def on_provider(provider: Provider, *, member: Member, at: datetime) -> dict[str, Any] | None:
    """Return the worklist of a provider; None for who may see neither documents nor relationships."""
    seeing = (Permission.REPORTS_STATUS, Permission.REPORTS_READ, Permission.SOURCES_READ)
    if not any(member.may(one) for one in seeing):
        return None
    source = Source.objects.filter(provider=provider).only("pk").first()
    relates = source is not None and member.may(Permission.SOURCES_READ)
    return {
        "template": "outreach/worklist_panel.html",
        "list": worklist.of_provider(provider, member=member, at=at),
        "provider": provider,
        "source_url": reverse("outreach:show", args=[source.pk]) if relates and source else "",
        "may_send": member.may(Permission.LETTERS_SEND),
        "draft_url": worklist.drafting(),
        "kinds": [
            (kind.value, f"{kind.label} letter") for kind in (Letter.Kind.INTRODUCTION, Letter.Kind.FOLLOW_UP)
        ],
    }


def on_source(source: Source, *, member: Member, at: datetime) -> list[dict[str, Any]]:
    """Return the worklist for the page of a relationship; an organisation has its letters alone."""
    if source.provider is None:
        return []
    made = on_provider(source.provider, member=member, at=at)
    return [made | {"source_url": ""}] if made else []
