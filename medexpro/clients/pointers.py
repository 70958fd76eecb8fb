"""Old links: the address of a record that became part of another leads to that other."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from medexpro.clients.models import Client
from medexpro.kernel.refusals import NotFound
from medexpro.practice.access import asking
from medexpro.web.pages import go_to, toast


class MergedClientMiddleware:
    """Lead on from an address that names a pointer. It asks only where nothing was found, so no page pays for it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a client who is a pointer, where the member may know of the survivor; what was typed goes along."""
        member, match = asking(request), request.resolver_match
        if member is None or match is None or not isinstance(exception, Http404 | NotFound):
            return None
        wanted = match.kwargs.get("client_id")
        pointers = Client.objects.of(member.practice).exclude(merged_into=None)
        pointer = pointers.filter(pk=wanted).first() if wanted else None
        if pointer is None or not pointer.survivor.is_visible_to(member):
            return None
        survivor = pointer.survivor
        said = f"{pointer.name} is part of {survivor.name}’s record now."
        if not _brings_something(request):
            # A button of an old page, such as to archive the record that is there twice, was not meant for this one.
            toast(request, f"{said} Nothing was changed.")
            return go_to(request, "clients:show", survivor.pk)
        toast(request, said)
        address = reverse(match.view_name, kwargs=match.kwargs | {"client_id": survivor.pk})
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{address}?{query}" if query else address, preserve_request=True)


def _brings_something(request: HttpRequest) -> bool:
    """Return whether a page was asked for, or something typed was sent."""
    if request.method != "POST":
        return True
    return bool(request.FILES) or any(name != "csrfmiddlewaretoken" for name in request.POST)
