"""Who is asking, for which practice; refusing what no view opened; turning refusals into answers."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode

from medexpro.kernel import clock
from medexpro.kernel.refusals import NotAllowed, NotFound
from medexpro.practice import breakglass
from medexpro.practice.models import Member
from medexpro.practice.roles import Permission

SESSION_KEY = "member"

# Views of libraries, which can't carry our mark: files that are no one's secret.
LIBRARY_MODULES = ("django.views.static", "django.contrib.staticfiles")


class MemberMiddleware:
    """Put `request.member` and `request.practice` in place, and let no view run that names no access."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        member = self.member_of(request)
        request.member = member  # type: ignore[attr-defined]
        request.practice = member.practice if member else None  # type: ignore[attr-defined]
        request.glass = None  # type: ignore[attr-defined]
        if member is None:
            return self.get_response(request)
        if opened := breakglass.of_session(request.session, member, at=clock.now()):
            request.glass = opened  # type: ignore[attr-defined]
            member.opened_client_id = opened.client_id
        # Instants in templates read as the practice's clock on the wall shows them.
        with timezone.override(member.practice.tz):
            response = self.get_response(request)
        # A shared tablet keeps nothing of what a member was answered, lists for scripts included.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def member_of(self, request: HttpRequest) -> Member | None:
        """Return the active membership this session works in; the first one where none was chosen."""
        if not request.user.is_authenticated:
            return None
        chosen = request.session.get(SESSION_KEY)
        members = request.user.memberships_now
        member = next((one for one in members if str(one.pk) == chosen), None)
        if member is None and (member := next(iter(members), None)):
            request.session[SESSION_KEY] = str(member.pk)
        return member

    def process_view(self, request: HttpRequest, view: Any, args: tuple, kwargs: dict) -> HttpResponse | None:
        """Answer before the view when it is not for this person."""
        access = getattr(view, "access", None)
        if access == "public" or view.__module__.startswith(LIBRARY_MODULES):
            return None
        if access is None:
            raise PermissionDenied(f"{view.__module__} names no access")
        member = request.member  # type: ignore[attr-defined]
        if member is not None:
            unfinished = member.practice.setup_done_at is None and member.may(Permission.SETTINGS_MANAGE)
            if unfinished and not getattr(view, "before_setup", False):
                return redirect("practice:setup")
            return None
        if not request.user.is_authenticated:
            if not Member.objects.exists():
                return redirect("practice:setup")
            return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")
        raise PermissionDenied from NotAllowed("Your membership has ended. Ask the owner of your practice.")

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Turn refusals that no view caught into 403 and 404."""
        if isinstance(exception, NotAllowed):
            raise PermissionDenied(str(exception)) from exception
        if isinstance(exception, NotFound):
            raise Http404(str(exception)) from exception


def before_setup(view: Callable) -> Callable:
    """Mark a view that answers before the practice is set up: the wizard and what it needs."""
    view.before_setup = True  # type: ignore[attr-defined]
    return view
