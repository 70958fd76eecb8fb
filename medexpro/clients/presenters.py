"""Clients and their facts in words."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from medexpro.clients import agreements, uploads
from medexpro.clients.listing import Column
from medexpro.clients.models import (
    Allergy,
    Client,
    ClientDocument,
    Condition,
    Consent,
    ContactPerson,
    Medication,
    OutsideReading,
    Side,
    Surgery,
)
from medexpro.clients.rules.dates import is_minor
from medexpro.kernel import quantities
from medexpro.knowledge.library import library
from medexpro.web import words


def path(name: str, *args: Any) -> str:
    """Return the address of a page."""
    return reverse(name, args=args)


def list_row(client: Client, columns: Sequence[Column], day: date) -> dict[str, Any]:
    """Return one row of the list of clients."""
    return {
        "url": path("clients:show", client.pk),
        "name": client.name,
        "called": client.preferred_name,
        "age": client.age_on(day),
        "birth_date": client.birth_date,
        "phone": client.phone,
        "cells": [column.cell(client, day) for column in columns],
    }


def offer(client: Client) -> dict[str, str]:
    """Return a client as search fields offer them."""
    detail = [words.day(client.birth_date)] if client.birth_date else []
    detail += [client.phone] if client.phone else []
    return {"value": str(client.pk), "label": client.name, "detail": " · ".join(detail)}


def health_groups(client: Client, day: date) -> list[dict[str, Any]]:
    """Return the health facts on file, kind by kind; four queries."""
    groups = (
        ("condition", "Conditions", Condition.objects.order_by("ended_on", "-onset_on"), _condition),
        (
            "surgery",
            "Surgeries",
            Surgery.objects.select_related("surgeon").order_by("-performed_on"),
            _surgery,
        ),
        ("medication", "Medicines", Medication.objects.order_by("ended_on", "words"), _medication),
        ("allergy", "Allergies and intolerances", Allergy.objects.order_by("words"), _allergy),
    )
    return [
        {
            "kind": kind,
            "title": title,
            "add_url": path("clients:add_fact", client.pk, kind),
            "facts": [
                {
                    "change_url": path("clients:change_fact", kind, row.pk),
                    "remove_url": path("clients:remove_fact", kind, row.pk),
                    **present(row, day),
                }
                for row in rows.filter(client=client, removed_at=None)[:200]
            ],
        }
        for kind, title, rows, present in groups
    ]


def _condition(row: Condition, day: date) -> dict[str, Any]:
    span = [f"since {words.day(row.onset_on)}"] if row.onset_on else []
    span += [f"until {words.day(row.ended_on)}"] if row.ended_on else []
    return {
        "words": row.words,
        "chip": row.icd10,
        "detail": _joined(_side(row.side), *span, row.source),
        "ended": row.ended_on is not None and row.ended_on < day,
        **_effects(row, "condition"),
    }


def _surgery(row: Surgery, day: date) -> dict[str, Any]:
    weeks = row.weeks_on(day)
    surgeon = row.surgeon.formal_name if row.surgeon else row.surgeon_words
    known = library().tags.get(row.procedure_tag)
    when = (
        f"{words.day(row.performed_on)}, {weeks} {'week' if weeks == 1 else 'weeks'} ago"
        if row.performed_on
        else ""
    )
    approach = f"{row.approach} approach" if row.approach else ""
    return {
        "words": row.procedure,
        "chip": "",
        "detail": _joined(
            _side(row.side), when, approach, surgeon, f"compared as {known.name.lower()}" if known else ""
        ),
        "ended": False,
    }


def _medication(row: Medication, day: date) -> dict[str, Any]:
    until = f"until {words.day(row.ended_on)}" if row.ended_on else ""
    since = f"since {words.day(row.started_on)}" if row.started_on else ""
    return {
        "words": row.words,
        "chip": "",
        "detail": _joined(since, until, row.source),
        "ended": row.ended_on is not None and row.ended_on < day,
        **_effects(row, "medication"),
    }


def _effects(row: Condition | Medication, kind: str) -> dict[str, Any]:
    """Return what a fact means for the safety rules, and what is still to be confirmed."""
    histories = library().histories
    return {
        "means": [histories[key].professional for key in row.effects if key in histories],
        "asks": [(key, histories[key].professional) for key in row.to_confirm if key in histories],
        "answer_url": path("clients:answer_effect", kind, row.pk),
    }


def _allergy(row: Allergy, day: date) -> dict[str, Any]:
    return {"words": row.words, "chip": "", "detail": _joined(row.reaction, row.source), "ended": False}


def reading(row: OutsideReading) -> dict[str, Any]:
    """Return a reading of another record."""
    return {
        "words": row.words,
        "value": f"{words.number(row.value)} {quantities.label(row.unit)}".strip(),
        "at": row.at,
        "source": row.source,
    }


def document(row: ClientDocument, *, in_full: bool) -> dict[str, Any]:
    """Return a document on file. in_full: with its title, which may say what was found, and the way to take it off."""
    size = f"{row.size / 1024 / 1024:.1f} MB" if row.size >= 1024 * 1024 else f"{max(1, row.size // 1024)} KB"
    return {
        "title": row.title if in_full else row.get_kind_display(),
        "kind": row.get_kind_display() if in_full else "",
        "icon": "doc" if row.content_type == uploads.PDF else "image",
        "size": size,
        "added_at": row.added_at,
        "added_by": str(row.added_by),
        "url": path("clients:file", row.pk),
        "download_url": path("clients:download", row.pk),
        "remove_url": path("clients:remove_document", row.pk) if in_full else "",
    }


def kinds_on_file(rows: Sequence[ClientDocument]) -> list[tuple[str, str]]:
    """Return the kinds of documents among some, each with its words and how many, in the order of the kinds."""
    counts = Counter(row.kind for row in rows)
    words_of = dict(ClientDocument._meta.get_field("kind").flatchoices)
    return [(kind, f"{said} {counts[kind]}") for kind, said in words_of.items() if counts[kind]]


def file_name(row: ClientDocument) -> str:
    """Return the name a document is saved under: its title, and the ending of what it really is."""
    plain = "".join(sign if sign.isalnum() or sign in " -_.," else "_" for sign in row.title).strip(" .")[:80]
    return f"{plain or 'document'}.{uploads.EXTENSIONS.get(row.content_type, 'bin')}"


def agreements_of(consents: Sequence[Consent], day: date) -> list[dict[str, Any]]:
    """Return every kind of agreement with how it stands: signed, in an older text, withdrawn, or still to sign."""
    shown = []
    for kind in agreements.kinds().values():
        mine = [consent for consent in consents if consent.kind == kind.kind]
        if kind.elsewhere and not mine:
            continue
        in_force = next((consent for consent in mine if consent.withdrawn_at is None), None)
        current = kind.current(day)
        shown.append(
            {
                "kind": kind.kind,
                "name": kind.name,
                "needed": kind.needed,
                "elsewhere": kind.elsewhere,
                "in_force": in_force,
                "older": in_force is not None and in_force.text_version < current.version,
                "version": current.version,
                "withdrawn": [consent for consent in mine if consent.withdrawn_at is not None],
            }
        )
    return shown


def signer(client: Client, contacts: Sequence[ContactPerson], day: date) -> dict[str, str]:
    """Return who signs: the client, or for a minor the guardian on file."""
    if is_minor(client.birth_date, day):
        guardian = next((contact for contact in contacts if contact.is_guardian), None)
        return {"signed_name": guardian.name if guardian else "", "signed_as": "guardian"}
    return {"signed_name": client.name, "signed_as": "client"}


def _side(side: str) -> str:
    return "" if side == Side.NONE else Side(side).label


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
