"""What this area puts on the chart and on the list of clients: the spine, what is next, the episode itself."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.urls import reverse

from medexpro.clients import listing, panels
from medexpro.clients.listing import Cell, Column, Filter
from medexpro.clients.models import Client
from medexpro.clients.panels import Action, Chart, Fact, Panel, Slot
from medexpro.episodes import presenters, reading, steps
from medexpro.episodes.models import Episode, Status
from medexpro.episodes.rules import status as status_rule
from medexpro.practice.permissions import Permission, may_with
from medexpro.practice.prepared import Given, Prepared

READ = Permission.RECORD_READ
SHOWN = 30


def register() -> None:
    """Take places on the chart and the list, when the app starts."""
    panels.name_episode(episode_of)
    panels.add_fact("condition", 10, condition_fact)
    panels.add_fact("episode", 40, episode_fact)
    panels.add_action("episode", 90, next_action, Permission.EPISODES_MANAGE)
    panels.add(Panel("spine", "Steps", "episodes/spine_panel.html", spine, READ, order=10, slot=Slot.HEAD))
    panels.add(
        Panel("no_episode", "Episode", "episodes/none_panel.html", no_episode, READ, order=5, slot=Slot.MAIN)
    )
    panels.add(
        Panel("next", "Next", "episodes/next_panel.html", what_is_next, READ, order=10, slot=Slot.SIDE)
    )
    panels.add(
        Panel("episode", "This episode", "episodes/panel.html", this_episode, READ, order=50, slot=Slot.TRIO)
    )
    listing.add_column(Column("episode", "Episode", with_episode, episode_cell, READ, order=10))
    listing.add_filter(Filter("service", "In service", in_service, READ, order=10))
    listing.add_filter(Filter("waiting", "Before the start", before_start, READ, order=20))


_BESIDE: dict[str, Callable[[], Any]] = {}


def read_beside(name: str, make: Callable[[], Any]) -> None:
    """Let an area above read one value along with the chart's episodes. make: returns the annotation."""
    _BESIDE[name] = make


def _episodes() -> Any:
    """Return the question for a client's episodes, with what areas above read along."""
    closed = Case(When(status__in=status_rule.CLOSED, then=Value(1)), default=Value(0))
    return (
        Episode.objects.filter(client=Given("client"))
        .select_related("referral__provider", "surgery", "condition", "lead__user", "practice")
        .order_by(closed, "-opened_on", "-pk")
        .annotate(**{name: make() for name, make in _BESIDE.items()})[:SHOWN]
    )


_EPISODES = Prepared[Episode](_episodes)


def episodes_of(chart: Chart) -> list[Episode]:
    """Return the client's episodes, open ones and newest first, with what their pages show. One query."""
    if "episodes" not in chart.memo:
        chart.memo["episodes"] = _EPISODES(client=chart.client.pk)
        for episode in chart.memo["episodes"]:
            episode.client = chart.client
            reading.together(episode)
    return chart.memo["episodes"]


def episode_of(chart: Chart) -> Episode | None:
    """Return the episode the address names, else the open one, else the latest."""
    episodes = episodes_of(chart)
    try:
        wanted = UUID(chart.wanted)
    except ValueError:
        wanted = None
    shown = next((episode for episode in episodes if episode.pk == wanted), episodes[0] if episodes else None)
    if shown is not None and shown.referral is not None and shown.referral.complete_at is None:
        # Several parts say which of its checks are missing.
        prefetch_related_objects([shown.referral], "checks")
    return shown


def spine_of(chart: Chart) -> steps.Spine | None:
    """Return the spine of the episode shown, composed once for the page."""
    if chart.episode is None:
        return None
    if "spine" not in chart.memo:
        chart.memo["spine"] = steps.compose(chart.episode, chart.day)
    return chart.memo["spine"]


def condition_fact(chart: Chart) -> Fact | None:
    """Return what the episode is for."""
    if chart.episode is None:
        return None
    title = presenters.condition_words(chart.episode)
    return Fact("Condition", title, presenters.detail_words(chart.episode, chart.day))


def episode_fact(chart: Chart) -> Fact | None:
    """Return where the episode stands in time, and its category. The area of programs says more when there is one."""
    if chart.episode is None:
        return None
    days = presenters.days_words(chart.episode, chart.day)
    return Fact("Episode", days, presenters.category_words(chart.episode, chart.day))


def next_action(chart: Chart) -> Action | None:
    """Return the one thing this area may offer in the head: starting, or taking service up again."""
    episode = chart.episode
    if episode is None or episode.status not in (
        Status.AWAITING_CLEARANCE,
        Status.ON_HOLD,
        Status.REFERRED_BACK,
    ):
        return None  # Nothing to offer, so the steps need not be composed on every page of the chart.
    composed = spine_of(chart)
    if composed is None:
        return None
    waiting = {line.step for line in composed.missing}
    if waiting & {"screening", "clearance"}:
        return None  # What is missing stands under Next, with its button.
    # A category that is chosen with a reason needs no referral, so one that is missing leaves the way open.
    whole = "referral" not in waiting
    if episode.status == Status.AWAITING_CLEARANCE:
        return Action("Start service", reverse("episodes:start", args=[episode.pk]), "play", primary=whole)
    if episode.status in {Status.ON_HOLD, Status.REFERRED_BACK}:
        return Action("Take up again", reverse("episodes:resume", args=[episode.pk]), "play", primary=whole)
    return None


def spine(chart: Chart) -> dict[str, Any] | None:
    """Return the nine steps."""
    composed = spine_of(chart)
    return {"steps": composed.steps} if composed else None


def what_is_next(chart: Chart) -> dict[str, Any] | None:
    """Return what is missing, in the order it is needed; only the first has a button."""
    composed = spine_of(chart)
    if composed is None or not composed.missing:
        return None
    return {"missing": composed.missing, "works": chart.member.may(Permission.EPISODES_MANAGE)}


def no_episode(chart: Chart) -> dict[str, Any] | None:
    """Return the first step for a client without an episode."""
    if chart.episode is not None:
        return None
    take_in = f"{reverse('referrals:take_in')}?client={chart.client.pk}"
    return {
        "opens": chart.member.may(Permission.EPISODES_MANAGE),
        "take_in_url": take_in if chart.member.may(Permission.REFERRALS_INTAKE) else "",
        "client": chart.client,
    }


def this_episode(chart: Chart) -> dict[str, Any] | None:
    """Return the episode's own facts, what may be done with it, and the client's other episodes."""
    episode = chart.episode
    if episode is None:
        return None
    label, kind = presenters.status_words(episode)
    return {
        "episode": episode,
        "status": label,
        "kind": kind,
        "category": presenters.category_words(episode, chart.day),
        "population": presenters.population_words(episode),
        "others": [other for other in episodes_of(chart) if other.pk != episode.pk],
        "manages": chart.member.may(Permission.EPISODES_MANAGE),
        "may_hold": status_rule.can_move(episode.status, Status.ON_HOLD),
        "may_discharge": status_rule.can_move(episode.status, Status.DISCHARGED),
        "may_decline": status_rule.can_move(episode.status, Status.DECLINED),
        "client": chart.client,
    }


def with_episode(rows: QuerySet) -> QuerySet:
    """Add the newest open episode's title and status to a query of clients."""
    mine = Episode.objects.filter(client=OuterRef("pk")).exclude(status__in=status_rule.CLOSED)
    newest = mine.order_by("-opened_on", "-pk")
    return rows.annotate(
        episode_title=Subquery(newest.values("title")[:1]),
        episode_status=Subquery(newest.values("status")[:1]),
    )


def episode_cell(client: Client, day: date) -> Cell | None:
    """Return what the client's open episode is for and where it stands."""
    title = getattr(client, "episode_title", None)
    if not title:
        return None
    status = Status(client.episode_status)  # type: ignore[attr-defined]
    return Cell(status.label, title, presenters.KIND_OF_STATUS.get(status, "plain"))


def in_service(rows: QuerySet) -> QuerySet:
    """Narrow a query of clients to those in service, held or referred back included."""
    return rows.filter(pk__in=Episode.objects.filter(status__in=status_rule.IN_SERVICE).values("client"))


def before_start(rows: QuerySet) -> QuerySet:
    """Narrow a query of clients to those whose service has not started yet."""
    return rows.filter(pk__in=Episode.objects.filter(status__in=status_rule.BEFORE_ACTIVE).values("client"))


def in_use(practice_id: UUID) -> Q:
    """Return the condition of a referral that an open episode stands on it."""
    waiting = (*status_rule.BEFORE_ACTIVE, *status_rule.IN_SERVICE)
    return Q(pk__in=Episode.objects.filter(practice=practice_id, status__in=waiting).values("referral"))


def placed() -> Exists:
    """Return the annotation that tells whether an episode stands or stood on a referral, or on a newer one."""
    newer = Q(referral=OuterRef("pk")) | Q(referral__received_on__gt=OuterRef("received_on"))
    return Exists(Episode.objects.filter(newer, client=OuterRef("client")))


def on_referral(referral: Any, *, member: Any, at: Any) -> dict[str, Any] | None:
    """Return, for a referral's page, the episode it carries, or those it could."""
    reads = may_with(member, Permission.RECORD_READ, referral.client)
    if not reads and not member.may(Permission.REFERRALS_INTAKE):
        return None
    episodes = list(Episode.objects.filter(client=referral.client_id).order_by("-opened_on"))
    carried = next((episode for episode in episodes if episode.referral_id == referral.pk), None)
    return {
        "template": "episodes/referral_panel.html",
        "carried": carried,
        "open": [episode for episode in episodes if episode.is_open and episode != carried],
        "names_it": reads,
        "opens": reads and member.may(Permission.EPISODES_MANAGE),
        "uses": member.may(Permission.REFERRALS_INTAKE),
    }
