"""Opening an episode, changing what it is for, and its moves."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from medexpro.clients import panels
from medexpro.clients.models import Client
from medexpro.episodes import ending, forms, operations, presenters, steps
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.referrals.models import Referral
from medexpro.web.editing import told
from medexpro.web.forms import Form
from medexpro.web.pages import go_to, page, toast


@requires(Permission.RECORD_READ)
def show(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Show the chart of the client with this episode."""
    episode = _episode(request, episode_id)
    return redirect(_chart_url(episode))


@requires(Permission.EPISODES_MANAGE)
def open_episode(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Open an episode for a client; `?referral=` and `?after=` name what it stands on and what it follows."""
    rows = Client.objects.visible_to(member_of(request), Permission.EPISODES_MANAGE)
    client = get_object_or_404(rows.select_related("practice"), pk=client_id)
    chart = panels.open_chart(request, client, page="episode")
    referral = _asked(Referral, request, "referral", client)
    previous = _asked(Episode, request, "after", client)
    initial = {"title": referral.purpose if referral else ""}
    form = forms.OpenEpisode(request.POST or None, client=client, initial=initial)
    if form.is_valid():
        try:
            episode = operations.open_episode(
                client,
                **form.values(),
                referral=referral,
                previous=previous,
                by=member_of(request),
                at=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return go_to(request, _chart_url(episode))
    return _page(request, chart, form, "Open an episode", "Open episode")


@requires(Permission.EPISODES_MANAGE)
def edit(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Change what an episode is for."""
    episode = _episode(request, episode_id)
    chart = panels.open_chart(request, episode.client, page="episode")
    form = forms.Purpose.over(episode, request.POST or None, surgery=request.GET.get("surgery", ""))
    if form.is_valid():
        try:
            operations.change(
                episode, **form.values(), version=form.shown_version, by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            theirs = Episode.objects.get(pk=episode.pk)
            conflict.theirs = forms.Purpose.shown(theirs)
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The episode is saved.")
            return go_to(request, _chart_url(episode))
    add = reverse("clients:add_fact", args=[episode.client_id, "surgery"]) + f"?next={request.path}"
    may_add = member_of(request).may(Permission.HEALTH_EDIT)
    return _page(
        request,
        chart,
        form,
        "What the episode is for",
        "Save episode",
        add_surgery_url=add if may_add else "",
    )


@requires(Permission.EPISODES_MANAGE)
def start(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Start service, when nothing is missing."""
    episode = _episode(request, episode_id)
    chart = panels.open_chart(request, episode.client, page="episode")
    form = forms.Start(request.POST or None, initial={"category": episode.category})
    missing: list[str] = []
    if form.is_valid():
        try:
            operations.start(episode, **form.values(), by=member_of(request), at=clock.now())
        except operations.StartRefused as refused:
            missing = refused.missing
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "Service has started.")
            return go_to(request, _chart_url(episode))
        episode = _episode(request, episode_id)
    if not form.is_bound:
        missing = [
            line.sentence
            for line in steps.compose(episode, chart.day).missing
            if line.step in steps.BEFORE_START
        ]
    extra = {"missing": missing, "category": presenters.category_words(episode, chart.day)}
    return _page(
        request, chart, form, "Start service", "Start service", template="episodes/start.html", **extra
    )


@requires(Permission.EPISODES_MANAGE, Permission.SESSIONS_LOG)
def hold(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Put service on hold, with the reason."""
    return _move(request, episode_id, forms.Why, operations.hold, "Put service on hold", "Hold")


@requires(Permission.EPISODES_MANAGE)
def resume(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Take service up again, when clearance is in force."""
    return _move(
        request, episode_id, forms.WhyNot, operations.resume, "Take service up again", "Take up again"
    )


@requires(Permission.EPISODES_MANAGE)
def decline(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Decline an episode before service has started."""
    return _move(request, episode_id, forms.Why, operations.decline, "Decline this episode", "Decline")


@requires(Permission.EPISODES_MANAGE)
def discharge(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """End an episode: goals and last measures to look at, reason, what was reached, what comes next."""
    episode, member = _episode(request, episode_id), member_of(request)
    day = episode.practice.day(clock.now())
    return _move(
        request,
        episode_id,
        forms.Discharge,
        operations.discharge,
        "Discharge",
        "Discharge",
        template="episodes/discharge.html",
        go_on=ending.next_address(episode, member),
        parts=ending.parts(episode, member=member, day=day),
    )


@require_POST
@requires(Permission.REFERRALS_INTAKE)
def use_referral(request: HttpRequest, episode_id: UUID, referral_id: UUID) -> HttpResponse:
    """Let a newer referral carry an open episode."""
    episode = _episode(request, episode_id)
    referral = get_object_or_404(Referral.objects.visible_to(member_of(request)), pk=referral_id)
    if told(
        request, lambda: operations.use_referral(episode, referral, by=member_of(request), at=clock.now())
    ):
        toast(request, "The episode stands on this referral now.")
    return go_to(request, "referrals:show", referral.pk)


def _move(
    request: HttpRequest,
    episode_id: UUID,
    form_of: type[Form],
    operation: Callable[..., Episode],
    title: str,
    verb: str,
    go_on: str = "",
    **extra: Any,
) -> HttpResponse:
    episode = _episode(request, episode_id)
    chart = panels.open_chart(request, episode.client, page="episode")
    form = form_of(request.POST or None)
    if form.is_valid():
        try:
            operation(episode, **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{episode.title}: {episode.get_status_display().lower()}.")
            return go_to(request, go_on or _chart_url(episode))
    return _page(request, chart, form, title, verb, **extra)


def _episode(request: HttpRequest, episode_id: UUID) -> Episode:
    rows = Episode.objects.visible_to(member_of(request)).select_related(
        "client", "practice", "surgery", "condition", "referral__provider"
    )
    return get_object_or_404(rows, pk=episode_id)


def _asked(model: type, request: HttpRequest, name: str, client: Client) -> Any:
    """Return the record of this client that the address names; None for none or nonsense."""
    try:
        pk = UUID(request.GET.get(name, ""))
    except ValueError:
        return None
    return model.objects.visible_to(member_of(request)).filter(pk=pk, client=client).first()  # type: ignore[attr-defined]


def _chart_url(episode: Episode) -> str:
    return f"{reverse('clients:show', args=[episode.client_id])}?episode={episode.pk}"


def _page(
    request: HttpRequest,
    chart: panels.Chart,
    form: Form,
    title: str,
    verb: str,
    template: str = "episodes/edit.html",
    **extra: Any,
) -> HttpResponse:
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "",
        "form": form,
        "title": title,
        "verb": verb,
        **extra,
    }
    return page(request, template, context, part="form")
