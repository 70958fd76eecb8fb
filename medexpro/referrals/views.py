"""The list of referrals, taking one in, and one with its four checks."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from medexpro.audit import trail
from medexpro.clients import operations as client_operations
from medexpro.clients.models import Client
from medexpro.clients.uploads import UploadRefused
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider
from medexpro.referrals import forms, hooks, incoming, listing, operations, presenters, sections, standing
from medexpro.referrals.models import Referral
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast

PAGE_SIZE = 50


@requires(Permission.REFERRALS_READ)
def referrals(request: HttpRequest) -> HttpResponse:
    """List the referrals: who needs a word today first."""
    member, at = member_of(request), clock.now()
    day = practice_of(request).day(at)
    everything = request.GET.get("show") == "all"
    rows = listing.every(member) if everything else listing.needing_a_word(member, day)
    shown = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    trail.record_list(
        member,
        "referrals",
        at=at,
        count=shown.paginator.count,
        filters={"show": "all" if everything else "due"},
    )
    closed = standing.closed_for(practice_of(request), shown)
    context = {
        "nav": "referrals",
        "tabs": sections.tabs_for(member),
        "tab": "referrals",
        "everything": everything,
        "rows": [presenters.row(referral, day, member, closed) for referral in shown],
        "page": shown,
        "sources": listing.sources(member, day),
        "takes_in": member.may(Permission.REFERRALS_INTAKE),
        "from_web": incoming.waiting_count(member),
        "reads_providers": member.may(Permission.PROVIDERS_READ),
    }
    return page(request, "referrals/list.html", context)


@requires(Permission.REFERRALS_INTAKE)
def take_in(request: HttpRequest) -> HttpResponse:
    """Take in a referral: client, provider, paper, scan, in one go or not at all."""
    at = clock.now()
    matches: list = []
    if request.method == "POST":
        form = forms.TakeIn(request.POST, request.FILES)
        if form.is_valid():
            try:
                referral = operations.intake(**_intake_values(request, form), by=member_of(request), at=at)
            except client_operations.AlreadyHere as here:
                matches = here.matches
            except UploadRefused as refusal:
                form.add_error("scan", str(refusal))
            except Refusal as refusal:
                _refuse(form, refusal)
            else:
                toast(request, f"The referral of {referral.client} is taken in.")
                return go_to(request, "referrals:show", referral.pk)
    else:
        form = forms.TakeIn.fresh(practice_of(request).day(at), _asked_client(request))
    return page(
        request, "referrals/take_in.html", {"nav": "referrals", "form": form, "matches": matches}, part="form"
    )


@requires(Permission.REFERRALS_READ)
def show(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Show one referral: four checks, each on its own, validity, acknowledgement."""
    return _show(request, _referral(request, referral_id))


@requires(Permission.REFERRALS_INTAKE)
def change(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Change what is recorded of a referral."""
    referral = _referral(request, referral_id)
    trail.record_read(member_of(request), referral.client, "referral", at=clock.now())
    form = forms.Paper.over(referral, request.POST or None)
    if form.is_valid():
        values = form.values()
        values["provider"] = _provider(request, values["provider"])
        try:
            operations.change(
                referral, **values, version=form.shown_version, by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            theirs = Provider.objects.filter(pk=conflict.theirs.get("provider")).first()
            conflict.theirs["provider"] = forms.provider_choice(theirs)
            form.settle(conflict)
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            toast(request, "The referral is saved.")
            return go_to(request, "referrals:show", referral.pk)
    context = {"nav": "referrals", "form": form, "referral": referral}
    return page(request, "referrals/change.html", context, part="form")


@require_POST
@requires(Permission.REFERRALS_INTAKE)
def answer(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Answer one of the four checks."""
    referral = _referral(request, referral_id)
    form = forms.Answer(request.POST)
    refused: dict[str, str] = {}
    if form.is_valid():
        values = form.values() | {"met": form.cleaned_data["met"] == "yes"}
        try:
            operations.answer_check(referral, **values, by=member_of(request), at=clock.now())
        except Refusal as refusal:
            refused = {values["kind"]: str(refusal), "note": values["note"]}
    return _show(request, _referral(request, referral_id), refused=refused, part="checks")


@require_POST
@requires(Permission.REFERRALS_INTAKE)
def confirm(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Confirm every check the paper shows, each on its own."""
    referral = _referral(request, referral_id)
    told(request, lambda: operations.confirm_shown(referral, by=member_of(request), at=clock.now()))
    return _show(request, _referral(request, referral_id), part="checks")


@require_POST
@requires(Permission.REFERRALS_INTAKE)
def acknowledge(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Record that the provider was told."""
    referral = _referral(request, referral_id)
    form = forms.Acknowledge(request.POST)
    if form.is_valid():
        values = form.values()
        if told(
            request, lambda: operations.acknowledge(referral, **values, by=member_of(request), at=clock.now())
        ):
            toast(request, "The acknowledgement is recorded.")
    return go_to(request, "referrals:show", referral.pk)


@requires(Permission.REFERRALS_INTAKE)
def decline(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Decline a referral, with the reason."""
    referral = _referral(request, referral_id)
    trail.record_read(member_of(request), referral.client, "referral", at=clock.now())
    form = forms.Decline(request.POST or None)
    if form.is_valid():
        try:
            operations.decline(referral, **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The referral is declined.")
            return go_to(request, "referrals:show", referral.pk)
    return page(
        request,
        "referrals/decline.html",
        {"nav": "referrals", "form": form, "referral": referral},
        part="form",
    )


@requires(Permission.REFERRALS_INTAKE)
def scan(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Put the paper itself on file."""
    referral = _referral(request, referral_id)
    trail.record_read(member_of(request), referral.client, "referral", at=clock.now())
    form = forms.Scan(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["scan"]
        try:
            operations.add_scan(
                referral,
                file=file,
                size=file.size,
                id=form.cleaned_data["new_id"],
                by=member_of(request),
                at=clock.now(),
            )
        except Refusal as refusal:
            form.add_error("scan", str(refusal))
        else:
            return go_to(request, "referrals:show", referral.pk)
    return page(request, "referrals/scan.html", {"nav": "referrals", "form": form, "referral": referral})


def _show(
    request: HttpRequest,
    referral: Referral,
    *,
    refused: dict[str, str] | None = None,
    part: str | None = None,
) -> HttpResponse:
    at, member = clock.now(), member_of(request)
    trail.record_read(member, referral.client, "referral", at=at)
    day = practice_of(request).day(at)
    now = standing.of(referral, day, standing.closed_for(referral.practice, [referral]))
    context: dict[str, Any] = {
        "nav": "referrals",
        "referral": referral,
        "now": now,
        "checks": presenters.checks(now, refused or {}, member),
        "missing": presenters.missing(now, member),
        "facts": presenters.facts(referral, now, member),
        "reads_wording": presenters.may_read_wording(member),
        "came_in": incoming.came_in(referral),
        "reads_scan": member.may(Permission.DOCUMENTS_READ),
        "works": member.may(Permission.REFERRALS_INTAKE) and referral.declined_at is None,
        "shown_open": [answer for answer in now.answers if answer.reading.shown and answer.check is None],
        "acknowledge": forms.Acknowledge(
            initial={"channel": referral.provider.preferred_channel if referral.provider else "fax"}
        ),
        "panels": hooks.panels_of(referral, member=member, at=at),
    }
    return page(request, "referrals/show.html", context, part=part)


def _referral(request: HttpRequest, referral_id: UUID) -> Referral:
    rows = (
        Referral.objects.visible_to(member_of(request))
        .select_related(
            "client",
            "practice",
            "provider__organisation",
            "received_by__user",
            "acknowledged_by__user",
            "scan",
        )
        .prefetch_related("checks__checked_by__user", "codes")
    )
    return get_object_or_404(rows, pk=referral_id)


def _provider(request: HttpRequest, chosen: str) -> Provider | None:
    pk = forms.chosen_id(chosen)
    return Provider.objects.visible_to(member_of(request)).filter(pk=pk).first() if pk else None


def _asked_client(request: HttpRequest) -> tuple[str, str] | str:
    """Return the client a link names, as the search field shows one that was chosen."""
    pk = forms.chosen_id(request.GET.get("client", ""))
    client = Client.objects.visible_to(member_of(request)).filter(pk=pk).first() if pk else None
    return (str(client.pk), client.name) if client else ""


def _intake_values(request: HttpRequest, form: forms.TakeIn) -> dict[str, Any]:
    values = form.values()
    # “It is this one” beside a likely duplicate stands for the client's field.
    chosen = forms.chosen_id(request.POST.get("use_match", "") or values["client"])
    clients = Client.objects.visible_to(member_of(request)).select_related("practice")
    values["client"] = clients.filter(pk=chosen).first() if chosen else None
    if chosen:
        values["new_client"] = None
    values["provider"] = _provider(request, values["provider"])
    return values


def _refuse(form: Any, refusal: Refusal) -> None:
    """Show an operation's no at the field it is about, whichever part of the form that stands in."""
    field = refusal.field or ""
    places = {
        "icd10": "code_1",
        "file": "scan",
        "npi": "provider_npi",
        "written": "confirmed",
        "wording": "wording",
    }
    places |= {"coded": "confirmed", "exited": "confirmed"}
    if field == "wording" and "confirmed" in form.fields and form.cleaned_data.get("confirmed"):
        places["wording"] = "confirmed"
    field = places.get(field, field)
    form.add_error(field if field in form.fields else None, str(refusal))
