"""The list of providers, one provider, adding and changing them."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.providers import operations, panels, presenters
from medexpro.providers.forms import ProviderForm
from medexpro.providers.models import Organisation, Provider
from medexpro.web.pages import go_to, page, toast

PAGE_SIZE = 50


@requires(Permission.PROVIDERS_READ)
def providers(request: HttpRequest) -> HttpResponse:
    """List the providers, found as you type."""
    text = request.GET.get("q", "").replace("\x00", "")[:80]
    found = _matching(request, text).select_related("organisation")
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    context = {
        "nav": "referrals",
        "text": text,
        "page": shown,
        "providers": list(shown),
        "edits": member_of(request).may(Permission.PROVIDERS_EDIT),
    }
    return page(request, "providers/list.html", context, part="found")


@requires(Permission.PROVIDERS_READ)
def find(request: HttpRequest) -> JsonResponse:
    """Answer `?q=` with the providers that fit, for search fields."""
    text = request.GET.get("q", "").replace("\x00", "")[:80]
    found = list(_matching(request, text).select_related("organisation")[:13]) if text.strip() else []
    offers = [
        {
            "value": str(provider.pk),
            "label": provider.formal_name,
            "detail": " · ".join(filter(None, [provider.specialty, str(provider.organisation or "")])),
        }
        for provider in found[:12]
    ]
    return JsonResponse({"found": offers, "more": len(found) > 12})


@requires(Permission.PROVIDERS_READ)
def show(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Show one provider and how to reach them."""
    provider = _provider(request, provider_id)
    context = {
        "nav": "referrals",
        "provider": provider,
        "wishes": presenters.wishes(provider),
        "edits": member_of(request).may(Permission.PROVIDERS_EDIT),
        "panels": panels.panels_of(provider, member=member_of(request), at=clock.now()),
    }
    return page(request, "providers/show.html", context)


@requires(Permission.PROVIDERS_EDIT)
def add(request: HttpRequest) -> HttpResponse:
    """Add a provider."""
    form = ProviderForm(request.POST or None)
    if form.is_valid():
        try:
            provider = operations.add(
                **form.values(), id=form.new_id_value, by=member_of(request), at=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{provider.formal_name} is on file.")
            return go_to(request, "providers:show", provider.pk)
    return page(
        request,
        "providers/edit.html",
        {"nav": "referrals", "form": form, "title": "Add provider"},
        part="form",
    )


@requires(Permission.PROVIDERS_EDIT)
def change(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Change a provider."""
    provider = _provider(request, provider_id)
    name = provider.formal_name
    form = ProviderForm.over(provider, request.POST or None)
    if form.is_valid():
        try:
            operations.change(
                provider, **form.values(), version=form.shown_version, by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            works_at = Organisation.objects.filter(pk=conflict.theirs.pop("organisation", None)).first()
            conflict.theirs["organisation_name"] = works_at.name if works_at else ""
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{provider.formal_name} is saved.")
            return go_to(request, "providers:show", provider.pk)
    return page(
        request,
        "providers/edit.html",
        {"nav": "referrals", "form": form, "title": f"Change {name}"},
        part="form",
    )


@require_POST
@requires(Permission.PROVIDERS_EDIT)
def retire(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Mark a provider as no longer active, or as active again: nothing new is sent to them, and no form offers them."""
    provider = _provider(request, provider_id)
    active = request.POST.get("active") == "yes"
    operations.change(provider, is_active=active, by=member_of(request), at=clock.now())
    toast(request, f"{provider.formal_name} is {'active again' if active else 'no longer active'}.")
    return go_to(request, "providers:show", provider.pk)


def _provider(request: HttpRequest, provider_id: UUID) -> Provider:
    rows = Provider.objects.visible_to(member_of(request)).select_related("practice", "organisation")
    return get_object_or_404(rows, pk=provider_id)


def _matching(request: HttpRequest, text: str) -> QuerySet:
    rows = Provider.objects.visible_to(member_of(request)).filter(is_active=True)
    for word in text.split()[:6]:
        rows = rows.filter(
            Q(family_name__istartswith=word)
            | Q(given_name__istartswith=word)
            | Q(organisation__name__icontains=word)
            | Q(specialty__istartswith=word)
            | Q(npi__startswith=word)
        )
    return rows.order_by("family_name", "given_name", "pk")
