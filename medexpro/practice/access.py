"""Every view names who may open it. One that names nothing is refused."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest, HttpResponse

from medexpro.kernel.refusals import NotAllowed
from medexpro.practice.roles import Permission

if TYPE_CHECKING:
    from medexpro.practice.models import Member, Practice, User

View = Callable[..., HttpResponse]


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Open a view to members who may any of these. Which records they see is settled in the view."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            member = request.member  # type: ignore[attr-defined]
            if not any(member.may(permission) for permission in permissions):
                raise NotAllowed("Your role in this practice does not include this page.")
            return view(request, *args, **kwargs)

        checked.access = permissions  # type: ignore[attr-defined]
        return checked

    return decorate


def signed_in(view: View) -> View:
    """Open a view to every active member of the practice."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    checked.access = "signed_in"  # type: ignore[attr-defined]
    return checked


def public(view: View) -> View:
    """Open a view to anyone: sign-in, health check, single-purpose links. Say why in its docstring."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    opened.access = "public"  # type: ignore[attr-defined]
    return opened


# ---- Who asks, typed. The middleware puts them on the request.


def asking(request: HttpRequest) -> "Member | None":
    """Return the member who asks; None before sign-in."""
    return cast("Member | None", getattr(request, "member", None))


def member_of(request: HttpRequest) -> "Member":
    """Return the member who asks, behind a view that lets only members in."""
    return cast("Member", asking(request))


def practice_of(request: HttpRequest) -> "Practice":
    """Return the practice the member works in."""
    return member_of(request).practice


def person_of(request: HttpRequest) -> "User":
    """Return the person who is signed in."""
    return cast("User", request.user)
