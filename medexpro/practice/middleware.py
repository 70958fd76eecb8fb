"""Who is asking, for which practice; refusing what no view opened; turning refusals into answers."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from medexpro.kernel.refusals import NotAllowed, NotFound
from medexpro.practice.models import Member

SESSION_KEY = "member"

# Views of libraries, which can't carry our mark. allauth's own pages ask for sign-in where they need it.
LIBRARY_MODULES = ("allauth.", "django.views.static", "django.contrib.staticfiles")


class MemberMiddleware:
    """Put `request.member` and `request.practice` in place, and let no view run that names no access."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = self.member_of(request)  # type: ignore[attr-defined]
        request.practice = request.member.practice if request.member else None  # type: ignore[attr-defined]
        return self.get_response(request)

    def member_of(self, request: HttpRequest) -> Member | None:
        """Return the active membership this session works in; the first one where none was chosen."""
        if not request.user.is_authenticated:
            return None
        members = Member.objects.active().filter(user=request.user).select_related("practice", "user")
        chosen = request.session.get(SESSION_KEY)
        member = members.filter(pk=chosen).first() if chosen else None
        if member is None and (member := members.order_by("created_at").first()):
            request.session[SESSION_KEY] = str(member.pk)
        return member

    def process_view(self, request: HttpRequest, view: Any, args: tuple, kwargs: dict) -> HttpResponse | None:
        """Answer before the view when it is not for this person."""
        access = getattr(view, "access", None)
        if access == "public" or view.__module__.startswith(LIBRARY_MODULES):
            return None
        if access is None:
            raise PermissionDenied(f"{view.__module__} names no access")
        if request.member is None:  # type: ignore[attr-defined]
            if not request.user.is_authenticated:
                return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")
            raise PermissionDenied("no membership")
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Turn refusals that no view caught into 403 and 404."""
        if isinstance(exception, NotAllowed):
            raise PermissionDenied(str(exception)) from exception
        if isinstance(exception, NotFound):
            raise Http404(str(exception)) from exception
