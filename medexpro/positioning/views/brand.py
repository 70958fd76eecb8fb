"""The brand: a color that everybody can read, and the practice's paper with it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.positioning import forms, operations, papers, presenters, voice
from medexpro.positioning.rules import colours
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast


@requires(Permission.MARKETING_EDIT)
def brand(request: HttpRequest) -> HttpResponse:
    """Choose the color; one that can't be read comes back with the nearest that can."""
    practice = practice_of(request)
    profile = voice.profile_of(practice)
    form = forms.Brand(request.POST or None, initial={"colour": profile.colour})
    if form.is_valid():
        try:
            operations.change_brand(practice, **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The color is kept.")
            return go_to(request, "positioning:brand")
    tried = colours.parsed(str(form["colour"].value() or "")) if form.is_bound else ""
    shown = tried or profile.colour or voice.COLOUR
    context = {
        "nav": "", "tab": "brand", "form": form, "colour": shown, "checks": colours.checks(shown),
        "grounds": presenters.grounds_of(shown), "nearest": colours.nearest(shown), "logo": practice.logo,
        "settings": member_of(request).may(Permission.SETTINGS_MANAGE),
    }  # fmt: skip
    return page(request, "positioning/brand.html", context, status=422 if form.is_bound else 200)


@require_GET
@requires(Permission.MARKETING_EDIT)
def letterhead(request: HttpRequest) -> HttpResponse:
    """Answer the service overview as a picture: the practice's paper as it prints now."""
    response = HttpResponse(papers.letterhead_picture(practice_of(request)), content_type="image/png")
    response.headers["Cache-Control"] = "private, no-store"
    return response
