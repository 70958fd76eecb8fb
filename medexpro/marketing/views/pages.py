"""Pages to take home: one PDF, all of them by the worker, links by e-mail."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from medexpro.kernel import clock
from medexpro.kernel.refusals import NotFound
from medexpro.marketing import operations, printing, state
from medexpro.marketing.models import PageGiven, PageRun
from medexpro.marketing.views.finding import day_or_404, person_or_404
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast, whole_address


def as_pdf(data: bytes, name: str) -> HttpResponse:
    """Answer a PDF that nobody keeps on the way."""
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@requires(Permission.SCREENING_DAYS_RUN)
def person_pdf(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """Answer one participant's page as PDF; it counts as printed."""
    found, at = person_or_404(request, participant_id), clock.now()
    standing = state.standing_of(found, at=at)
    pdf = printing.press(found.day, [printing.page_of(standing, found.day)], at=at)
    if standing.taken:
        operations.note_printed(found, by=member_of(request), at=at)
    return as_pdf(pdf, f"page-{found.number}")


@require_POST
@requires(Permission.SCREENING_DAYS_RUN)
def print_all(request: HttpRequest, day_id: UUID) -> HttpResponse:
    """Give all pages of a day to the worker."""
    day = day_or_404(request, day_id)
    try:
        wanted = UUID(request.POST.get("new_id", ""))
    except ValueError:
        wanted = None
    run = told(request, lambda: operations.start_run(day, id=wanted, by=member_of(request), at=clock.now()))
    return go_to(request, "marketing:run", run.pk) if run else go_to(request, "marketing:day", day.pk)


@require_GET
@requires(Permission.SCREENING_DAYS_RUN)
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show how far the pages are, and the way to them."""
    rows = PageRun.objects.of(practice_of(request)).defer("pdf").select_related("day", "member__user")
    found = get_object_or_404(rows, pk=run_id)
    context = {
        "nav": "clients",
        "run": found,
        "day": found.day,
        "working": found.finished_at is None,
        "settled": f"{found.done} of {found.total} pages",
    }
    return page(request, "marketing/run.html", context, part="state")


@require_GET
@requires(Permission.SCREENING_DAYS_RUN)
def run_pdf(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Answer all pages of a day as one PDF."""
    found = get_object_or_404(PageRun.objects.of(practice_of(request)).select_related("day"), pk=run_id)
    if found.pdf is None:
        return go_to(request, "marketing:run", found.pk)
    return as_pdf(bytes(found.pdf), f"pages-{found.day.held_on:%Y-%m-%d}")


@require_POST
@requires(Permission.SCREENING_DAYS_RUN)
def send_page(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """Send one participant the link to their page."""
    found = person_or_404(request, participant_id)
    base = whole_address(request, "")
    sent = told(
        request, lambda: operations.send_page(found, base_url=base, by=member_of(request), at=clock.now())
    )
    if sent:
        toast(request, f"The link is on its way to {sent.to}.")
    return go_to(request, "marketing:person", found.pk)


@require_POST
@requires(Permission.SCREENING_DAYS_RUN)
def send_all(request: HttpRequest, day_id: UUID) -> HttpResponse:
    """Send their link to everybody who agreed and has none yet."""
    day = day_or_404(request, day_id)
    base = whole_address(request, "")
    sent = told(
        request, lambda: operations.send_to_all(day, base_url=base, by=member_of(request), at=clock.now())
    )
    if sent is not None:
        toast(
            request,
            f"{sent} {'link is' if sent == 1 else 'links are'} on the way."
            if sent
            else "Nobody is left to send to.",
        )
    return go_to(request, "marketing:day", day.pk)


@require_POST
@requires(Permission.SCREENING_DAYS_RUN)
def end_link(request: HttpRequest, given_id: UUID) -> HttpResponse:
    """End a link at once."""
    rows = PageGiven.objects.of(practice_of(request)).select_related("participant")
    given = rows.filter(pk=given_id).first()
    if given is None:
        raise NotFound("There is no such page in this practice.")
    if told(request, lambda: operations.end_link(given, by=member_of(request), at=clock.now())):
        toast(request, "The link is ended.")
    return go_to(request, "marketing:person", given.participant_id)
