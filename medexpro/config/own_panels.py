"""What this area puts on the chart: giving out the whole record."""

from django.urls import reverse

from medexpro.clients import panels
from medexpro.clients.panels import Chart, Tab
from medexpro.practice.permissions import Permission


def register() -> None:
    """Take a place on the chart, when the app starts."""
    panels.add_tab(Tab("give_out", "Give out", _url, Permission.CLIENTS_EXPORT, 88))


def _url(chart: Chart) -> str:
    return reverse("takeout:client", args=[chart.client.pk])
