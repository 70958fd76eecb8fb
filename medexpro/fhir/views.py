"""Bringing in a record in the browser: choose files, look at what they hold, bring them in, read what was done."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from medexpro.audit.trail import record_list, record_read
from medexpro.clients import operations as clients
from medexpro.clients.models import Client
from medexpro.fhir import forms, presenters, tasks, uploads
from medexpro.fhir.models import Upload
from medexpro.fhir.reading.bundle import FileRefused
from medexpro.fhir.reading.record import ImportedRecord
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page

MOST_FILES = 20


@requires(Permission.CLIENTS_IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """Choose the files of one person or of many."""
    form = forms.Files(request.POST, request.FILES) if request.method == "POST" else forms.Files()
    if request.method == "POST" and form.is_valid():
        try:
            kept = uploads.keep(
                _contents(form.cleaned_data["chosen"]),
                limit=settings.UPLOAD_LIMIT_BYTES,
                by=request.member,  # type: ignore[attr-defined]
                at=clock.now(),
            )
        except Refusal as refusal:
            form.add_error("chosen", str(refusal))
        else:
            return go_to(request, "fhir:look", kept.pk)
    return page(request, "fhir/upload.html", {"nav": "clients", "form": form})


@requires(Permission.CLIENTS_IMPORT)
def look(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Show what the files hold, and bring them in; afterwards, show what was done."""
    member, at = request.member, clock.now()  # type: ignore[attr-defined]
    kept = get_object_or_404(
        Upload.objects.of(member.practice).filter(member=member).select_related("practice", "client"),
        pk=upload_id,
    )
    if kept.people is not None:
        return _look_at_many(request, kept)
    if kept.outcome is not None and kept.client is not None:
        permissions.check(member, Permission.CLIENTS_IMPORT, kept.client)
        record_read(member, kept.client, "import", at=at)
        context = {"nav": "clients", "client": kept.client, "result": kept.outcome}
        return page(request, "fhir/done.html", context)
    try:
        record = uploads.read(kept, at=at)
    except Refusal as refusal:
        context = {"nav": "clients", "form": forms.Files(), "refusal": str(refusal)}
        return page(request, "fhir/upload.html", context)
    numbered = Client.objects.of(member.practice).known_as(record.person.source_id)
    known = numbered.survivor if numbered else None
    if known is not None and not known.is_visible_to(member):
        known = None
    if known is not None:
        record_read(member, known, "import", at=at)
    form, refused = _who(request, record, known), ""
    if request.method == "POST" and (form is None or form.is_valid()):
        into_id = form.values()["into_id"] if form else None
        into = Client.objects.visible_to(member).filter(pk=into_id).first() if into_id else None
        try:
            uploads.bring_in(kept, by=member, at=at, into=into, knowingly=form is not None and into is None)
        except clients.AlreadyHere as refusal:
            # Somebody alike was added since the page was drawn.
            form, refused = forms.Who(matches=refusal.matches), str(refusal)
        except Refusal as refusal:
            refused = str(refusal)
        else:
            return go_to(request, "fhir:look", kept.pk)
    context = {
        "nav": "clients",
        "upload": kept,
        "form": form,
        "known": known,
        "refused": refused,
        "holds": presenters.holds(record),
    }
    return page(request, "fhir/look.html", context)


def _look_at_many(request: HttpRequest, kept: Upload) -> HttpResponse:
    """Show files about many people: what they are, how far the work is, what was done; and start it."""
    member, at = request.member, clock.now()  # type: ignore[attr-defined]
    sent = request.POST if request.method == "POST" else None
    form = forms.Everybody(sent) if kept.started_at is None else None
    refused = ""
    if request.method == "POST":
        if form is not None and form.is_valid():
            try:
                uploads.start_many(kept, all_new=form.cleaned_data["all_new"], by=member, at=at)
            except Refusal as refusal:
                refused = str(refusal)
            else:
                tasks.bring_in_many.enqueue(str(kept.pk))
                return go_to(request, "fhir:look", kept.pk)
        elif form is None:
            return go_to(request, "fhir:look", kept.pk)
    if kept.outcome is not None:
        record_list(member, "records brought in", at=at, count=len(kept.outcome["left"]))
    context = {
        "nav": "clients",
        "upload": kept,
        "form": form,
        "refused": refused,
        "result": kept.outcome,
        "working": kept.started_at is not None and kept.outcome is None,
    }
    return page(request, "fhir/many.html", context, part="state")


def _contents(files: list) -> list[tuple[str, bytes]]:
    if len(files) > MOST_FILES:
        raise FileRefused(
            f"These are {len(files)} files. Choose up to {MOST_FILES}; for more there is `medexpro import-fhir`."
        )
    limit = settings.UPLOAD_LIMIT_BYTES
    if sum(file.size for file in files) > limit:
        raise FileRefused(
            f"Together the files are over {limit // 1_048_576} MB. Choose fewer, or compress them with gzip."
        )
    return [(file.name, file.read()) for file in files]


def _who(request: HttpRequest, record: ImportedRecord, known: Client | None) -> forms.Who | None:
    """Return the question who the person is; None where nobody on file looks alike, or the record is known."""
    if known is not None:
        return None
    person = record.person
    alike = Client(
        practice=request.practice,  # type: ignore[attr-defined]
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        phone=person.phone,
        email=person.email,
    )
    matches = clients.likely_duplicates(alike, by=request.member)  # type: ignore[attr-defined]
    return forms.Who(request.POST if request.method == "POST" else None, matches=matches) if matches else None
