"""Pages of documents: what is owed, one document beside its paper, signing, sending."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_export, record_list, record_read
from medexpro.clients.panels import open_chart
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.kernel.wording import spots
from medexpro.pdf import engine
from medexpro.pdf.characters import warning
from medexpro.practice import reauth
from medexpro.practice.access import requires
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.views.lock import confirm_first
from medexpro.providers.models import Provider
from medexpro.reports import (
    batch_views,
    batches,
    contents,
    forms,
    life,
    listing,
    operations,
    papers,
    presenters,
    replies,
    sending,
)
from medexpro.reports.layouts import LAYOUTS
from medexpro.reports.models import UNSIGNED, Delivery, Document
from medexpro.reports.rules.words import length_in_words
from medexpro.reports.snapshots import fingerprint
from medexpro.web.pages import go_to, page, toast, wants_part
from medexpro.web.typed import whole_number

PAGE = 60
# On the page of all: so many that are due at a time, and the newest documents; each state has a page of its own.
DUE_A_PAGE, NEWEST = 25, 20
# What a line of the list says: there are many lines, and most of what is kept is not in them.
LISTED = (
    "practice", "kind", "number", "state", "drafted_at", "checked_at", "signed_at", "signed_name", "episode__referral",
    "episode__client__given_name", "episode__client__family_name", "provider__given_name", "provider__family_name",
    "provider__credential", "provider__type", "provider__is_active", "drafted_by__user__full_name",
    "checked_by__user__full_name",
)  # fmt: skip
MOVED = (
    "document", "channel", "gateway", "undone_at", "to", "sent_at", "delivered_at", "failed_reason", "received_at", "received_how",
    "received_from", "acknowledged_at", "acknowledged_how", "acknowledged_from", "sent_by__user__full_name",
    "received_by__user__full_name", "acknowledged_by__user__full_name",
)  # fmt: skip
# As filters of the list: all but what was replaced or put away.
STATES = [one.value for one in Document.State if one != Document.State.VOID]


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
    """List what is due and documents by state; who sees states only opens none of them but acknowledgements.

    `?state=` shows one state alone.
    """
    member, at = request.member, clock.now()
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    rows = _listed(member)
    found = list(
        rows.filter(state=state)[:PAGE] if state else rows.exclude(state=Document.State.VOID)[:NEWEST]
    )
    filters = {"state": state} if state else {}
    record_list(member, "reports", at=at, count=len(found), filters=filters)
    open_ones = _open_ones(member)
    context = {
        "nav": "reports",
        "state": state,
        "states": _tabs(open_ones),
        "due": {}
        if state
        else _due_rows(listing.due(member, at), open_ones, at, request.GET.get("page", "1")),
        "groups": _groups(found),
        "newest": len(found) if len(found) == (PAGE if state else NEWEST) else 0,
        "to_sign": sum(one[0] in UNSIGNED for one in open_ones),
        "new_id": str(uuid7()),
        "opens": member.may(Permission.REPORTS_READ),
        "may_write": member.may(Permission.REPORTS_WRITE),
        "may_sign": member.may(Permission.REPORTS_SIGN),
        "takes_in": member.may(Permission.REFERRALS_INTAKE),
        "may_print": member.may(Permission.CLIENTS_EXPORT) and member.may(Permission.REPORTS_TRACK),
    }
    return page(request, "reports/index.html", context | {"is_demo": settings.MEDEXPRO_DEMO})


def _listed(member: Member) -> Any:
    """Return the documents a member may know of as a list shows them: the newest first, with who moved them on."""
    moved = Delivery.objects.select_related("sent_by__user", "received_by__user", "acknowledged_by__user")
    return (
        Document.objects.visible_to(member)
        .select_related("episode__client", "provider", "drafted_by__user", "checked_by__user")
        .only(*LISTED)
        .prefetch_related(Prefetch("deliveries", moved.only(*MOVED)))
        .order_by("-drafted_at")
    )


def _open_ones(member: Member) -> list[tuple]:
    """Return (state, episode, kind) of all that is not sent yet. There are as many as people have in hand. One query."""
    rows = Document.objects.visible_to(member).filter(state__in=(*UNSIGNED, Document.State.SIGNED))
    return list(rows.values_list("state", "episode_id", "kind"))


def _tabs(open_ones: list[tuple]) -> list[dict[str, Any]]:
    """Return the filters of the list; what waits for somebody here is counted."""
    counts = Counter(one[0] for one in open_ones)
    here = reverse("reports:index")
    tabs = [
        {"key": one, "name": _heading(one), "url": f"{here}?state={one}", "count": counts.get(one, "")}
        for one in STATES
    ]
    return [{"key": "", "name": "All", "url": here}, *tabs]


def _heading(state: str) -> str:
    return "Signed, not sent" if state == Document.State.SIGNED else str(Document.State(state).label)


def _groups(found: list[Document]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the documents state by state, each with how it came there."""
    named = [(_heading(state), [one for one in found if one.state == state]) for state in STATES]
    return [
        (name, [{"document": one, "step": life.latest_of(one, one.deliveries.all())} for one in rows])
        for name, rows in named
        if rows
    ]


def _due_rows(owed: list[listing.Due], open_ones: list[tuple], at: datetime, number: str) -> dict[str, Any]:
    """Return a page of what is due: each with its key for a batch, and whether a draft of it is begun."""
    shown = Paginator(owed, DUE_A_PAGE).get_page(number)
    begun = {(episode, kind) for state, episode, kind in open_ones if state in UNSIGNED}
    week = {(one.episode.pk, one.kind) for one in batch_views.due_this_week(owed, at)}
    rows = [
        {
            "one": one,
            "begun": (one.episode.pk, one.kind.value) in begun,
            "line": f"{one.episode.pk}:{one.kind.value}" if one.kind in batches.KINDS else "",
        }
        for one in shown
    ]
    return {"page": shown, "rows": rows, "week": len(week), "lines": sum(bool(row["line"]) for row in rows)}


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
    owed = (
        listing.due_of(dated, at, listing.closed_for(episode.practice, chart.day))
        if dated is not None
        else []
    )
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "reports",
        "episode": episode,
        "rows": rows,
        "due": sorted(owed, key=lambda one: (not one.late, one.on)),
        "kinds": presenters.kinds_to_draft(episode),
        "questions": list(episode.questions.select_related("provider")[:PAGE]),
        "may_send": request.member.may(Permission.REPORTS_SEND),
        "may_write": request.member.may(Permission.REPORTS_WRITE),
        "takes_in": request.member.may(Permission.REFERRALS_INTAKE),
        "may_change": request.member.may(Permission.EPISODES_MANAGE),
    }
    return page(request, "reports/of_episode.html", context)


@require_POST
@requires(Permission.REPORTS_WRITE)
def draft(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Draft a document to the referring provider, or to the one that is named; or go on with the open draft."""
    episode = _episode(request, episode_id)
    kind, named = request.POST.get("kind", ""), request.POST.get("provider", "")
    to = _provider(episode, named) if named else None
    try:
        document = operations.draft(episode, kind, provider=to, by=request.member, at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
        return go_to(request, "reports:of_episode", episode.pk)
    return go_to(request, "reports:show", document.pk)


def _provider(episode: Episode, named: str) -> Provider:
    try:
        return get_object_or_404(Provider, practice=episode.practice_id, pk=UUID(named))
    except ValueError:
        raise Http404 from None


@require_GET
@requires(Permission.REPORTS_READ)
def show(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Show a document: the paper, what to write beside it, how it was sent."""
    document = _document(request, document_id)
    record_read(request.member, document.episode.client, "report", at=clock.now())
    return document_page(request, document)


def document_page(
    request: HttpRequest, document: Document, *, status: int = 200, **shown: Any
) -> HttpResponse:
    """Answer with the page of a document. shown: what this answer adds, such as a form with what was typed."""
    member, at = request.member, clock.now()
    context: dict[str, Any] = {
        "nav": "reports",
        "document": document,
        "client": document.episode.client,
        "is_draft": document.is_draft,
        "may_take_out": member.may(Permission.CLIENTS_EXPORT),
        "may_write": member.may(Permission.REPORTS_WRITE),
        "may_sign": member.may(Permission.REPORTS_SIGN),
        "asks_password": not reauth.recently_authenticated(request),
        **_queue(request),
        **sent_and_back(member, document, shown),
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
    return page(request, "reports/show.html", shown | context, status=status)


def sent_and_back(member: Any, document: Document, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the parts on states show: the six states, what left, what came back, what may be done about it.

    shown: the forms of this answer, with what was typed. At most four queries.
    """
    deliveries = list(
        document.deliveries.select_related("sent_by__user", "received_by__user", "acknowledged_by__user")
    )
    sendable, back = document.state in sending.SENDABLE, waiting(deliveries)
    sends = member.may(Permission.REPORTS_SEND)
    initial = {"channel": document.provider.preferred_channel, "days": sending.LINK_DAYS}
    pending = document.is_draft or document.state == Document.State.SIGNED
    retired = sending.why_not_to(document.provider) if pending else ""
    colleagues = operations.colleagues(document.provider) if retired else []
    return {
        "steps": life.steps_of(document, deliveries),
        "deliveries": deliveries,
        "may_take_out": member.may(Permission.CLIENTS_EXPORT),
        "sendable": sendable and not retired,
        "may_send": sends,
        "may_track": member.may(Permission.REPORTS_TRACK),
        "send_form": shown.get("send_form") or forms.SendForm(initial=initial, only_by_hand=not sends),
        "reply_form": shown.get("reply_form")
        or (forms.ReplyForm(deliveries=back) if back and sendable else None),
        "mail_obstacle": sending.why_not_by_mail(document) if sendable and sends else "",
        "retired": retired,
        "may_readdress": member.may(Permission.REPORTS_WRITE),
        "readdress_form": shown.get("readdress_form")
        or (forms.ReaddressForm(colleagues=colleagues) if colleagues else None),
        "now": clock.now(),
    }


def waiting(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Return the deliveries that left and that nobody has acknowledged."""
    return [one for one in deliveries if replies.left(one) and one.acknowledged_at is None]


def _queue(request: HttpRequest) -> dict[str, Any]:
    """Return how the page goes on to the next draft to sign, where somebody goes through them."""
    return {"queue": "?queue=1"} if request.GET.get("queue") == "1" else {"queue": ""}


def _as_it_stands(document: Document, made: contents.Contents) -> dict[str, Any]:
    """Return what to know while writing: what is shown, does it fit on the page, words to look at, signs that print as a box."""
    letterhead = contents.letterhead_of(document.practice)
    return {
        "shown": fingerprint(made.snapshot, letterhead),
        "fit": engine.pages_needed(LAYOUTS[document.kind], made.snapshot, letterhead),
        "spots": spots(operations.marks_in(made, document)),
        "notes": forms.notes_on(made.texts),
        "length": length_in_words(list(made.texts.values())),
        "measured": made.measured,
        "checked": document.state == Document.State.CHECKED,
        "checked_before": document.checked_page != operations.page_to_check(made, letterhead),
    }


@require_POST
@requires(Permission.REPORTS_WRITE)
def weigh(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Answer how the words fit while they are typed. Keeps nothing."""
    document, at = _document(request, document_id), clock.now()
    if not document.is_draft:
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
        return document_page(request, document, error=str(refusal), status=409)
    record_export(request.member, "document", at=at, client=document.episode.client, number=document.number)
    return answer


@require_POST
@requires(Permission.REPORTS_WRITE)
def write(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Keep what was written; a second person's change is shown and nothing typed is lost."""
    document, at = _document(request, document_id), clock.now()
    if not document.is_draft:
        return document_page(
            request, document, error="This document is signed and does not change.", status=409
        )
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
                return go_to(request, reverse("reports:show", args=[document.pk]) + _queue(request)["queue"])
            document = _document(request, document_id)
            form = forms.WordsForm(document=document, contents=contents.contents_of(document, at=at))
            return _kept(request, document, form, version=document.version, at=at)
    if wants_part(request):
        return _kept(request, document, form, version=form.data.get("version"), at=at, status=422)
    return document_page(request, document, form=form, status=422)


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
    context = (
        _as_it_stands(document, made)
        | {
            "live": True,
            "document": document,
            "form": form,
            "version": version,
            "may_sign": request.member.may(Permission.REPORTS_SIGN),
            "alternative": presenters.sentences(made.snapshot),
            "asks_password": not reauth.recently_authenticated(request),
        }
        | _queue(request)
    )
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
            wording_reason=request.POST.get("wording_reason", ""),
            version=whole_number(request.POST.get("version", "")),
            shown=request.POST.get("shown", ""),
            by=request.member,
            at=clock.now(),
        )
    except operations.WordingLeft as refusal:
        return document_page(request, document, wording_left=refusal, status=409)
    except Refusal as refusal:
        return document_page(request, document, error=str(refusal), status=409)
    toast(request, f"{document.get_kind_display()} {document.number} signed")
    return _go_on(request, document)


@require_POST
@requires(Permission.REPORTS_WRITE)
def check(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Keep that somebody has checked a draft as the page shows it, to be signed later."""
    document = _document(request, document_id)
    try:
        operations.check(
            document, version=whole_number(request.POST.get("version", "")) or 0, shown=request.POST.get("shown", ""),
            by=request.member, at=clock.now(),
        )  # fmt: skip
    except operations.WordingLeft as refusal:
        return document_page(request, document, wording_left=refusal, status=409)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return document_page(request, document, error=str(refusal), status=409)
    toast(request, f"{document.number} is checked")
    return _go_on(request, document)


def _go_on(request: HttpRequest, document: Document) -> HttpResponse:
    """Go on to the next draft for who goes through them, else back to the document."""
    if _queue(request)["queue"]:
        return go_to(request, f"{reverse('reports:next')}?after={document.pk}")
    return go_to(request, "reports:show", document.pk)


@require_POST
@requires(Permission.REPORTS_WRITE)
def replace(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Begin the document that replaces a signed one."""
    document = _document(request, document_id)
    try:
        made = operations.replace(document, by=request.member, at=clock.now())
    except Refusal as refusal:
        return document_page(request, document, error=str(refusal), status=409)
    return go_to(request, "reports:show", made.pk)


@require_POST
@requires(Permission.REPORTS_WRITE)
def discard(request: HttpRequest, document_id: Any) -> HttpResponse:
    """Put a draft away."""
    document = _document(request, document_id)
    try:
        operations.discard(document, by=request.member, at=clock.now())
    except Refusal as refusal:
        return document_page(request, document, error=str(refusal), status=409)
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
