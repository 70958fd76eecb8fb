"""Pages of the shell itself: about, health, and the gallery of components."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static

from medexpro.web import gallery
from medexpro.web.pages import go_to, page, toast

View = Callable[..., HttpResponse]


def open_to_all(view: View) -> View:
    """Mark a view as open to anyone. The practice area's `public` says the same, one step up the stairs."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def gallery_only(view: View) -> View:
    """Answer only where the gallery is shown: while developing and in the demo."""

    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.DEBUG or getattr(settings, "MEDEXPRO_DEMO", False)):
            raise Http404
        return view(request, *args, **kwargs)

    shown.__doc__ = view.__doc__
    return open_to_all(shown)


@open_to_all
def about(request: HttpRequest) -> HttpResponse:
    """Say what this is, whose idea it follows, and what it is not."""
    return page(request, "web/about.html", {})


@open_to_all
def health(request: HttpRequest) -> HttpResponse:
    """Tell a supervisor whether the process answers and reaches its database. Says nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@open_to_all
def favicon(request: HttpRequest) -> HttpResponse:
    """Send browsers that ask without reading the page to the mark."""
    return redirect(static(settings.PRODUCT.get("logo", "web/icons/mark.svg")))


@gallery_only
def components(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    form = gallery.Example(request.POST or None)
    if request.method == "POST" and form.is_valid():
        toast(request, "Kept. Nothing is stored here.", undo_url=request.path + "done/")
        return go_to(request, "web:components")
    context = gallery.context() | {"form": form, "failed": gallery.failed_form(), "nav": "today"}
    if getattr(request, "member", None) is None:
        context |= gallery.frame()
    return page(request, "web/components.html", context, part="form")


@gallery_only
def components_find(request: HttpRequest) -> HttpResponse:
    """Answer the gallery's search as you type, in the form every search answers."""
    return JsonResponse(gallery.find(request.GET.get("q", "")))


@gallery_only
def components_done(request: HttpRequest) -> HttpResponse:
    """Take the gallery's Undo."""
    toast(request, "Undone.")
    return go_to(request, "web:components")
