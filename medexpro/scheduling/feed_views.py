"""The secret address of one's own bookings: one's page about it, and what a calendar program is answered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from medexpro.kernel import clock
from medexpro.practice import outside
from medexpro.practice.access import member_of, practice_of, public, requires
from medexpro.practice.reauth import recently_authenticated
from medexpro.scheduling.operations import feeds
from medexpro.web.pages import go_to, page, toast, whole_address


@requires(feeds.HAS_A_CALENDAR)
def own(request: HttpRequest) -> HttpResponse:
    """Show whether I have a calendar address; make one, which ends the one before. Making asks who it is."""
    member, address = member_of(request), ""
    if request.method == "POST":
        if not recently_authenticated(request):
            here = reverse("scheduling:own_feed")
            return redirect(f"{reverse('practice:reauthenticate')}?{urlencode({'next': here})}")
        token = feeds.make_feed(by=member, at=clock.now())
        address = whole_address(request, reverse("scheduling:feed", args=[token]))
    context = {
        "nav": "me",
        "feed": feeds.open_feed(member),
        "address": address,
        "names": practice_of(request).feed_names == feeds.NAMES,
    }
    return page(request, "scheduling/feed.html", context)


@require_POST
@requires(feeds.HAS_A_CALENDAR)
def end(request: HttpRequest) -> HttpResponse:
    """End my calendar address."""
    if feeds.end_feed(member_of(request), by=member_of(request), at=clock.now()):
        toast(request, "The address is ended. It leads nowhere from now on.")
    return go_to(request, "scheduling:own_feed")


# No forgery token is asked for, and no method refused by Django: either would write the address into the log.
@csrf_exempt
@public
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program that holds somebody's secret address: it can't sign in, the address is its key."""
    if outside.too_many(request, "feed"):
        answer = _said("Too many tries. Wait a minute.", 429)
        answer.headers["Retry-After"] = "60"
        return answer
    try:
        found = feeds.find_feed(token)
    except feeds.FeedUnknown as refusal:
        return _said(str(refusal), 404)
    if request.method not in ("GET", "HEAD"):
        return _said("A calendar is read here, and nothing else.", 405)
    written = feeds.read_feed(found, base=whole_address(request, "/").rstrip("/"), at=clock.now())
    answer = HttpResponse(written, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="bookings.ics"'
    return outside.closed(answer)


def _said(sentence: str, status: int) -> HttpResponse:
    return outside.closed(HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8"))
