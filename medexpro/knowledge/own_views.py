"""Pages of the practice's own versions: the list, one entry with its versions, the editors, the file."""

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from medexpro.audit import trail
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, NotFound, Refusal
from medexpro.knowledge import own, own_files, own_presenters, own_protocol  # noqa: F401  (its editor)
from medexpro.knowledge.access import APPROVE, READ, requires
from medexpro.knowledge.library import library_of
from medexpro.knowledge.models import OwnEntry
from medexpro.knowledge.own_editors import EDITORS, OwnForm
from medexpro.knowledge.own_kinds import KINDS, OwnRefused
from medexpro.web import forms
from medexpro.web.pages import go_to, page, toast

NAV = {"nav": "knowledge"}
IN_FORCE = "In force from now on for every client of the practice."


@require_safe
@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    """List what the practice has of its own: in force, drafts, withdrawn."""
    member = request.member  # type: ignore[attr-defined]
    rows = list(
        OwnEntry.objects.of(member.practice)
        .exclude(state=OwnEntry.State.REPLACED)
        .order_by("kind", "key", "-version")
    )
    context = NAV | {
        "groups": own_presenters.listed(rows),
        "editors": [
            {"url": reverse("knowledge:own_new", args=[kind]), "one": KINDS[kind].one}
            for kind, editor in EDITORS.items()
            if editor.may_add
        ],
        "kinds": [
            {"name": KINDS[kind].many, "url": reverse("knowledge:kind", args=[kind])}
            for kind in EDITORS
            if KINDS[kind].in_library
        ],
        "beside": own_presenters.beside(member.practice),
        "may_approve": member.may(APPROVE),
    }
    return page(request, "knowledge/own.html", context)


@require_safe
@requires(READ)
def entry(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Show one entry's draft, what is in force of it, what differs, and every version."""
    return _entry(request, kind, key)


def _entry(request: HttpRequest, kind: str, key: str, *, said: Refusal | None = None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    if kind not in KINDS:
        raise Http404
    draft = own.draft_of(member.practice, kind, key)
    versions = own.versions(member.practice, kind, key)
    if draft is None and not versions:
        raise Http404
    context = NAV | own_presenters.entry(member.practice, kind, key, draft=draft, versions=versions)
    context |= {"may_approve": member.may(APPROVE), "editable": kind in EDITORS, "said": said}
    return page(request, "knowledge/own_entry.html", context, status=422 if said else 200)


# ---- Editing


def _editor(kind: str) -> Any:
    if kind not in EDITORS:
        raise Http404
    return EDITORS[kind]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(APPROVE)
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Make an entry that only this practice has."""
    editor, member = _editor(kind), request.member  # type: ignore[attr-defined]
    if not editor.may_add:
        raise Http404
    lib = library_of(member.practice)
    if request.method != "POST":
        return _form_page(request, kind, "", editor.form(content={}, ours=None, lib=lib))
    form = editor.form(request.POST, content={}, ours=None, lib=lib)
    key = own.new_key(member.practice, kind, form.text(form.called))
    return _keep(request, kind, key, form, expected="")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(APPROVE)
def edit(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Edit one entry's draft: begun from the version in force."""
    editor, member = _editor(kind), request.member  # type: ignore[attr-defined]
    ours, lib = KINDS[kind].ours().get(key), library_of(member.practice)
    draft = own.draft_of(member.practice, kind, key)
    if ours is None and draft is None and not own.versions(member.practice, kind, key):
        raise Http404
    content = draft.content if draft else own.starting_content(member.practice, kind, key)
    if not content:
        # Withdrawn, and only the practice had it: its last version is what one goes on from.
        content = own.versions(member.practice, kind, key)[0].content
    initial = {"expected": draft.hash if draft else "", "note": draft.note if draft else ""}
    if request.method != "POST":
        form = editor.form(content=content, ours=ours, lib=lib, initial=initial)
        return _form_page(request, kind, key, form)
    form = editor.form(request.POST, content=content, ours=ours, lib=lib)
    return _keep(request, kind, key, form, expected=form.text("expected"))


def _keep(request: HttpRequest, kind: str, key: str, form: OwnForm, *, expected: str) -> HttpResponse:
    """Keep what was typed as the draft, and put it in service where that was pressed."""
    member, at = request.member, clock.now()  # type: ignore[attr-defined]
    try:
        draft = own.keep_draft(
            kind, key, form.content(), note=form.text("note"), expected=expected, by=member, at=at
        )
    except Conflict as conflict:
        form.add_error(None, str(conflict))
        form.hold("expected", own.hash_of(conflict.theirs))
        differs = own_presenters.differences(conflict.theirs, form.content(), form.lib)
        return _form_page(request, kind, key, form, status=422, theirs=differs)
    except NotFound:
        raise Http404 from None
    except Refusal as refusal:
        form.refuse(refusal)
        return _form_page(request, kind, key, form, status=422)
    form.hold("expected", draft.hash)
    if "service" not in request.POST:
        toast(request, "Draft kept. It is in force nowhere yet.")
        return go_to(request, "knowledge:own_entry", kind, key)
    if not form.ready():
        return _form_page(request, kind, key, form, status=422)
    try:
        row = own.put_in_service(draft, by=member, at=at)
    except OwnRefused as refused:
        form.wrongs(refused.wrongs)
        return _form_page(request, kind, key, form, status=422)
    toast(
        request, f"Version {row.version}: {IN_FORCE}", undo_url=reverse("knowledge:own_undo", args=[row.pk])
    )
    return go_to(request, "knowledge:own_entry", kind, key)


def _form_page(
    request: HttpRequest, kind: str, key: str, form: OwnForm, *, status: int = 200, theirs: Any = ()
) -> HttpResponse:
    known = KINDS[kind]
    back = reverse("knowledge:own") if not key else reverse("knowledge:own_entry", args=[kind, key])
    if form.ours is not None and not form["expected"].value():
        back = reverse("knowledge:show", args=[kind, key]) if known.in_library else reverse("knowledge:own")
    context = NAV | {
        "form": form,
        "kind": kind,
        "one": known.one,
        "title": form.title(),
        "ours": form.ours,
        "action": reverse("knowledge:own_edit", args=[kind, key])
        if key
        else reverse("knowledge:own_new", args=[kind]),
        "back": back,
        "theirs": theirs,
    }
    return page(request, EDITORS[kind].template, context, status=status)


# ---- In service and out of it


def _row(request: HttpRequest, own_id: UUID) -> OwnEntry:
    return own.entry_of(request.member.practice, own_id)  # type: ignore[attr-defined]


@require_POST
@requires(APPROVE)
def service(request: HttpRequest, own_id: UUID) -> HttpResponse:
    """Put a draft in service."""
    row = _row(request, own_id)
    try:
        row = own.put_in_service(row, by=request.member, at=clock.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        return _entry(request, row.kind, row.key, said=refusal)
    toast(
        request, f"Version {row.version}: {IN_FORCE}", undo_url=reverse("knowledge:own_undo", args=[row.pk])
    )
    return go_to(request, "knowledge:own_entry", row.kind, row.key)


@require_POST
@requires(APPROVE)
def drop(request: HttpRequest, own_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    row = _row(request, own_id)
    try:
        own.drop_draft(row, by=request.member, at=clock.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        return _entry(request, row.kind, row.key, said=refusal)
    toast(request, "The draft is thrown away.")
    return go_to(request, "knowledge:own")


@require_POST
@requires(APPROVE)
def undo(request: HttpRequest, own_id: UUID) -> HttpResponse:
    """Put what was in force before a version in service again."""
    row = _row(request, own_id)
    try:
        again = own.undo(row, by=request.member, at=clock.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        return _entry(request, row.kind, row.key, said=refusal)
    return _after(request, row, again)


@require_POST
@requires(APPROVE)
def restore(request: HttpRequest, own_id: UUID) -> HttpResponse:
    """Put a former version in service again."""
    row = _row(request, own_id)
    try:
        again = own.restore(row, by=request.member, at=clock.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        return _entry(request, row.kind, row.key, said=refusal)
    return _after(request, row, again)


@require_POST
@requires(APPROVE)
def withdraw(request: HttpRequest, own_id: UUID) -> HttpResponse:
    """Take the practice's version out of service."""
    row = _row(request, own_id)
    try:
        own.withdraw(row, by=request.member, at=clock.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        return _entry(request, row.kind, row.key, said=refusal)
    return _after(request, row, None)


def _after(request: HttpRequest, row: OwnEntry, again: OwnEntry | None) -> HttpResponse:
    if again is None:
        has_ours = KINDS[row.kind].ours().get(row.key) is not None
        said = (
            "The general version is in force again."
            if has_ours
            else "No longer offered. What uses it keeps it."
        )
        toast(request, said, undo_url=reverse("knowledge:own_restore", args=[row.pk]))
    else:
        said = f"Version {again.version} says what stood before and is in force."
        toast(request, said, undo_url=reverse("knowledge:own_undo", args=[again.pk]))
    return go_to(request, "knowledge:own_entry", row.kind, row.key)


# ---- As a file


class FileForm(forms.Form):
    """A file of own versions."""

    file = django_forms.FileField(label="File", help_text="One that was taken out here, .yaml")


class BringForm(forms.Form):
    """What was previewed, to be brought in as it was shown."""

    text = django_forms.CharField(widget=django_forms.HiddenInput, strip=False, max_length=own_files.LARGEST)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(APPROVE)
def file(request: HttpRequest) -> HttpResponse:
    """Take own versions out, and bring a file in: what it would do is shown first, and nothing is kept until then."""
    member = request.member  # type: ignore[attr-defined]
    if request.method == "POST" and "text" in request.POST:
        return _bring(request)
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = NAV | {"form": form, "count": len(library_of(member.practice).own)}
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["file"].read(own_files.LARGEST + 1).decode("utf-8")
            lines = own_files.preview(member.practice, text)
        except UnicodeDecodeError:
            form.add_error("file", own_files.NO_FILE)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            context |= own_presenters.previewed(lines, library_of(member.practice)) | {
                "bring": BringForm(initial={"text": text})
            }
            return page(request, "knowledge/own_file.html", context)
    return page(request, "knowledge/own_file.html", context, status=422 if request.method == "POST" else 200)


def _bring(request: HttpRequest) -> HttpResponse:
    form = BringForm(request.POST)
    try:
        text = form.cleaned_data["text"] if form.is_valid() else ""
        lines = own_files.bring_in(text, by=request.member, at=clock.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        toast(request, str(refusal))
        return go_to(request, "knowledge:own_file")
    taken = sum(1 for line in lines if line.what in (own_files.NEW, own_files.CHANGED))
    toast(request, f"{taken} {'version' if taken == 1 else 'versions'} in force from now on.")
    return go_to(request, "knowledge:own")


@require_safe
@requires(APPROVE)
def export(request: HttpRequest) -> HttpResponse:
    """Take what the practice has in force of its own out as a file."""
    member = request.member  # type: ignore[attr-defined]
    text = own_files.export(member.practice)
    trail.record_export(member, "own versions", at=clock.now(), count=len(library_of(member.practice).own))
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="own-versions.yaml"'
    return answer
