"""Referrals from the web in words: as they were sent, and what they may become."""

from datetime import date
from typing import Any

from django.urls import reverse

from medexpro.clients.models import Client
from medexpro.providers.models import Provider, ProviderType
from medexpro.referrals.incoming_models import WAITING, IncomingReferral, IncomingState
from medexpro.referrals.policy import policy
from medexpro.referrals.rules import checks
from medexpro.referrals.rules import incoming as rule
from medexpro.web import words

NEW = "new"
CHIPS = {
    IncomingState.NEW: "hold",
    IncomingState.SEEN: "info",
    IncomingState.ACCEPTED: "ok",
    IncomingState.DECLINED: "",
    IncomingState.SPAM: "",
}


def row(one: IncomingReferral) -> dict[str, Any]:
    """Return one row of the list."""
    return {
        "url": reverse("referrals:web_show", args=[one.pk]),
        "number": one.number,
        "client": one.client_name,
        "provider": one.provider_name,
        "place": one.provider_place,
        "received_at": one.received_at,
        "reason": one.diagnosis or ", ".join(one.icd10),
        "state": one.get_state_display(),
        "chip": CHIPS[IncomingState(one.state)],
    }


def readings(one: IncomingReferral, provider_type: str = "") -> dict[str, checks.Reading]:
    """Return what the statement says to each of the four checks."""
    paper = checks.Paper(
        provider_type=provider_type or one.provider_type, provider_name=one.provider_name,
        written_on=one.practice.day(one.received_at), wording=one.wording, codes=tuple(one.icd10),
        exit_confirmed_on=one.exit_on,
    )  # fmt: skip
    return checks.read(paper, policy())


def sent(one: IncomingReferral) -> list[tuple[str, list[dict[str, str]]]]:
    """Return everything that was sent, in parts; what was left out says so only where it is asked for."""
    license = ProviderType(one.provider_type).label
    ways = {"fax": "Fax", "link": "E-mail with a secure link", "phone": "Phone"}
    found = [
        ("Who refers", [
            ("Name", one.provider_name), ("License", license), ("NPI", one.provider_npi), ("Works at", one.provider_place),
            ("Fax", one.provider_fax), ("Phone", one.provider_phone), ("E-mail", one.provider_email),
            ("Answer by", ways.get(one.reply_by, one.get_reply_by_display())),
            ("Came by", f"the page of {one.source}" if one.source else "the practice’s page"),
        ]),
        ("For whom", [
            ("Name", one.client_name), ("Born", words.day(one.birth_date)), ("Phone", one.phone), ("E-mail", one.email),
        ]),
        ("What for", [
            ("Reason", one.diagnosis), ("ICD-10", ", ".join(one.icd10) or "none given"),
            ("In their words", one.wording or "nothing"), ("Left medical care", _day(one.exit_on) or "not stated"),
            ("Limits", one.limits), ("Next visit with them", _day(one.next_visit_on)),
        ]),
        ("Signed", [("Name", one.signed_name), ("Meaning", one.signed_words)]),
    ]  # fmt: skip
    return [(part, [{"label": label, "value": text} for label, text in rows if text]) for part, rows in found]


def choices(
    one: IncomingReferral,
    clients: list[tuple[Client, tuple[str, ...], bool]],
    providers: list[tuple[Provider, tuple[str, ...], bool]],
) -> dict[str, Any]:
    """Return what the form offers, as (value, label, hint), and what is chosen when it opens."""
    born = words.day(one.birth_date)
    shown = [reading for reading in readings(one).values() if reading.shown]
    first_client = rule.chosen_first([rule.Match(str(who.pk), certain) for who, _, certain in clients])
    first_provider = rule.chosen_first([rule.Match(str(who.pk), certain) for who, _, certain in providers])
    on_file = next((who for who, *_ in providers if str(who.pk) == first_provider), None)
    read = readings(one, on_file.type if on_file else "")
    return {
        "clients": [(str(who.pk), _client(who), ", ".join(why)) for who, why, _ in clients]
        + [(NEW, f"New client: {one.client_name}", f"born {born}")],
        "providers": [(str(who.pk), who.formal_name, _provider(one, who, why)) for who, why, _ in providers]
        + [(NEW, f"New provider: {one.provider_name}", one.provider_place)],
        "checks": [(reading.kind, reading.sentence) for reading in shown],
        "initial": {
            "client": first_client,
            "provider": first_provider,
            "confirmed": rule.ticked_first(read, provider_on_file=on_file is not None),
        },
    }


def warnings(one: IncomingReferral, providers: list[tuple[Provider, tuple[str, ...], bool]]) -> list[str]:
    """Return what a member should notice before accepting."""
    found = []
    for who, _, certain in providers:
        typed = {
            "fax": one.provider_fax,
            "phone": one.provider_phone,
            "email": one.provider_email,
            "NPI": one.provider_npi,
        }
        on_file = {"fax": who.fax, "phone": who.phone, "email": who.email, "NPI": who.npi}
        if certain and (other := rule.differing(typed, on_file)):
            found.append(
                f"{who.formal_name} is on file with another {words.joined(other)}. What is on file stays; call there "
                "before you change it."
            )
    if one.signed_name.casefold() not in {one.provider_name.casefold(), ""}:
        found.append(f"Signed by {one.signed_name}, for {one.provider_name}.")
    return found


def others(one: IncomingReferral) -> list[IncomingReferral]:
    """Return others that wait for a person of the same name and birth date. One query."""
    rows = IncomingReferral.objects.of(one.practice).filter(state__in=WAITING, birth_date=one.birth_date)
    return list(
        rows.filter(family_name__iexact=one.family_name).exclude(pk=one.pk).order_by("received_at")[:5]
    )


def _client(who: Client) -> str:
    return f"{who.name}, born {words.day(who.birth_date)}" if who.birth_date else who.name


def _provider(one: IncomingReferral, who: Provider, why: tuple[str, ...]) -> str:
    place = str(who.organisation) if who.organisation else ""
    return ", ".join(filter(None, [place, *why]))


def _day(day: date | None) -> str:
    return words.day(day) if day else ""
