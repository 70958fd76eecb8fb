"""What a health fact means for the safety rules: suggested by its words, answered by a person."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from medexpro.clients import operations
from medexpro.clients.models import Condition, Medication
from medexpro.clients.views.finding import row_or_404
from medexpro.kernel import clock
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, toast

KINDS: dict[str, type[Condition] | type[Medication]] = {"condition": Condition, "medication": Medication}


@require_POST
@requires(Permission.HEALTH_EDIT)
def answer(request: HttpRequest, kind: str, fact_id: UUID) -> HttpResponse:
    """Answer one suggestion of a condition or medicine: it is so, or it is not."""
    if kind not in KINDS:
        raise Http404
    fact = row_or_404(KINDS[kind], request, fact_id)
    values = {"effect": request.POST.get("effect", ""), "applies": request.POST.get("applies") == "yes"}
    if told(request, lambda: operations.answer_effect(fact, **values, by=member_of(request), at=clock.now())):
        toast(request, "The answer is recorded.")
    return go_to(request, "clients:health", fact.client_id)
