"""Health facts: conditions, surgeries, medicines, allergies, readings of other records."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from medexpro.clients import forms, operations, panels, presenters
from medexpro.clients.models import Allergy, Condition, Medication, OutsideReading, Surgery
from medexpro.clients.operations.facts import CHANGEABLE
from medexpro.clients.views.finding import client_or_404, row_or_404, visible
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.practice.views.lock import safe_next
from medexpro.providers.models import Provider
from medexpro.web.editing import EditForm, told
from medexpro.web.pages import go_to, page, toast

READINGS_SHOWN = 20


@dataclass(frozen=True)
class Kind:
    """One kind of fact: its model, its form, its operation and its words."""

    model: type
    form: type[EditForm]
    add: Callable[..., Any]
    title: str
    adding: str


KINDS = {
    "condition": Kind(
        Condition, forms.ConditionForm, operations.record_condition, "Condition", "Add a condition"
    ),
    "surgery": Kind(Surgery, forms.SurgeryForm, operations.record_surgery, "Surgery", "Add a surgery"),
    "medication": Kind(
        Medication, forms.MedicationForm, operations.record_medication, "Medicine", "Add a medicine"
    ),
    "allergy": Kind(Allergy, forms.AllergyForm, operations.record_allergy, "Allergy", "Add an allergy"),
}


@requires(Permission.HEALTH_READ)
def health(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Show what is recorded about a client's health, in its words."""
    client = client_or_404(request, client_id, Permission.HEALTH_READ)
    chart = panels.open_chart(request, client, page="health")
    readings = OutsideReading.objects.filter(client=client).order_by("-at")[:READINGS_SHOWN]
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "health",
        "groups": presenters.health_groups(client, chart.day),
        "edits": member_of(request).may(Permission.HEALTH_EDIT),
        "readings": [presenters.reading(row) for row in readings],
    }
    return page(request, "clients/health.html", context)


@requires(Permission.HEALTH_EDIT)
def add(request: HttpRequest, client_id: UUID, kind: str) -> HttpResponse:
    """Add a fact."""
    client, known = client_or_404(request, client_id, Permission.HEALTH_EDIT), _kind(kind)
    chart = panels.open_chart(request, client, page="health")
    form = known.form(request.POST or None)
    form.fields["new_id"] = forms.NewId()
    if form.is_valid():
        values = _values(form, request, kind)
        new_id = values.pop("new_id")
        try:
            fact = known.add(client, **values, id=new_id, by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{known.title} is recorded.")
            # A page that needed the fact gets it handed over, as ?surgery=….
            if "next" in request.GET:
                return go_to(request, f"{safe_next(request)}?{kind}={fact.pk}")
            return go_to(request, "clients:health", client.pk)
    return _form_page(request, chart, form, known.adding)


@requires(Permission.HEALTH_EDIT)
def change(request: HttpRequest, kind: str, fact_id: UUID) -> HttpResponse:
    """Change a fact."""
    known = _kind(kind)
    related = {"condition": ("provider",), "surgery": ("surgeon",)}.get(kind, ())
    fact = row_or_404(known.model, request, fact_id, *related)
    chart = panels.open_chart(request, fact.client, page="health")
    initial = {name: getattr(fact, name) for name in CHANGEABLE[known.model]}
    form = known.form(request.POST or None, initial=_shown(initial) | {"version": fact.version})
    if form.is_valid():
        try:
            operations.change_fact(
                fact,
                **_values(form, request, kind),
                version=form.shown_version,
                by=member_of(request),
                at=clock.now(),
            )
        except Conflict as conflict:
            if conflict.theirs.get("surgeon"):
                conflict.theirs["surgeon"] = Provider.objects.get(pk=conflict.theirs["surgeon"])
            conflict.theirs = _shown(conflict.theirs)
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{known.title} is saved.")
            return go_to(request, "clients:health", fact.client_id)
    return _form_page(request, chart, form, f"{known.title}: change")


@require_POST
@requires(Permission.HEALTH_EDIT)
def remove(request: HttpRequest, kind: str, fact_id: UUID) -> HttpResponse:
    """Take a fact out; the toast brings it back."""
    known = _kind(kind)
    fact = row_or_404(known.model, request, fact_id)
    if told(request, lambda: operations.remove_fact(fact, by=member_of(request), at=clock.now())):
        toast(request, f"{known.title} is removed.", presenters.path("clients:restore_fact", kind, fact.pk))
    return go_to(request, "clients:health", fact.client_id)


@require_POST
@requires(Permission.HEALTH_EDIT)
def restore(request: HttpRequest, kind: str, fact_id: UUID) -> HttpResponse:
    """Undo a removal."""
    fact = row_or_404(_kind(kind).model, request, fact_id)
    told(request, lambda: operations.restore_fact(fact, by=member_of(request), at=clock.now()))
    return go_to(request, "clients:health", fact.client_id)


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _values(form: EditForm, request: HttpRequest, kind: str) -> dict[str, Any]:
    values = form.values()
    if kind == "surgery":
        chosen = values["surgeon"]
        values["surgeon"] = visible(Provider, request).filter(pk=_uuid(chosen)).first() if chosen else None
    return values


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """Return stored values as search fields show them: the chosen one and its words."""
    shown = dict(values)
    if isinstance(shown.get("surgeon"), Provider):
        shown["surgeon"] = forms.provider_choice(shown["surgeon"])
    if shown.get("icd10"):
        shown["icd10"] = (shown["icd10"], shown["icd10"])
    return shown


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _form_page(request: HttpRequest, chart: panels.Chart, form: EditForm, title: str) -> HttpResponse:
    context = {"nav": "clients", "chart": chart, "tab": "health", "form": form, "title": title}
    return page(request, "clients/edit.html", context, part="form")
