"""Documents on file, and agreements."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit import trail
from medexpro.clients import agreements, forms, operations, panels, presenters, state
from medexpro.clients.models import ClientDocument, Consent
from medexpro.clients.views.finding import OPENS, client_or_404, row_or_404
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission, may_with
from medexpro.practice.views.lock import confirm_first
from medexpro.web.pages import go_to, page, toast


@requires(Permission.DOCUMENTS_READ, Permission.DOCUMENTS_ADD)
def documents(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Show what is on file and take in more. Who may only add sees which kinds there are, and the own titles."""
    client = client_or_404(request, client_id)
    chart = panels.open_chart(request, client, page="documents")
    form = None
    if member_of(request).may(Permission.DOCUMENTS_ADD):
        form = forms.Upload(request.POST or None, request.FILES or None)
        if form.is_valid():
            values = form.values()
            file, new_id = values.pop("file"), values.pop("new_id")
            try:
                operations.add_document(
                    client,
                    file=file,
                    size=file.size,
                    id=new_id,
                    **values,
                    by=member_of(request),
                    at=clock.now(),
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                toast(request, "The document is on file.")
                return go_to(request, "clients:documents", client.pk)
    rows = ClientDocument.objects.filter(client=client, removed_at=None).select_related("added_by__user")
    on_file = list(rows.order_by("-added_at")[:200])
    kinds = presenters.kinds_on_file(on_file)
    choice = request.GET.get("kind", "")
    choice = choice if choice in dict(kinds) else ""
    member = member_of(request)
    reads = may_with(member, Permission.DOCUMENTS_READ, client)
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "documents",
        "form": form,
        "reads": reads,
        "takes_out": may_with(member, Permission.CLIENTS_EXPORT, client),
        "documents": [
            presenters.document(row, in_full=reads or row.added_by_id == member.pk)
            for row in on_file
            if not choice or row.kind == choice
        ],
        "kinds": kinds if len(kinds) > 1 else [],
        "choice": choice,
    }
    return page(request, "clients/documents.html", context)


@require_GET
@requires(Permission.DOCUMENTS_READ)
def file(request: HttpRequest, document_id: UUID) -> FileResponse:
    """Show a document's file in the browser, to whoever may read it; its opening is kept in the trail."""
    document = _on_file(request, document_id, Permission.DOCUMENTS_READ)
    trail.record_read(member_of(request), document.client, "document file", at=clock.now())
    return _handed_out(document, as_attachment=False)


@require_GET
@requires(Permission.CLIENTS_EXPORT)
@confirm_first
def download(request: HttpRequest, document_id: UUID) -> FileResponse:
    """Hand out a document's file to be kept elsewhere: by who may export, just confirmed, each time in the trail."""
    document = _on_file(request, document_id, Permission.CLIENTS_EXPORT)
    trail.record_export(member_of(request), "document file", at=clock.now(), client=document.client)
    return _handed_out(document, as_attachment=True)


def _on_file(request: HttpRequest, document_id: UUID, permission: Permission) -> ClientDocument:
    document = row_or_404(ClientDocument, request, document_id, permission=permission)
    if document.removed_at is not None:
        raise Http404
    return document


def _handed_out(document: ClientDocument, *, as_attachment: bool) -> FileResponse:
    """Answer the file: never guessed at by the browser, never run."""
    response = FileResponse(
        document.file.open("rb"),
        content_type=document.content_type,
        as_attachment=as_attachment,
        filename=presenters.file_name(document),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@requires(Permission.DOCUMENTS_ADD)
def remove_document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Take a document off file; the toast puts it back."""
    document = row_or_404(ClientDocument, request, document_id)
    operations.remove_document(document, by=member_of(request), at=clock.now())
    toast(request, "The document is off file.", presenters.path("clients:restore_document", document.pk))
    return go_to(request, "clients:documents", document.client_id)


@require_POST
@requires(Permission.DOCUMENTS_ADD)
def restore_document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Put a document back on file."""
    document = row_or_404(ClientDocument, request, document_id)
    operations.restore_document(document, by=member_of(request), at=clock.now())
    return go_to(request, "clients:documents", document.client_id)


@requires(*OPENS)
def consents(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Show what a client agreed to, and what is still to sign."""
    client = client_or_404(request, client_id)
    chart = panels.open_chart(request, client, page="agreements")
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "agreements",
        "signs": member_of(request).may(Permission.CONSENTS_RECORD),
        "agreements": presenters.agreements_of(state.consents_of(client), chart.day),
    }
    return page(request, "clients/agreements.html", context)


@requires(Permission.CONSENTS_RECORD)
def sign(request: HttpRequest, client_id: UUID, kind: str) -> HttpResponse:
    """Show a text and take its signature."""
    client = client_or_404(request, client_id)
    chart = panels.open_chart(request, client, page="agreements")
    known = agreements.kinds().get(kind)
    if known is None or known.elsewhere:
        raise Http404
    text = known.current(chart.day)
    initial = presenters.signer(client, state.contacts_of(client), chart.day) | {"version": str(text.version)}
    form = forms.Sign(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            operations.sign_consent(client, kind=kind, **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{known.name}: signed.")
            return go_to(request, "clients:agreements", client.pk)
    context = {"nav": "clients", "chart": chart, "tab": "agreements", "form": form, "text": text}
    return page(request, "clients/sign.html", context, part="form")


@requires(Permission.CONSENTS_RECORD)
def withdraw(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Record that an agreement was withdrawn."""
    consent = row_or_404(Consent, request, consent_id)
    chart = panels.open_chart(request, consent.client, page="agreements")
    form = forms.Reason(request.POST or None)
    if form.is_valid():
        try:
            operations.withdraw_consent(consent, **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return go_to(request, "clients:agreements", consent.client_id)
    known = agreements.kinds().get(consent.kind)
    title = f"Withdraw: {known.name if known else consent.kind}"
    context = {"nav": "clients", "chart": chart, "tab": "agreements", "form": form, "title": title}
    return page(request, "clients/edit.html", context, part="form")
