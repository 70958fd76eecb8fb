"""Every table that leads to a client is known to the merge of two records, so that a new one can't be forgotten."""

import pytest
from django.apps import apps
from django.db import models

from medexpro.audit.sealing import SEALS
from medexpro.clients import merging
from medexpro.clients.models import OF_ONE_PERSON, Client

OURS = [model for model in apps.get_models() if model.__module__.startswith("medexpro.")]


def names_a_client(model: type[models.Model]) -> list[str]:
    """Return the columns of a model that name a client: references, and ids kept where clients stand above."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.related_model is Client
        or (isinstance(field, models.UUIDField) and "client" in field.name and not field.is_relation)
    ]


NAMING = [(model, column) for model in OURS for column in names_a_client(model)]


@pytest.mark.parametrize(("model", "column"), NAMING, ids=lambda one: getattr(one, "__name__", one))
def test_a_column_that_names_a_client_moves_or_says_why_it_stays(model, column):
    label = model._meta.label
    moved = {one.label for one in merging.all_moves()}
    known = (label in moved and column == "client") or (label, column) in merging.all_stays()
    assert known, (
        f"{label}.{column} names a client. Say in the area's own_merging.py what a merge of two records does with it: "
        "merging.moves(…) or merging.stays(…)."
    )


def test_what_is_registered_is_there():
    there = {(model._meta.label, column) for model, column in NAMING}
    assert {(one.label, "client") for one in merging.all_moves()} <= there
    assert set(merging.all_stays()) <= there
    assert not {(one.label, "client") for one in merging.all_moves()} & set(merging.all_stays())


def leads_through(model: type[models.Model], seen: frozenset = frozenset()) -> bool:
    """Return whether a model has a reference that leads to a client, however far."""
    return any(
        field.related_model is Client
        or (
            field.related_model not in seen
            and field.related_model not in (None, model)
            and leads_through(field.related_model, seen | {model})
        )
        for field in model._meta.concrete_fields
        if field.is_relation
    )


@pytest.mark.parametrize(
    "model", [model for model in OURS if leads_through(model)], ids=lambda one: one.__name__
)
def test_a_table_that_leads_to_a_client_through_others_hangs_on_one_that_moves(model):
    """It goes along by itself then: nothing in it names the client, and what it hangs on moves whole."""
    moved = {one.model for one in merging.all_moves()}
    if names_a_client(model) or model is Client:
        return
    hangs_on = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
    ways = [
        one for one in hangs_on if one in moved or (one is not model and one in OURS and leads_through(one))
    ]
    assert ways


@pytest.mark.parametrize("moving", merging.all_moves(), ids=lambda one: one.label)
def test_a_closed_row_follows_the_person_and_nobody_else(moving):
    """Seals let the client follow; another seal lets it follow only to a record of the same person."""
    seals = [seal for seal in SEALS if seal.model is moving.model]
    guards = [seal for seal in seals if seal.closed == OF_ONE_PERSON]
    for seal in seals:
        assert seal in guards or "client" in seal.may_follow, (
            f"{moving.label} is sealed to its client, so two records of one person can't become one. Let `client` follow, "
            "and put @follows_the_person above the seal."
        )
    assert bool(guards) is bool(seals)


@pytest.mark.parametrize("moving", merging.all_moves(), ids=lambda one: one.label)
def test_what_can_be_there_once_for_a_client_says_what_becomes_of_two(moving):
    """A rule that a client has only one of something would stop a merge halfway, unless its table says what to do."""
    once = [
        rule
        for rule in moving.model._meta.constraints
        if isinstance(rule, models.UniqueConstraint) and "client" in rule.fields
    ]
    for rule in once:
        others = [name for name in rule.fields if name != "client"]
        assert moving.staying is not None or moving.emptied in others, (
            f"{moving.label}: two records may both have {' and '.join(others)}. Give `staying` or `emptied`."
        )
