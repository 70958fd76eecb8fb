"""The idle lock: after a while a screen asks who is there. Nothing typed is lost behind it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class IdleLockMiddleware:
    """Note when a member last did something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
