"""What a view of this area needs to be opened.

The table of roles stands above this area, so a permission is named by its code.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from medexpro.kernel.refusals import NotAllowed

View = Callable[..., HttpResponse]

READ = "knowledge:read"
APPROVE = "knowledge:approve"


def requires(permission: str) -> Callable[[View], View]:
    """Open a view to members with this permission. `practice.access.requires` says the same, one step up the stairs."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.member.may(permission):  # type: ignore[attr-defined]
                raise NotAllowed("Your role in this practice does not include this page.")
            return view(request, *args, **kwargs)

        checked.access = (permission,)  # type: ignore[attr-defined]
        return checked

    return decorate
