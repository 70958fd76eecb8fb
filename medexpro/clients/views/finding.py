"""How views find what they show: always from what the member may know of."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from medexpro.clients.models import Client
from medexpro.practice.access import member_of
from medexpro.practice.permissions import Permission

Row = TypeVar("Row", bound=Model)

# Whoever may open a client at all; what they see there follows from their other permissions.
OPENS = (Permission.CLIENTS_LIST, Permission.RECORD_READ)


def client_or_404(request: HttpRequest, client_id: UUID, permission: Permission | None = None) -> Client:
    """Return a client the member may know of; 404 for any other. permission: what the page shows or does with them."""
    return get_object_or_404(visible(Client, request, permission), pk=client_id)


def row_or_404(
    model: type[Row], request: HttpRequest, pk: UUID, *related: str, permission: Permission | None = None
) -> Row:
    """Return a row of a client the member may know of, with its client and the named relations."""
    return get_object_or_404(visible(model, request, permission).select_related("client", *related), pk=pk)


def visible(model: type[Row], request: HttpRequest, permission: Permission | None = None) -> Any:
    """Return the rows of a model the member may know of; each knows its practice without another query."""
    rows = model.objects.visible_to(member_of(request), permission)  # type: ignore[attr-defined]
    return rows.select_related("practice")
