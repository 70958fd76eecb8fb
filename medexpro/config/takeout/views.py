"""Taking everything out in the browser: start it, see how far it is, download it."""

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from medexpro.config import tasks
from medexpro.config.takeout import making
from medexpro.kernel import clock
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.practice.reauth import recently_authenticated
from medexpro.practice.views.lock import confirm_first
from medexpro.web.pages import go_to, page


@requires(Permission.SETTINGS_MANAGE)
def practice(request: HttpRequest) -> HttpResponseBase:
    """Show the practice's export, and start one. Starting asks who it is, as an export holds every record."""
    if request.method == "POST":
        making.check(member_of(request))
        return _start(request)
    at = clock.now()
    state = making.state_of(practice_of(request))
    working = state is not None and state.is_working(at)
    context = {
        "nav": "settings",
        "may": making.may(member_of(request)),
        "state": state,
        "working": working,
        "ready": making.archive_of(practice_of(request)) is not None,
        "cut_off": state is not None and not working and not state.size and not state.failed,
    }
    return page(request, "takeout/practice.html", context, part="state")


def _start(request: HttpRequest) -> HttpResponseBase:
    here = reverse("takeout:practice")
    if not recently_authenticated(request):
        return redirect(f"{reverse('practice:reauthenticate')}?{urlencode({'next': here})}")
    if making.start(by=member_of(request), at=clock.now()):
        tasks.make_export.enqueue(str(member_of(request).pk))
    return go_to(request, here)


@require_GET
@requires(Permission.SETTINGS_MANAGE)
@confirm_first
def download(request: HttpRequest) -> HttpResponseBase:
    """Hand out the archive, just confirmed, each time in the trail. Who may not is led to the page that says why."""
    if not making.may(member_of(request)):
        return go_to(request, "takeout:practice")
    try:
        path = making.hand_out(by=member_of(request), at=clock.now())
    except making.TakeoutRefused as refusal:
        raise Http404(str(refusal)) from refusal
    answer = FileResponse(
        path.open("rb"), content_type="application/zip", as_attachment=True, filename="practice.zip"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
