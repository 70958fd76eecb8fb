"""Clients live above this area. It registers here how to find them, so that the trail can name them."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

_CLIENTS: list[tuple[Callable[[], QuerySet], str]] = []


def register_clients(all_clients: Callable[[], QuerySet], page: str) -> None:
    """Tell this area where clients are kept. Called by the clients area when the app starts.

    page: the name of the address that shows a client.
    """
    _CLIENTS[:] = [(all_clients, page)]


def clients_of(practice: Any) -> QuerySet:
    """Return the clients of a practice, whoever may know of them."""
    if not _CLIENTS:
        raise LookupError("no area has registered where clients are kept")
    return _CLIENTS[0][0]().filter(practice=practice)


def names_of(practice: Any, client_ids: set) -> dict:
    """Return the names of clients of a practice by id, in one query."""
    return (
        {client.pk: client.name for client in clients_of(practice).filter(pk__in=client_ids)}
        if client_ids
        else {}
    )


def address_of(client: Any) -> str:
    """Return the address of a client's page."""
    return reverse(_CLIENTS[0][1], args=[client.pk])
