"""The person of a file: name, birth date, sex, address, ways to reach them, numbers, contacts."""

import re
from datetime import date
from typing import Any

from medexpro.fhir.reading.record import Contact, Identifier, Person
from medexpro.fhir.reading.values import (
    Node,
    Unreadable,
    child,
    children,
    code_in,
    codes,
    codings,
    day,
    fingerprint,
    shortened,
    text,
    texts,
    words,
)

OLDEST = 125  # years; nobody known has lived longer than 122
V2_IDENTIFIERS = "http://terminology.hl7.org/CodeSystem/v2-0203"
# Numbers of the state a practice has no use for, and so does not keep.
_OFFICIAL_NUMBERS = {"SS": "social security number", "DL": "driver’s license", "PPN": "passport number"}
_SSN_SYSTEM = "http://hl7.org/fhir/sid/us-ssn"
_RANKS = {"official": 0, "usual": 1, "": 2, "temp": 3, "nickname": 4, "anonymous": 5, "maiden": 6, "old": 7}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# v2-0131 and role codes of contacts: N next of kin, C emergency contact; the rest by its words.
_GUARDIAN = re.compile(r"guardian|\bparent\b|\bmother\b|\bfather\b|^GUARD$|^PRN$|^MTH$|^FTH$", re.IGNORECASE)


def read_person(resource: Node, *, full_url: str, on: date) -> tuple[Person, list[str]]:
    """Return the person of a Patient resource, and notes on what was left out.

    on: today, to see a birth date that lies ahead. Raises Unreadable where the person can't be told from it: no name,
    an impossible birth date, a wrong type.
    """
    notes: list[str] = []
    given, family, salutation = _name(resource)
    birth = resource.get("birthDate")
    born = day(birth, "birthDate")
    if born and born > on:
        raise Unreadable(f"the birth date {born} lies in the future")
    if born and on.year - born.year > OLDEST:
        raise Unreadable(f"the birth date {born} is more than {OLDEST} years ago")
    if birth and not born:
        notes.append(f"The birth date is recorded as {birth} only. Ask for the day.")
    phone, email = _telecom(resource)
    identifiers, left_out = _identifiers(resource)
    if left_out:
        notes.append(f"Not kept: {', '.join(left_out)}.")
    died = day(resource.get("deceasedDateTime"), "deceasedDateTime")
    person = Person(
        source_id=_source_id(resource, full_url),
        given_name=given,
        family_name=family,
        salutation=salutation,
        birth_date=born,
        sex=_sex(resource),
        phone=phone,
        email=email,
        address=_address(resource),
        language=_language(resource),
        deceased=bool(died or resource.get("deceasedDateTime") or resource.get("deceasedBoolean") is True),
        deceased_on=died,
        identifiers=tuple(identifiers),
        contacts=tuple(_contacts(resource)),
    )
    return person, notes


def _source_id(resource: Node, full_url: str) -> str:
    """Return a name of the person that stays: the medical record number, else the address in the file."""
    for identifier in children(resource, "identifier"):
        kind = code_in(child(identifier, "type"), V2_IDENTIFIERS)
        if kind == "MR" and text(identifier, "value"):
            return _short(f"{text(identifier, 'system')}|{text(identifier, 'value')}")
    own = text(resource, "id")
    if full_url.startswith(("urn:", "http")):
        return _short(full_url)
    if own:
        return _short(f"Patient/{own}")
    raise Unreadable("the person has neither an id nor a medical record number")


def _short(name: str) -> str:
    return name if len(name) <= 120 else f"sha256:{fingerprint(name)}"


def _name(resource: Node) -> tuple[str, str, str]:
    listed = children(resource, "name")
    usable = [name for name in listed if text(name, "family") or texts(name, "given") or text(name, "text")]
    if not usable:
        raise Unreadable("the person has no name")
    best = min(usable, key=lambda name: _RANKS.get(text(name, "use"), 2))
    given, family = " ".join(texts(best, "given")), text(best, "family")
    if not family:
        # A name of one piece: its last word sorts.
        *before, family = (given or text(best, "text")).split()
        given = " ".join(before)
    salutation = next((prefix for prefix in texts(best, "prefix") if len(prefix) <= 20), "")
    return shortened(given, 80), shortened(family, 80), salutation


def _sex(resource: Node) -> str:
    sex = text(resource, "gender")
    return sex if sex in {"female", "male", "other"} else "unknown"


def _telecom(resource: Node) -> tuple[str, str]:
    """Return one phone number (a mobile one if there is, then home) and one e-mail address."""
    phones, emails = [], []
    for point in children(resource, "telecom"):
        value = text(point, "value")
        if not value or text(point, "use") == "old":
            continue
        if text(point, "system") in {"phone", "sms"} and len(value) <= 40:
            order = {"mobile": 0, "home": 1}.get(text(point, "use"), 2)
            phones.append((order, value))
        elif text(point, "system") == "email" and len(value) <= 254 and _EMAIL.fullmatch(value):
            emails.append(value)
    return min(phones, default=(0, ""), key=lambda entry: entry[0])[1], emails[0] if emails else ""


def _address(resource: Node) -> str:
    listed = [
        place for place in children(resource, "address") if text(place, "use") not in {"old", "billing"}
    ]
    if not listed:
        return ""
    place = min(listed, key=lambda entry: text(entry, "use") != "home")
    region = " ".join(part for part in (text(place, "state"), text(place, "postalCode")) if part)
    country = text(place, "country")
    parts = [*texts(place, "line"), text(place, "city"), region]
    if country and country.upper() not in {"US", "USA"}:
        parts.append(country)
    written = ", ".join(part for part in parts if part)
    return shortened(written or " ".join(text(place, "text").split()), 240)


def _language(resource: Node) -> str:
    spoken = children(resource, "communication")
    preferred = [entry for entry in spoken if entry.get("preferred") is True] or spoken
    return words(child(preferred[0], "language"), most=40) if preferred else ""


def _identifiers(resource: Node) -> tuple[list[Identifier], list[str]]:
    kept, left_out = [], []
    for identifier in children(resource, "identifier"):
        kinds = codes(child(identifier, "type"))
        system, value = text(identifier, "system"), text(identifier, "value")
        official = next((said for code, said in _OFFICIAL_NUMBERS.items() if code in kinds), "")
        if official or system == _SSN_SYSTEM:
            left_out.append(official or _OFFICIAL_NUMBERS["SS"])
        elif value:
            kept.append(Identifier(system, value))
    return kept, sorted(set(left_out))


def _contacts(resource: Node) -> list[Contact]:
    found = []
    for entry in children(resource, "contact"):
        name = _contact_name(child(entry, "name"))
        if not name:
            continue
        relations = children(entry, "relationship")
        said = ", ".join(filter(None, (words(relation, most=60) for relation in relations)))
        marks = {code for relation in relations for _, code, _ in codings(relation)}
        phone, email = _telecom(entry)
        found.append(
            Contact(
                name=name,
                relation=shortened(said, 60),
                phone=phone,
                email=email,
                is_guardian=any(_GUARDIAN.search(mark) for mark in [said, *marks]),
                is_emergency="C" in marks or "emergency" in said.lower(),
            )
        )
    return found


def _contact_name(name: dict[str, Any]) -> str:
    pieces = [*texts(name, "given"), text(name, "family")]
    return shortened(" ".join(piece for piece in pieces if piece) or text(name, "text"), 160)
