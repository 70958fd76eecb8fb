"""What this area puts on the chart itself: tabs, who the client is, what is still to ask."""

from typing import Any

from medexpro.clients import panels, state
from medexpro.clients.models import Side
from medexpro.clients.panels import Action, Chart, Panel, Slot, Tab
from medexpro.clients.presenters import path
from medexpro.practice.permissions import Permission
from medexpro.web import words

VERBS = {
    "details": ("clients:details", "Add"),
    "contacts": ("clients:people", "Add"),
    "health": ("clients:health", "Confirm"),
    "agreements": ("clients:agreements", "Sign"),
}


def register() -> None:
    """Put the tabs and panels in place, when the app starts."""
    tabs = (
        ("overview", "Overview", "clients:show", None, 10),
        ("health", "Health", "clients:health", Permission.HEALTH_READ, 50),
        ("agreements", "Agreements", "clients:agreements", None, 70),
        ("people", "People", "clients:people", None, 80),
        ("details", "Details", "clients:details", Permission.CLIENTS_EDIT, 85),
        ("trail", "Trail", "clients:trail", Permission.TRAIL_READ, 90),
    )
    for key, name, url, permission, order in tabs:
        panels.add_tab(Tab(key, name, _to(url), permission, order))
    panels.add_tab(Tab("documents", "Documents", _documents, None, 60))
    panels.add_action("break_glass", 90, break_glass, Permission.BREAK_GLASS)
    panels.add(
        Panel("to_ask", "Still to ask", "clients/to_ask_panel.html", to_ask, None, order=40, slot=Slot.SIDE)
    )
    panels.add(
        Panel("person", "Details", "clients/person_panel.html", person, None, order=80, slot=Slot.TRIO)
    )
    panels.add(
        Panel(
            "parts",
            "Made of several records",
            "clients/parts_panel.html",
            parts,
            None,
            order=95,
            slot=Slot.SIDE,
        )
    )


def break_glass(chart: Chart) -> Action | None:
    """Offer an owner who stays out of the clinical record the way in that is told to everyone."""
    if chart.reads_record:
        return None
    return Action("Open the record", path("practice:break_glass", chart.client.pk), icon="eye")


def to_ask(chart: Chart) -> dict[str, Any] | None:
    """Return what to ask before the first session; nothing once all is there."""
    asks = state.to_ask(chart)
    if not asks:
        return None
    edits, signs = chart.member.may(Permission.CLIENTS_EDIT), chart.member.may(Permission.CONSENTS_RECORD)
    health = chart.member.may(Permission.HEALTH_EDIT)
    shown = []
    for ask in asks:
        name, verb = VERBS[ask.about]
        may = {"agreements": signs, "health": health}.get(ask.about, edits)
        shown.append(
            {"sentence": ask.sentence, "verb": verb, "url": path(name, chart.client.pk) if may else ""}
        )
    return {"asks": shown}


def person(chart: Chart) -> dict[str, Any]:
    """Return who the client is and how to reach them and whoever stands beside them."""
    client: Any = state.asked_of(chart)
    known = [
        ("Birth date", words.day(client.birth_date) if client.birth_date else ""),
        ("Sex", client.get_sex_display() if client.sex != "unknown" else ""),
        ("Hand", Side(client.dominant_hand).label if client.dominant_hand else ""),
        ("Phone", client.phone),
        ("E-mail", client.email),
        ("Address", client.address),
        ("Language", client.language),
    ]
    pairs = [{"label": label, "value": value} for label, value in known if value]
    if client.contact_name:
        beside = ", ".join(filter(None, [client.contact_name, client.contact_phone]))
        pairs.append({"label": "Guardian" if client.has_guardian else "Emergency", "value": beside})
    edits = chart.member.may(Permission.CLIENTS_EDIT)
    return {"pairs": pairs, "details_url": path("clients:details", client.pk) if edits else ""}


def parts(chart: Chart) -> dict[str, Any] | None:
    """Return the records that became part of this one; nothing, and no query, for nearly everybody."""
    client: Any = state.asked_of(chart)
    if not client.has_parts:
        return None
    opens = chart.member.may(Permission.CLIENTS_MERGE)
    return {
        "parts": [
            {
                "name": one.gone.name,
                "by": str(one.merged_by),
                "at": one.merged_at,
                "url": path("clients:merged", one.pk) if opens else "",
            }
            for one in state.parts_of(client)
        ]
    }


def _documents(chart: Chart) -> str | None:
    """Return the documents' page for those who may read them, and for those who may only add."""
    may = chart.member.may(Permission.DOCUMENTS_READ) or chart.member.may(Permission.DOCUMENTS_ADD)
    return path("clients:documents", chart.client.pk) if may else None


def _to(name: str) -> Any:
    return lambda chart: path(name, chart.client.pk)
