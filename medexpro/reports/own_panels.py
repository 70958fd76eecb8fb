"""What this area puts on a client's chart: a tab with the documents."""

from django.urls import reverse

from medexpro.clients import panels
from medexpro.clients.panels import Chart, Tab
from medexpro.practice.permissions import Permission


def register() -> None:
    """Put the tab in place, when the app starts."""
    panels.add_tab(Tab("reports", "Reports", _tab, Permission.REPORTS_READ, 45))


def _tab(chart: Chart) -> str | None:
    return reverse("reports:of_episode", args=[chart.episode.pk]) if chart.episode else None
