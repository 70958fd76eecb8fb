"""Sequences and newsletters: writing, looking at who gets what, sending."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit import trail
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.marketing import mailing, pipeline_forms, pipeline_presenters
from medexpro.marketing.models import Newsletter
from medexpro.marketing.operations import newsletters, pipeline, sequences
from medexpro.marketing.rules import markdown
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast
from medexpro.web.typed import whole_number

A_PAGE = 30
FIELDS = ("subject", "text", "to_leads", "to_clients")


# ---- Sequences


@require_GET
@requires(Permission.MARKETING_EDIT)
def all_sequences(request: HttpRequest) -> HttpResponse:
    """List the sequences: what each is for, whether it is on, who is on the way."""
    practice, member = practice_of(request), member_of(request)
    context = {
        "nav": "clients", "tabs": pipeline_presenters.tabs(member), "tab": "sequences",
        "sequences": pipeline_presenters.sequences(practice), "why_not": mailing.why_no_mail(practice),
        "rules": pipeline_presenters.rules_words(practice),
    }  # fmt: skip
    return page(request, "marketing/sequences.html", context)


@require_GET
@requires(Permission.MARKETING_EDIT)
def sequence(request: HttpRequest, sequence: str) -> HttpResponse:
    """Show the mails of a sequence and who gets what when."""
    kind, practice, at = _kind(sequence), practice_of(request), clock.now()
    coming = sequences.preview(practice, kind.kind, at=at)
    trail.record_list(
        member_of(request), "mails to come", at=at, count=len(coming), filters={"kind": kind.kind}
    )
    context = {
        "nav": "clients", "kind": kind, "mails": sequences.newest_mails(practice, kind.kind),
        "state": pipeline_presenters.sequence(practice, kind), "coming": pipeline_presenters.coming(coming, practice),
        "why_not": mailing.why_no_mail(practice), "rules": pipeline_presenters.rules_words(practice),
    }  # fmt: skip
    return page(request, "marketing/sequence.html", context)


@requires(Permission.MARKETING_EDIT)
def edit_sequence(request: HttpRequest, sequence: str) -> HttpResponse:
    """Write the mails of a sequence: a draft, until it is put in service."""
    kind, practice, member, at = _kind(sequence), practice_of(request), member_of(request), clock.now()
    mails = sequences.newest_mails(practice, kind.kind)
    form = pipeline_forms.SequenceMails(request.POST or None, practice=practice, mails=mails)
    if form.is_valid():
        try:
            draft = sequences.save_draft(practice, kind.kind, form.written(), by=member, at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.keep_let_stand(draft, by=member, at=at)
            toast(request, "The draft is kept. It is not written by yet.")
            return go_to(request, "marketing:sequence", kind.kind)
    context = {"nav": "clients", "kind": kind, "form": form}
    return page(request, "marketing/sequence_edit.html", context, part="form")


@require_POST
@requires(Permission.MARKETING_EDIT)
def switch_sequence(request: HttpRequest, sequence: str) -> HttpResponse:
    """Put a sequence in service, or take it out. `on` is 1 or 0."""
    kind, practice, member, at = _kind(sequence), practice_of(request), member_of(request), clock.now()
    if request.POST.get("on") == "1":
        row = told(request, lambda: sequences.switch_on(practice, kind.kind, by=member, at=at))
        if row is not None:
            toast(request, f"{kind.name}: version {row.number} is in service.")
    else:
        ended = told(request, lambda: sequences.switch_off(practice, kind.kind, by=member, at=at))
        if ended is not None:
            toast(request, f"{kind.name} is off. {ended} on the way get no more.")
    return go_to(request, "marketing:sequence", kind.kind)


def _kind(name: str) -> sequences.Kind:
    found = sequences.kinds().get(name)
    if found is None:
        raise Http404
    return found


@requires(Permission.MARKETING_EDIT)
def mail_rules(request: HttpRequest) -> HttpResponse:
    """Change the quiet hours, and how long leads are kept."""
    practice = practice_of(request)
    rules = mailing.rules_of(practice)
    names = ("quiet_from", "quiet_to", "quiet_days", "leads_keep_months")
    stored = {name: getattr(rules, name) for name in names}
    form = pipeline_forms.ChangeMailRules(request.POST or None, initial=stored | {"version": rules.version})
    if form.is_valid():
        try:
            pipeline.set_rules(
                practice, **form.values(), version=form.shown_version, by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "It is noted and holds from now on.")
            return go_to(request, "marketing:sequences")
    return page(request, "marketing/mail_rules.html", {"nav": "clients", "form": form}, part="form")


# ---- Newsletters


@require_GET
@requires(Permission.MARKETING_EDIT)
def all_newsletters(request: HttpRequest) -> HttpResponse:
    """List the newsletters, the newest first."""
    rows = Newsletter.objects.of(practice_of(request)).defer("text").order_by("-created_at", "-pk")
    number = whole_number(request.GET.get("page", ""), digits=6) or 1
    context = {
        "nav": "clients", "tabs": pipeline_presenters.tabs(member_of(request)), "tab": "newsletters",
        "page": Paginator(rows, A_PAGE).get_page(number), "looks": pipeline_presenters.NEWSLETTER_LOOKS,
    }  # fmt: skip
    return page(request, "marketing/newsletters.html", context)


@requires(Permission.MARKETING_EDIT)
def new_newsletter(request: HttpRequest) -> HttpResponse:
    """Begin a newsletter."""
    practice, member, at = practice_of(request), member_of(request), clock.now()
    form = pipeline_forms.NewNewsletter(
        request.POST or None, practice=practice, initial={"to_leads": True, "to_clients": True}
    )
    if form.is_valid():
        try:
            made = newsletters.write(practice, **form.values(), by=member, at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.keep_let_stand(made, by=member, at=at)
            toast(request, "The draft is kept.")
            return go_to(request, "marketing:newsletter", made.pk)
    return page(request, "marketing/newsletter_new.html", {"nav": "clients", "form": form}, part="form")


@requires(Permission.MARKETING_EDIT)
def newsletter(request: HttpRequest, newsletter_id: UUID) -> HttpResponse:
    """Show a newsletter: a draft with its form, and from then on how it left."""
    found, practice = _newsletter(request, newsletter_id), practice_of(request)
    member, at = member_of(request), clock.now()
    form = None
    if found.state == Newsletter.State.DRAFT:
        stored = {name: getattr(found, name) for name in FIELDS} | {"version": found.version}
        form = pipeline_forms.ChangeNewsletter(request.POST or None, practice=practice, initial=stored)
        if form.is_valid():
            try:
                newsletters.write(
                    practice, found, **form.values(), version=form.shown_version, by=member, at=at
                )
            except Conflict as conflict:
                form.settle(conflict)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                form.keep_let_stand(found, by=member, at=at)
                toast(request, "The draft is kept.")
                return go_to(request, "marketing:newsletter", found.pk)
            found = _newsletter(request, newsletter_id)
    context = {
        "nav": "clients", "newsletter": found, "form": form, "html": mark_safe(markdown.render(found.text)),
        "look": pipeline_presenters.NEWSLETTER_LOOKS[Newsletter.State(found.state)], "why_not": mailing.why_no_mail(practice),
        "progress": newsletters.progress(found) if form is None else None,
        "readers": len(newsletters.readers(practice, to_leads=found.to_leads, to_clients=found.to_clients))
        if form is not None else 0,
        "quiet": pipeline_presenters.waits_until(practice, at),
    }  # fmt: skip
    return page(
        request, "marketing/newsletter.html", context, part="form" if request.method == "POST" else None
    )


@require_POST
@requires(Permission.MARKETING_EDIT)
def test_newsletter(request: HttpRequest, newsletter_id: UUID) -> HttpResponse:
    """Send a newsletter to oneself."""
    found = _newsletter(request, newsletter_id)
    to = told(request, lambda: newsletters.test(found, by=member_of(request), at=clock.now()))
    if to is not None:
        toast(request, f"On its way to {to}.")
    return go_to(request, "marketing:newsletter", found.pk)


@require_POST
@requires(Permission.MARKETING_EDIT)
def send_newsletter(request: HttpRequest, newsletter_id: UUID) -> HttpResponse:
    """Send a newsletter to everybody who agreed. `version` is the one that was on the page."""
    found = _newsletter(request, newsletter_id)
    version = whole_number(request.POST.get("version", ""), digits=6)
    sent = told(
        request, lambda: newsletters.send(found, version=version, by=member_of(request), at=clock.now())
    )
    if sent is not None:
        toast(request, f"On its way to {sent.total} people.")
    return go_to(request, "marketing:newsletter", found.pk)


@require_POST
@requires(Permission.MARKETING_EDIT)
def halt_newsletter(request: HttpRequest, newsletter_id: UUID) -> HttpResponse:
    """Stop a newsletter that is on its way, or let it go on. `go_on` is 1 or 0."""
    found, go_on = _newsletter(request, newsletter_id), request.POST.get("go_on") == "1"
    told(request, lambda: newsletters.halt(found, go_on=go_on, by=member_of(request), at=clock.now()))
    return go_to(request, "marketing:newsletter", found.pk)


def _newsletter(request: HttpRequest, newsletter_id: UUID) -> Newsletter:
    rows = Newsletter.objects.of(practice_of(request)).select_related("made_by__user", "started_by__user")
    found = get_object_or_404(rows, pk=newsletter_id)
    found.practice = practice_of(request)
    return found
