"""Two records side by side, and what becomes of them, in words."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from medexpro.clients import forms, merging
from medexpro.clients.models import Client, ClientMerge, ContactPerson, LikelyPair, Sex, Side
from medexpro.clients.operations.merging import Plan, UndoPlan
from medexpro.clients.operations.people import FIELDS
from medexpro.clients.presenters import path
from medexpro.clients.rules.merging import BOTH, Difference
from medexpro.kernel import quantities
from medexpro.web import words

_NO_VALUE = "—"


def label(field: str) -> str:
    """Return what the details page calls a field."""
    return str(forms.Details.base_fields[field].label)


def value(field: str, said: Any, practice: Any) -> str:
    """Return a value of a client in words; empty for one that says nothing."""
    if said in (None, "", "unknown"):
        return ""
    if isinstance(said, date):
        return words.day(said)
    if isinstance(said, Decimal):
        if practice.units == "metric":
            return f"{words.number(said)} cm"
        return f"{words.number(quantities.rounded(quantities.convert(said, 'cm', '[in_i]'), '0.5'))} in"
    if field == "sex":
        return str(Sex(said).label)
    return str(Side(said).label) if field == "dominant_hand" else str(said)


def fields(
    kept: Client, gone: Client, differences: list[Difference], chosen: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the fields in which either record says something; where they differ, with the choices."""
    differing = {one.field: one for one in differences}
    rows = []
    for field in FIELDS:
        mine, theirs = (value(field, getattr(one, field), one.practice) for one in (kept, gone))
        if not mine and not theirs:
            continue
        difference = differing.get(field)
        rows.append(
            {
                "field": field,
                "label": label(field),
                "kept": mine or _NO_VALUE,
                "gone": theirs or _NO_VALUE,
                "choices": difference is not None,
                "chosen": chosen.get(field, difference.proposed) if difference else "",
                "both": difference is not None and BOTH in difference.choices,
            }
        )
    return rows


def contacts(client: Client) -> list[str]:
    """Return who stands beside a client, in words."""
    rows = ContactPerson.objects.filter(client=client, removed_at=None).order_by("name")
    return [f"{row.name}, guardian" if row.is_guardian else row.name for row in rows]


def holdings(kept: Client, gone: Client) -> list[dict[str, Any]]:
    """Return what the two records hold, kind by kind, with the newest of each in words."""
    rows = []
    counts = merging.counts(kept, gone)
    for one in sorted([*merging.all_moves(), *merging.all_rides()], key=lambda one: one.order):
        if isinstance(one, merging.Moving) and not one.told:
            continue
        mine, theirs = counts[kept.pk][one.label], counts[gone.pk][one.label]
        has_lines = isinstance(one, merging.Moving)
        stay = one.lines(kept) if mine and has_lines else []
        come = one.lines(gone) if theirs and has_lines else []
        if mine or theirs:
            rows.append(
                {
                    "name": one.many[:1].upper() + one.many[1:],
                    "kept": mine,
                    "kept_lines": stay,
                    "gone": theirs,
                    "gone_lines": come,
                }
            )
    return rows


def pair(row: LikelyPair) -> dict[str, Any]:
    """Return a pair for the list. The record that is older stands first, as the one to keep."""
    older, newer = sorted((row.first, row.second), key=lambda one: (one.created_at, one.pk))
    return {
        "one": _person(older),
        "other": _person(newer),
        "reasons": ", ".join(row.reasons),
        "proposed_by": str(row.proposed_by) if row.proposed_by else "",
        "proposed_at": row.proposed_at,
        "parted_by": str(row.parted_by) if row.parted_by else "",
        "parted_at": row.parted_at,
        "merge_url": path("clients:merge", older.pk, newer.pk),
        "part_url": path("clients:part_pair", older.pk, newer.pk),
        "ask_url": path("clients:ask_pair", older.pk, newer.pk),
    }


def _person(client: Client) -> dict[str, str]:
    born = f"born {words.day(client.birth_date)}" if client.birth_date else ""
    return {
        "name": client.name,
        "url": path("clients:show", client.pk),
        "detail": " · ".join(filter(None, [born, client.phone, "archived" if client.archived_at else ""])),
    }


def done(row: ClientMerge) -> dict[str, Any]:
    """Return what a merge did: counts by kind, and the details that were taken over."""
    return {
        "kept": row.kept.name,
        "gone": row.gone.name,
        "moved": _counts({name: len(ids) for name, ids in row.moved.items()}),
        "fields": [label(one["field"]) for one in row.changed if one["table"] == Client._meta.label],
    }


def undoing(plan: UndoPlan) -> dict[str, Any]:
    """Return what undoing a merge would do, in words."""
    own = Client._meta.label
    return {
        "obstacles": plan.obstacles,
        "back": _counts({name: len(ids) for name, ids in plan.back.items()}),
        "along": _counts(plan.along)
        + [one.counted(plan.along[one.label]) for one in merging.all_rides() if plan.along.get(one.label)],
        "staying": [
            {"words": one.counted(len(plan.staying[one.label])), "lines": _lines(one, plan)}
            for one in merging.all_moves()
            if one.told and plan.staying.get(one.label)
        ],
        "restored": [label(one["field"]) for one in plan.restored if one["table"] == own],
        "overwritten": [label(one["field"]) for one in plan.overwritten if one["table"] == own],
    }


def _lines(one: merging.Moving, plan: UndoPlan) -> list[str]:
    if one.line is None:
        return []
    rows = one.model._base_manager.filter(pk__in=list(plan.staying[one.label])[: merging.LINES])
    return [one.line(row) for row in rows.select_related(*one.related)]


def _counts(found: Mapping[str, int]) -> list[str]:
    return [one.counted(found[one.label]) for one in merging.all_moves() if one.told and found.get(one.label)]


def side_by_side(plan: Plan, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return all that the page of a merge shows."""
    kept, gone = plan.kept, plan.gone
    return {
        "fields": fields(kept, gone, plan.differences, chosen),
        "holdings": holdings(kept, gone),
        "in_force": [
            {"name": one.name, "lines": lines} for one in (kept, gone) if (lines := merging.protecting(one))
        ],
        "obstacles": plan.obstacles,
        "cautions": plan.cautions,
        "version": plan.version,
    }
