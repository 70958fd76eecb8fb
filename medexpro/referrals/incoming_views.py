"""Referrals from the web: the list, one beside what it will become, accepting, declining, putting aside."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit import trail
from medexpro.clients import operations as client_operations
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.referrals import addresses, incoming, incoming_forms, incoming_presenters
from medexpro.referrals.incoming_models import IncomingFile, IncomingReferral
from medexpro.referrals.source_models import Source
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast, whole_address

PAGE_SIZE = 50


@requires(Permission.REFERRALS_INTAKE)
def from_the_web(request: HttpRequest) -> HttpResponse:
    """List what came through the public page: what waits first, the oldest on top; all of it on demand."""
    member = member_of(request)
    everything = request.GET.get("show") == "all"
    rows = (
        _rows(request).order_by("-received_at", "-pk")
        if everything
        else incoming.waiting(practice_of(request))
    )
    shown = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    trail.record_list(
        member, "referrals from the web", at=clock.now(), count=shown.paginator.count,
        filters={"show": "all" if everything else "waiting"},
    )  # fmt: skip
    context = {
        "nav": "referrals",
        "everything": everything,
        "page": shown,
        "rows": [incoming_presenters.row(one) for one in shown],
        "is_open": addresses.is_open(practice_of(request)),
    }
    return page(request, "referrals/incoming_list.html", context)


@requires(Permission.REFERRALS_INTAKE)
def show(request: HttpRequest, incoming_id: UUID) -> HttpResponse:
    """Show what was sent beside what it will become; a POST accepts it as chosen."""
    row, member, at = _one(request, incoming_id), member_of(request), clock.now()
    if row.is_waiting:
        row = incoming.look(row, by=member, at=at)
    trail.record_list(
        member, "referral from the web", at=at, count=1, filters={"number": row.number, "state": row.state}
    )
    clients, providers = incoming.client_matches(row, by=member), incoming.provider_matches(row, by=member)
    form = _accept_form(request, row, clients, providers) if row.is_waiting else None
    if form is not None and form.is_valid():
        try:
            referral = incoming.accept(row, **_chosen(form, clients, providers), by=member, at=at)
        except client_operations.AlreadyHere as here:
            form.add_error("client", str(here))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            toast(request, f"The referral of {referral.client} is taken in.")
            return go_to(request, "referrals:show", referral.pk)
    context = {
        "nav": "referrals",
        "row": row,
        "form": form,
        "sent": incoming_presenters.sent(row),
        "paper": IncomingFile.objects.filter(incoming=row).defer("content").first(),
        "open_checks": [
            reading for reading in incoming_presenters.readings(row).values() if not reading.shown
        ],
        "others": incoming_presenters.others(row) if row.is_waiting else [],
        "warnings": incoming_presenters.warnings(row, providers),
        "decline": incoming_forms.Decline(),
        "tracked": row.can_be_tracked(at),
        "can_take_back": row.state in {"declined", "spam"},
    }
    return page(request, "referrals/incoming.html", context, part="form" if form and form.is_bound else None)


@requires(Permission.REFERRALS_INTAKE)
def decline(request: HttpRequest, incoming_id: UUID) -> HttpResponse:
    """Decline a referral from the web, with the reason."""
    row = _one(request, incoming_id)
    form = incoming_forms.Decline(request.POST or None)
    if form.is_valid():
        try:
            incoming.decline(row, **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            back = reverse("referrals:web_take_back", args=[row.pk])
            toast(request, f"{row.number} is declined.", undo_url=back)
            return go_to(request, "referrals:web")
    return page(
        request,
        "referrals/incoming_decline.html",
        {"nav": "referrals", "form": form, "row": row},
        part="form",
    )


@require_POST
@requires(Permission.REFERRALS_INTAKE)
def spam(request: HttpRequest, incoming_id: UUID) -> HttpResponse:
    """Mark a referral from the web as spam; it can be taken back."""
    row = _one(request, incoming_id)
    if told(request, lambda: incoming.put_aside(row, by=member_of(request), at=clock.now())):
        back = reverse("referrals:web_take_back", args=[row.pk])
        toast(request, f"{row.number} is marked as spam.", undo_url=back)
    return go_to(request, "referrals:web")


@require_POST
@requires(Permission.REFERRALS_INTAKE)
def take_back(request: HttpRequest, incoming_id: UUID) -> HttpResponse:
    """Let a declined one, or one marked as spam, wait again."""
    return _done(request, incoming_id, incoming.take_back, "It waits again.")


@require_POST
@requires(Permission.REFERRALS_INTAKE)
def close_tracking(request: HttpRequest, incoming_id: UUID) -> HttpResponse:
    """Close the page on which the provider sees how it stands."""
    return _done(request, incoming_id, incoming.close_tracking, "The provider’s page is closed.")


@require_GET
@requires(Permission.REFERRALS_INTAKE)
def paper(request: HttpRequest, incoming_id: UUID) -> HttpResponse:
    """Show the paper that came along: never guessed at by the browser, never run."""
    row = _one(request, incoming_id)
    kept = IncomingFile.objects.filter(incoming=row).first()
    if kept is None:
        raise Http404
    trail.record_list(
        member_of(request),
        "paper of a referral from the web",
        at=clock.now(),
        count=1,
        filters={"number": row.number},
    )
    response = HttpResponse(bytes(kept.content), content_type=kept.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "inline"
    return response


@require_GET
@requires(Permission.SOURCES_READ, Permission.REFERRALS_INTAKE)
def card(request: HttpRequest) -> HttpResponse:
    """Print the address of the practice's own page, as a code and in letters."""
    return _card(request, addresses.path_of_practice(practice_of(request)), None)


@require_GET
@requires(Permission.SOURCES_READ)
def card_of_source(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Print the address of a source's own page, as a code and in letters."""
    source = get_object_or_404(Source.objects.visible_to(member_of(request)).named(), pk=source_id)
    return _card(request, addresses.path_of(source), source)


def _card(request: HttpRequest, path: str, source: Source | None) -> HttpResponse:
    address = whole_address(request, path) if path else ""
    context = {
        "nav": "referrals",
        "source": source,
        "address": addresses.short(address),
        "code": addresses.qr_svg(address) if address else "",
        "is_open": bool(path) and addresses.is_open(practice_of(request)),
    }
    return page(request, "referrals/card.html", context)


def _accept_form(
    request: HttpRequest, row: IncomingReferral, clients: list, providers: list
) -> incoming_forms.Accept:
    choices = incoming_presenters.choices(row, clients, providers)
    return incoming_forms.Accept(request.POST or None, initial=choices.pop("initial"), **choices)


def _chosen(form: incoming_forms.Accept, clients: list, providers: list) -> dict[str, Any]:
    """Return the arguments of `accept`: only who was offered can be chosen."""
    values = form.values()
    for name, matches in (("client", clients), ("provider", providers)):
        by_key = {str(one.pk): one for one, *_ in matches}
        values[name] = by_key.get(values[name])
    return values


def _done(request: HttpRequest, incoming_id: UUID, act: Callable[..., Any], sentence: str) -> HttpResponse:
    row = _one(request, incoming_id)
    if told(request, lambda: act(row, by=member_of(request), at=clock.now())):
        toast(request, sentence)
    return go_to(request, "referrals:web_show", row.pk)


def _rows(request: HttpRequest) -> QuerySet:
    return IncomingReferral.objects.of(practice_of(request))


def _one(request: HttpRequest, incoming_id: UUID) -> IncomingReferral:
    rows = _rows(request).select_related(
        "practice",
        "source__provider",
        "source__organisation",
        "seen_by__user",
        "settled_by__user",
        "referral",
    )
    return get_object_or_404(rows, pk=incoming_id)
