"""What every public page of a practice shares: whose it is, who may read it now, its looks, how long it may be kept."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from medexpro.kernel.refusals import NotFound
from medexpro.portal import look
from medexpro.positioning import voice
from medexpro.positioning.voice import Voice
from medexpro.practice import outside
from medexpro.practice.access import asking
from medexpro.practice.models import Practice
from medexpro.practice.roles import Permission
from medexpro.web.pages import whole_address

# A page may be kept this long without asking again: a correction is seen within minutes.
KEPT_SECONDS = 300


def practice_or_404(request: HttpRequest, slug: str) -> tuple[Practice, Voice]:
    """Return whose public page stands at an address. Closed ones open to members of the practice alone, as a preview."""
    practice = voice.practice_at(slug)
    if practice is None:
        raise NotFound("There is no page at this address. Check how it is written.")
    said = voice.voice_of(practice)
    if said.published_at is None and not may_preview(request, practice):
        raise NotFound("This page is not open at the moment.")
    return practice, said


def may_preview(request: HttpRequest, practice: Practice) -> bool:
    """Return whether who asks may see the page before everybody does."""
    member = asking(request)
    return member is not None and member.practice_id == practice.pk and member.may(Permission.MARKETING_EDIT)


def public_page(
    request: HttpRequest,
    practice: Practice,
    said: Voice,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    kept: bool = False,
) -> HttpResponse:
    """Return a page of a practice for people outside.

    kept: the same for every visitor, so that browsers may keep it for a while and ask with its ETag. Everything else is
    for one person: nothing keeps it, and no search engine lists it.
    """
    # A visitor has no practice of their own: days and times read as the clock on this one's wall shows them.
    with timezone.override(practice.tz):
        response = render(
            request, template, shared(request, practice, said) | dict(context or {}), status=status
        )
    if not kept or status != 200 or asking(request) is not None or said.published_at is None:
        return outside.closed(response)
    return keepable(request, response)


def shared(request: HttpRequest, practice: Practice, said: Voice) -> dict[str, Any]:
    """Return what portal/public_base.html shows."""
    first, _, rest = said.name.partition(" ")
    logo_key = hashlib.sha256(practice.logo.encode()).hexdigest()[:12]
    logo = (
        reverse("public:logo", args=[said.slug, logo_key]) if practice.logo else static("web/icons/mark.svg")
    )
    return {
        # Not `practice`: that is the practice of a member who is signed in, and visitors are not.
        "whose": practice,
        "practice": practice,
        "voice": said,
        "name_first": first,
        "name_rest": rest,
        "home_url": reverse("public:practice", args=[said.slug]),
        "look_url": reverse("public:look", args=[said.slug, look.key_of(said.colour)]),
        "logo_url": logo,
        "preview": said.published_at is None and may_preview(request, practice),
        "canonical": whole_address(request, request.path),
        "product": settings.PRODUCT,
    }


def keepable(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let browsers keep an answer for a while, and answer 304 where theirs is the same."""
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    etag = f'W/"{hashlib.sha256(response.content).hexdigest()[:24]}"'
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response)  # type: ignore[return-value]


def gone(
    request: HttpRequest, practice: Practice, said: Voice, sentence: str, *, status: int
) -> HttpResponse:
    """Say in the practice's own page why nothing is here."""
    return public_page(
        request, practice, said, "portal/public_gone.html", {"sentence": sentence}, status=status
    )
