"""Leads on their way: what is next, a word with them, sources and campaigns."""

import io
from datetime import timedelta
from uuid import UUID

import qrcode
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST
from qrcode.image.svg import SvgPathImage

from medexpro.audit import trail
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.marketing import pipeline_forms, pipeline_presenters
from medexpro.marketing.models import Campaign, SequenceRun
from medexpro.marketing.operations import pipeline, sequences
from medexpro.marketing.views.finding import lead_or_404
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast


@require_POST
@requires(Permission.LEADS_MANAGE)
def plan_next(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Say what is next with a lead; `done` says that it was done, `days` puts it off by so many."""
    lead, at = lead_or_404(request, lead_id), clock.now()
    lead.practice = practice_of(request)
    if request.POST.get("done") or request.POST.get("days"):
        step, on = "", None
        if request.POST.get("days") in ("1", "7") and lead.next_step:
            step = lead.next_step
            on = lead.practice.day(at) + timedelta(days=int(request.POST["days"]))
        told(request, lambda: pipeline.plan_next(lead, step=step, on=on, by=member_of(request), at=at))
        return go_to(request, "marketing:lead", lead.pk)
    form = pipeline_forms.NextStep(request.POST)
    if form.is_valid():
        try:
            pipeline.plan_next(lead, **form.values(), by=member_of(request), at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "It is noted.")
            return go_to(request, "marketing:lead", lead.pk)
    return page(request, "marketing/lead_step.html", {"nav": "clients", "lead": lead, "form": form})


@require_POST
@requires(Permission.LEADS_MANAGE)
def talked(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Note a word with a lead."""
    lead = lead_or_404(request, lead_id)
    form = pipeline_forms.Talk(request.POST)
    if form.is_valid():
        try:
            pipeline.talked(lead, **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "It is noted. No more mails of a sequence leave to them.")
            return go_to(request, "marketing:lead", lead.pk)
    return page(request, "marketing/lead_talk.html", {"nav": "clients", "lead": lead, "form": form})


@require_POST
@requires(Permission.LEADS_MANAGE)
def undo_client(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Take back that a lead became a client."""
    lead = lead_or_404(request, lead_id)
    if told(request, lambda: pipeline.undo(lead, by=member_of(request), at=clock.now())):
        toast(
            request,
            f"{lead.name} is a lead again. The client’s record is still there; archive it if nobody needs it.",
        )
    return go_to(request, "marketing:lead", lead.pk)


@require_POST
@requires(Permission.LEADS_MANAGE)
def pause_run(request: HttpRequest, sequence_run_id: UUID) -> HttpResponse:
    """Pause somebody's sequence, or let it go on. `pause` is 1 or 0."""
    rows = SequenceRun.objects.of(practice_of(request)).select_related("lead")
    run = get_object_or_404(rows, pk=sequence_run_id)
    paused = request.POST.get("pause") == "1"
    if told(request, lambda: sequences.pause(run, paused=paused, by=member_of(request), at=clock.now())):
        toast(
            request, "No mail of the sequence leaves until it goes on." if paused else "The sequence goes on."
        )
    if run.lead_id is not None:
        return go_to(request, "marketing:lead", run.lead_id)
    return go_to(request, "marketing:leads")


@requires(Permission.LEADS_MANAGE)
def sources(request: HttpRequest) -> HttpResponse:
    """Show what became of the leads of each source, and the campaign codes; make one."""
    practice, member, at = practice_of(request), member_of(request), clock.now()
    form = pipeline_forms.NewCampaign(request.POST or None)
    if form.is_valid():
        try:
            made = pipeline.make_campaign(practice, **form.values(), by=member, at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{made.name}: the code is {made.code}.")
            return go_to(request, "marketing:sources")
    found = pipeline.conversion(practice)
    trail.record_list(member, "leads by source", at=at, count=len(found))
    context = {
        "nav": "clients",
        "tabs": pipeline_presenters.tabs(member),
        "tab": "sources",
        "rows": found,
        "campaigns": pipeline_presenters.campaigns(practice),
        "form": form,
    }
    return page(request, "marketing/lead_sources.html", context, part="form")


@require_POST
@requires(Permission.LEADS_MANAGE)
def end_campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """End a campaign, or take it up again. `end` is 1 or 0."""
    campaign = get_object_or_404(Campaign.objects.of(practice_of(request)), pk=campaign_id)
    ended = request.POST.get("end") == "1"
    told(request, lambda: pipeline.end_campaign(campaign, ended=ended, by=member_of(request), at=clock.now()))
    return go_to(request, "marketing:sources")


@require_GET
@requires(Permission.LEADS_MANAGE)
def campaign_code(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Give a campaign's address as a QR code (SVG), for flyers."""
    campaign = get_object_or_404(Campaign.objects.of(practice_of(request)), pk=campaign_id)
    made = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_Q, border=4, image_factory=SvgPathImage)
    made.add_data(pipeline_presenters.campaign_address(practice_of(request), campaign))
    written = io.BytesIO()
    made.make_image().save(written)
    response = HttpResponse(written.getvalue(), content_type="image/svg+xml")
    response.headers["Content-Disposition"] = f'inline; filename="{campaign.code}.svg"'
    return response
