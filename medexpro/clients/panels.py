"""The chart of one client, and how areas above put their parts on it. They register when the app starts.

A panel is a template with a function that gives its values; None from the function leaves the panel out. Facts stand in
the head, actions beside the name, tabs under it. Each names the permission that shows it: who lacks it never causes
its query. A function gets the Chart and should ask one or two queries, whatever the history.

    panels.add(Panel("outcomes", "Outcomes", "assessments/outcomes_panel.html", outcomes, Permission.RECORD_READ,
                     order=10, slot=Slot.MAIN))

Pages of other areas that belong to a client extend `clients/chart.html` with `chart` and `tab` in their context.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from medexpro.audit import trail
from medexpro.clients.models import Client
from medexpro.kernel import clock
from medexpro.practice.access import member_of
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission, may_with


class Slot(StrEnum):
    """Where a panel stands: under the head, in the wide column, in the side column, in the row of three below.

    Side and trio panels are cards, drawn by the chart: their template begins with the `card-head`. Those of head and
    main draw whatever they are.
    """

    HEAD = "head"
    MAIN = "main"
    SIDE = "side"
    TRIO = "trio"


@dataclass(frozen=True)
class Panel:
    """One part of the overview. permission: who sees it; None for everyone who may open the client."""

    key: str
    title: str
    template: str
    context: Callable[["Chart"], Mapping[str, Any] | None]
    permission: Permission | None
    order: int
    slot: Slot = Slot.MAIN


@dataclass(frozen=True)
class Fact:
    """One fact of the head: Clearance, “Full, with limits”, “Dr. Raman, Aug 14 · renew by Nov 8”."""

    label: str
    value: str
    detail: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Action:
    """One thing to do from the head. primary: the next thing; the first primary one is drawn as such."""

    label: str
    url: str
    icon: str = ""
    primary: bool = False
    key: str = ""


@dataclass(frozen=True)
class Tab:
    """One page of the record. url: None leaves the tab out. count: shown beside the name."""

    key: str
    name: str
    url: Callable[["Chart"], str | None]
    permission: Permission | None
    order: int
    count: Callable[["Chart"], int | None] | None = None


@dataclass(frozen=True)
class _Part:
    key: str
    order: int
    permission: Permission | None
    make: Callable[["Chart"], Any]


_PANELS: dict[str, Panel] = {}
_TABS: dict[str, Tab] = {}
_FACTS: dict[str, _Part] = {}
_ACTIONS: dict[str, _Part] = {}
_PRECAUTIONS: list[Callable[["Chart"], list[str]]] = []
_EPISODE: list[Callable[["Chart"], Any]] = []


def add(panel: Panel) -> None:
    """Put a panel on the overview."""
    _PANELS[panel.key] = panel


def add_tab(tab: Tab) -> None:
    """Put a tab on the chart."""
    _TABS[tab.key] = tab


def add_fact(
    key: str,
    order: int,
    make: Callable[["Chart"], Fact | None],
    permission: Permission | None = Permission.RECORD_READ,
) -> None:
    """Put a fact into the head of the overview."""
    _FACTS[key] = _Part(key, order, permission, make)


def add_action(
    key: str, order: int, make: Callable[["Chart"], Action | None], permission: Permission | None
) -> None:
    """Put an action beside the client's name."""
    _ACTIONS[key] = _Part(key, order, permission, make)


def name_precautions(phrases: Callable[["Chart"], list[str]]) -> None:
    """Say where the precautions in force are asked for; they stand on every page of the chart."""
    _PRECAUTIONS[:] = [phrases]


def name_episode(lookup: Callable[["Chart"], Any]) -> None:
    """Say where the episode that the chart shows is found. Called by the episodes area."""
    _EPISODE[:] = [lookup]


class Chart:
    """One client as one member sees them on one day. What nobody asks for is never looked up.

    wanted: the id of the episode to show; empty shows the open one, else the latest.
    """

    def __init__(self, client: Client, *, member: Member, at: datetime, wanted: str = ""):
        self.client, self.member, self.at, self.wanted = client, member, at, wanted
        self.day: date = member.practice.day(at)
        # Where areas keep what two of their parts share.
        self.memo: dict[str, Any] = {}

    def once(self, key: str, find: Callable[[Client], Any]) -> Any:
        """Return what `find` finds of the client, asked for once however many parts of the page show it."""
        if key not in self.memo:
            self.memo[key] = find(self.client)
        return self.memo[key]

    @property
    def age(self) -> int | None:
        """Return the client's age on the day."""
        return self.client.age_on(self.day)

    @property
    def reads_record(self) -> bool:
        """Return whether the member may read the clinical record."""
        return self.may(Permission.RECORD_READ)

    @property
    def staff_note(self) -> str:
        """Return what the staff should know when they meet the client; nothing for those who only settle accounts."""
        meets = self.reads_record or self.may(Permission.CLIENTS_EDIT)
        return self.client.notes_to_staff if meets else ""

    @cached_property
    def episode(self) -> Any:
        """Return the episode shown; None where there is none or the member may not read it."""
        return _EPISODE[0](self) if _EPISODE and self.reads_record else None

    @property
    def before_service(self) -> bool:
        """Return whether the episode shown has not started yet, so that what is next matters most."""
        return self.episode is not None and self.episode.started_on is None

    def shown(self, episode: Any) -> Any:
        """Return the chart's own instance of an episode, for which what was asked is kept; else the one given."""
        return self.episode if self.episode is not None and self.episode.pk == episode.pk else episode

    @cached_property
    def precautions(self) -> list[str]:
        """Return the phrases of the amber strip."""
        return _PRECAUTIONS[0](self) if _PRECAUTIONS and self.reads_record else []

    @cached_property
    def facts(self) -> list[Fact]:
        """Return the facts of the head."""
        return self._made(_FACTS)

    @cached_property
    def actions(self) -> list[Action]:
        """Return what can be done, the next thing last, where the eye ends."""
        made: list[Action] = self._made(_ACTIONS)
        first = next((action for action in made if action.primary), None)
        others = [
            Action(action.label, action.url, action.icon, False, action.key)
            for action in made
            if action is not first
        ]
        return [*others, first] if first else others

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """Return the tabs the member may open."""
        shown = []
        for tab in sorted(_TABS.values(), key=lambda tab: tab.order):
            if self.may(tab.permission) and (url := tab.url(self)):
                count = tab.count(self) if tab.count else None
                shown.append({"key": tab.key, "name": tab.name, "url": url, "count": count})
        return shown

    @cached_property
    def panels(self) -> dict[str, list[dict[str, Any]]]:
        """Return the panels of each slot, each with its values."""
        found: dict[str, list[dict[str, Any]]] = {slot.value: [] for slot in Slot}
        for panel in sorted(_PANELS.values(), key=lambda panel: panel.order):
            if self.may(panel.permission) and (values := panel.context(self)) is not None:
                found[panel.slot.value].append({"panel": panel, "values": values})
        return found

    def may(self, permission: Permission | None) -> bool:
        """Return whether the member may this, with this client; asked for once however many parts need it."""
        if permission is None:
            return True
        return self.once(f"may:{permission}", lambda client: may_with(self.member, permission, client))

    def _made(self, parts: dict[str, _Part]) -> list[Any]:
        ordered = sorted(parts.values(), key=lambda part: part.order)
        made = [part.make(self) for part in ordered if self.may(part.permission)]
        return [part for part in made if part is not None]


def open_chart(request: HttpRequest, client: Client, *, page: str) -> Chart:
    """Return the chart of a client the member may see, and keep in the trail that this kind of page was read.

    page: a short plain name, such as "chart" or "health". `?episode=` chooses the episode.
    """
    at = clock.now()
    member = member_of(request)
    trail.record_read(member, client, page, at=at)
    return Chart(client, member=member, at=at, wanted=request.GET.get("episode", ""))
