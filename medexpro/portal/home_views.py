"""The home program on the client's phone. Whoever holds the link sees it and may tick "done today"; nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt

from medexpro.clearance import state as clearance
from medexpro.episodes.reading import together
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice import outside
from medexpro.practice.access import public
from medexpro.programs import home, home_operations
from medexpro.programs.home_forms import DoneForm
from medexpro.programs.home_models import HomeSheet
from medexpro.programs.home_views import pdf_of
from medexpro.web.pages import page


def _sheet(request: HttpRequest, token: str) -> HomeSheet | HttpResponse:
    if outside.too_many(request, "portal-home"):
        return _said(request, "Too many tries from this address. Wait a minute and open the link again.", 429)
    try:
        return home_operations.find_link(token, at=clock.now())
    except home_operations.LinkUnknown as refusal:
        return _said(request, str(refusal), 404)
    except home_operations.LinkOver as refusal:
        return _said(request, str(refusal), 410)


def _said(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return outside.closed(page(request, "portal/gone.html", {"sentence": sentence}, status=status))


def _whole(sheet: HomeSheet) -> HomeSheet:
    """Return a sheet whose program, episode and practice are at hand; from here on it is only read."""
    sheet.program.practice = sheet.practice
    sheet.episode = sheet.program.episode = together(sheet.program.episode)
    sheet.episode.practice = sheet.practice
    return sheet


def _page(
    request: HttpRequest, sheet: HomeSheet, token: str, form: DoneForm, status: int = 200
) -> HttpResponse:
    _whole(sheet)
    # What the sheet said may no longer hold for the client: it is weighed at every opening.
    at = clock.now()
    rests = home.resting(sheet, at=at)
    context = {
        "sheet": sheet,
        "snapshot": sheet.snapshot,
        "practice": sheet.practice,
        "client": sheet.episode.client,
        "precautions": [one.text for one in clearance.precautions_in_force(sheet.episode)],
        "shown": [one for one in sheet.snapshot["exercises"] if one["exercise"] not in rests],
        "rests": [one["name"] for one in sheet.snapshot["exercises"] if one["exercise"] in rests],
        "done": home.done_by_day(sheet.episode, days=1, at=at).get(sheet.practice.day(at)),
        "pain_ceiling": sheet.program.pain_ceiling,
        "form": form,
        "token": token,
    }
    return outside.closed(page(request, "portal/home.html", context, status=status))


# No forgery token, for the reason that stands in portal/views.py: the link itself is the permission.
@csrf_exempt
@public
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Show the home program. Open to anyone who holds the link: that is its one purpose."""
    sheet = _sheet(request, token)
    if isinstance(sheet, HttpResponse):
        return sheet
    home_operations.note_opening(sheet, what="page", at=clock.now())
    return _page(request, sheet, token, DoneForm())


@csrf_exempt
@public
def done(request: HttpRequest, token: str) -> HttpResponse:
    """Keep that it was done today; opening the address without pressing the button changes nothing."""
    if request.method != "POST":
        return outside.closed(redirect("portal:home", token=token))
    sheet = _sheet(request, token)
    if isinstance(sheet, HttpResponse):
        return sheet
    form = DoneForm(request.POST)
    if form.is_valid():
        values = form.values()
        pain = values["pain"]
        try:
            home_operations.note_done(
                sheet, felt=values["felt"], pain=None if pain in (None, "") else int(pain), at=clock.now()
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return outside.closed(redirect("portal:home", token=token))
    return _page(request, sheet, token, form, status=422)


@csrf_exempt
@public
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the page for paper to whoever holds the link, while nothing on it has to rest."""
    sheet = _sheet(request, token)
    if isinstance(sheet, HttpResponse):
        return sheet
    if home.resting(_whole(sheet), at=clock.now()):
        return _said(
            request,
            "An exercise on this page has to rest for now. Ask the practice for a new page.",
            410,
        )
    home_operations.note_opening(sheet, what="pdf", at=clock.now())
    return outside.closed(pdf_of(HomeSheet.objects.only("pdf").get(pk=sheet.pk)))
