"""Pages of documents: what is owed, one document beside its paper, signing, sending."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_export, record_list, record_read
from medexpro.clients.panels import open_chart
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.pdf import engine
from medexpro.pdf.characters import warning
from medexpro.practice import reauth
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.practice.views.lock import confirm_first
from medexpro.reports import contents, forms, listing, operations, papers, presenters, sending
from medexpro.reports.layouts import LAYOUTS
from medexpro.reports.models import Delivery, Document
from medexpro.reports.rules.words import length_in_words
from medexpro.reports.snapshots import fingerprint
from medexpro.web.pages import go_to, page, toast, wants_part, whole_address
from medexpro.web.typed import whole_number

PAGE = 60


def _document(request: HttpRequest, document_id: Any) -> Document:
    return get_object_or_404(operations.rows_of(request.member), pk=document_id)


def _episode(request: HttpRequest, episode_id: Any) -> Episode:
    rows = Episode.objects.visible_to(request.member).select_related(
        "client", "practice", "referral__provider"
    )
    return get_object_or_404(rows, pk=episode_id)


@require_GET
@requires(Permission.REPORTS_STATUS, Permission.REPORTS_READ)
def index(request: HttpRequest) -> HttpResponse:
    """List what is due and documents by state; who sees states only opens none of them but acknowledgements."""
    rows = (
        Document.objects.visible_to(request.member)
        .defer("pdf", "snapshot")
        .select_related("episode__client", "provider")
    )
    found = list(rows.exclude(state=Document.State.VOID).order_by("-drafted_at")[:PAGE])
    record_list(request.member, "reports", at=clock.now(), count=len(found))
    groups = (
        ("Drafts", ("draft",)),
        ("Signed, not sent", ("signed",)),
        ("Sent", ("sent",)),
        ("Acknowledged", ("acknowledged",)),
    )
    named = [(name, [row for row in found if row.state in states]) for name, states in groups]
    member = request.member
    opens = member.may(Permission.REPORTS_READ)
    context = {
        "nav": "reports",
        "due": listing.due(member, clock.now())[:PAGE],
        "groups": [group for group in named if group[1]],
        "opens": opens,
        "may_write": member.may(Permission.REPORTS_WRITE),
        "takes_in": member.may(Permission.REFERRALS_INTAKE),
    }
    return page(request, "reports/index.html", context | {"is_demo": settings.MEDEXPRO_DEMO})


@require_GET
@requires(Permission.REPORTS_READ)
def of_episode(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """List the documents of one episode, and offer to draft one."""
    episode = _episode(request, episode_id)
    chart = open_chart(request, episode.client, page="reports")
    rows = (
        episode.documents.defer("pdf", "snapshot").select_related("provider").order_by("-drafted_at")[:PAGE]
    )
    at = clock.now()
    dated = listing.with_dates(Episode.objects.filter(pk=episode.pk), chart.day).first()
    if dated is not None:
        dated.practice, dated.client = episode.practice, episode.client
    owed = listing.due_of(dated, at) if dated is not None else []
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "reports",
        "episode": episode,
        "rows": rows,
        "due": sorted(owed, key=lambda one: (not one.late, one.on)),
        "kinds": presenters.kinds_to_draft(episode),
        "may_write": request.member.may(Permission.REPORTS_WRITE),
        "takes_in": request.member.may(Permission.REFERRALS_INTAKE),
        "may_change": request.member.may(Permission.EPISODES_MANAGE),
    }
    return page(request, "reports/of_episode.html", context)


@require_POST
@requires(Permission.REPORTS_WRITE)
def draft(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Draft a document to the referring provider, or go on with the open draft."""
    episode = _episode(request, episode_id)
    try:
        document = operations.draft(episode, request.POST.get("kind", ""), by=request.member, at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
        return go_to(request, "reports:of_episode", episode.pk)
    return go_to(request, "reports:show", document.pk)


@require_GET
@requires(Permission.REPORTS_READ)
def show(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Show a document: the paper, what to write beside it, how it was sent."""
    document = _document(request, document_id)
    record_read(request.member, document.episode.client, "report", at=clock.now())
    return _show(request, document)


def _show(request: HttpRequest, document: Document, *, status: int = 200, **shown: Any) -> HttpResponse:
    member, at = request.member, clock.now()
    context: dict[str, Any] = {
        "nav": "reports",
        "document": document,
        "client": document.episode.client,
        "is_draft": document.state == Document.State.DRAFT,
        "sendable": document.state in sending.SENDABLE,
        "deliveries": document.deliveries.select_related("sent_by__user"),
        "may_take_out": member.may(Permission.CLIENTS_EXPORT),
        "may_write": member.may(Permission.REPORTS_WRITE),
        "may_sign": member.may(Permission.REPORTS_SIGN),
        "may_send": member.may(Permission.REPORTS_SEND),
        "send_form": shown.get("send_form")
        or forms.SendForm(
            initial={"channel": document.provider.preferred_channel, "days": sending.LINK_DAYS}
        ),
        "asks_password": not reauth.recently_authenticated(request),
        "now": at,
    }
    if context["is_draft"]:
        made = contents.contents_of(document, at=at)
        context |= _as_it_stands(document, made) | {
            "form": shown.get("form") or forms.WordsForm(document=document, contents=made),
            "unprintable": warning(document.episode.client.name),
            "alternative": presenters.sentences(made.snapshot),
        }
    else:
        # A draft that was put away has no frozen values.
        kept = presenters.kept_snapshot(document) if document.is_signed else None
        context["alternative"] = presenters.sentences(kept) if kept else []
        context["mail_obstacle"] = sending.why_not_by_mail(document) if context["sendable"] else ""
    extra = {key: value for key, value in shown.items() if key not in ("form", "send_form")}
    return page(request, "reports/show.html", context | extra, status=status)


def _as_it_stands(document: Document, made: contents.Contents) -> dict[str, Any]:
    """Return what to know while writing: what is shown, does it fit on the page, words to look at, signs that print as a box."""
    letterhead = contents.letterhead_of(document.practice)
    return {
        "shown": fingerprint(made.snapshot, letterhead),
        "fit": engine.pages_needed(LAYOUTS[document.kind], made.snapshot, letterhead),
        "marks": operations.marks_in(made),
        "notes": forms.notes_on(made.texts),
        "length": length_in_words(list(made.texts.values())),
        "measured": made.measured,
    }


@require_POST
@requires(Permission.REPORTS_WRITE)
def weigh(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Answer how the words fit while they are typed. Keeps nothing."""
    document, at = _document(request, document_id), clock.now()
    if document.state != Document.State.DRAFT:
        return HttpResponse(status=204)
    made = contents.contents_of(document, at=at)
    form = forms.WordsForm(request.POST, document=document, contents=made)
    if form.is_valid():
        document.words = {
            key: value
            for key, value in {**document.words, **form.words()}.items()
            if value is not None and value != made.own.get(key)
        }
        made = contents.contents_of(document, at=at)
    return page(request, "reports/weighed.html", _as_it_stands(document, made))


@require_GET
@requires(Permission.REPORTS_READ)
def picture(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Answer the page as a picture: as on screen, in grey, or as a fax shows it (`?as=fax`, `?as=grey`)."""
    document = _document(request, document_id)
    record_read(request.member, document.episode.client, "report", at=clock.now())
    return papers.picture_of(document, how=request.GET.get("as", ""), at=clock.now())


@require_GET
@requires(Permission.CLIENTS_EXPORT)
@confirm_first
def pdf(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Answer the PDF: the signed bytes, or a draft that says it is one. Taking it out asks who it is and is in the trail."""
    document, at = _document(request, document_id), clock.now()
    try:
        answer = papers.pdf_of(document, at=at)
    except Refusal as refusal:
        return _show(request, document, error=str(refusal), status=409)
    record_export(request.member, "document", at=at, client=document.episode.client, number=document.number)
    return answer


@require_POST
@requires(Permission.REPORTS_WRITE)
def write(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Keep what was written; a second person's change is shown and nothing typed is lost."""
    document, at = _document(request, document_id), clock.now()
    if document.state != Document.State.DRAFT:
        return _show(request, document, error="This document is signed and does not change.", status=409)
    form = forms.WordsForm(request.POST, document=document, contents=contents.contents_of(document, at=at))
    if form.is_valid():
        try:
            operations.write(
                document, form.words(), version=form.values()["version"], by=request.member, at=at
            )
        except Conflict as conflict:
            theirs = "; ".join(str(text) for text in (conflict.theirs.get("words") or {}).values() if text)
            form.add_error(None, f"{conflict} Theirs: {theirs or 'the words of the record'}.")
            form.data = request.POST.copy()
            form.data["version"] = str(conflict.version)  # type: ignore[index]
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            if not wants_part(request):
                return go_to(request, "reports:show", document.pk)
            document = _document(request, document_id)
            form = forms.WordsForm(document=document, contents=contents.contents_of(document, at=at))
            return _kept(request, document, form, version=document.version, at=at)
    if wants_part(request):
        return _kept(request, document, form, version=form.data.get("version"), at=at, status=422)
    return _show(request, document, form=form, status=422)


def _kept(
    request: HttpRequest,
    document: Document,
    form: forms.WordsForm,
    *,
    version: Any,
    at: Any,
    status: int = 200,
) -> HttpResponse:
    """Answer the page's script after words were kept, or were not: how they stand, the page, the signing."""
    made = contents.contents_of(document, at=at)
    context = _as_it_stands(document, made) | {
        "live": True,
        "document": document,
        "form": form,
        "version": version,
        "may_sign": request.member.may(Permission.REPORTS_SIGN),
        "alternative": presenters.sentences(made.snapshot),
        "asks_password": not reauth.recently_authenticated(request),
    }
    return page(request, "reports/kept.html", context, status=status)


@require_POST
@requires(Permission.REPORTS_SIGN)
def sign(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Sign, by somebody who showed within five minutes who they are."""
    document = _document(request, document_id)
    try:
        if password := request.POST.get("password"):
            reauth.reauthenticate(request, password=password)
        operations.sign(
            document,
            recently_signed_in=reauth.recently_authenticated(request),
            accept_wording=request.POST.get("accept_wording") == "yes",
            version=whole_number(request.POST.get("version", "")),
            shown=request.POST.get("shown", ""),
            by=request.member,
            at=clock.now(),
        )
    except operations.WordingLeft as refusal:
        return _show(request, document, wording_left=refusal, status=409)
    except Refusal as refusal:
        return _show(request, document, error=str(refusal), status=409)
    toast(request, f"{document.get_kind_display()} {document.number} signed")
    return go_to(request, "reports:show", document.pk)


@require_POST
@requires(Permission.REPORTS_SEND)
def send(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Send a signed document; the address of a link is shown once."""
    document = _document(request, document_id)
    form = forms.SendForm(request.POST)
    if form.is_valid():
        values = form.values()
        try:
            sent = sending.send(
                document, values["channel"], to=values["to"], days=values["days"] or sending.LINK_DAYS,
                id=values["new_id"], by=request.member, at=clock.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            if not sent.token:
                toast(request, "Sent before; a link is shown once" if sent.again else "Recorded as sent")
                return go_to(request, "reports:show", document.pk)
            link = whole_address(request, reverse("portal:document", args=[sent.token]))
            return _show(request, _document(request, document_id), link=link)
    return _show(request, document, send_form=form, status=422)


@require_POST
@requires(Permission.REPORTS_WRITE)
def replace(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Begin the document that replaces a signed one."""
    document = _document(request, document_id)
    try:
        made = operations.replace(document, by=request.member, at=clock.now())
    except Refusal as refusal:
        return _show(request, document, error=str(refusal), status=409)
    return go_to(request, "reports:show", made.pk)


@require_POST
@requires(Permission.REPORTS_WRITE)
def discard(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Put a draft away."""
    document = _document(request, document_id)
    try:
        operations.discard(document, by=request.member, at=clock.now())
    except Refusal as refusal:
        return _show(request, document, error=str(refusal), status=409)
    toast(request, f"Draft {document.number} put away")
    return go_to(request, "reports:of_episode", document.episode_id)


@require_POST
@requires(Permission.REPORTS_SEND)
def revoke(request: HttpRequest, delivery_id: Any) -> HttpResponse:
    """End a link at once."""
    rows = Delivery.objects.visible_to(request.member).select_related("episode__client", "document")
    delivery = get_object_or_404(rows, pk=delivery_id)
    try:
        sending.revoke(delivery, by=request.member, at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, "The link no longer opens")
    return go_to(request, "reports:show", delivery.document_id)


@require_GET
@requires(Permission.REPORTS_SEND)
def outbox(request: HttpRequest) -> HttpResponse:
    """Show the demo's letters: its mail lies in a folder instead of leaving."""
    if not settings.MEDEXPRO_DEMO:
        raise Http404
    folder = settings.EMAIL_FILE_PATH
    letters = []
    for path in sorted(folder.glob("*.log"), reverse=True)[:20] if folder.exists() else []:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[:30]
        letters.append([line for line in lines if line.startswith(("Subject:", "To:", "Date:"))])
    return page(request, "reports/outbox.html", {"nav": "reports", "letters": letters})
