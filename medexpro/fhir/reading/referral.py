"""A written order for exercise: who wrote it, in which words, for which reason, for how long. Nothing is weighed."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from medexpro.fhir.reading.facts import icd10_of
from medexpro.fhir.reading.record import Provider, Referral
from medexpro.fhir.reading.values import (
    NPI,
    Left,
    Node,
    Unreadable,
    child,
    children,
    codes,
    codings,
    day,
    paragraphs,
    reference,
    shortened,
    text,
    texts,
    words,
)

Resolve = Callable[[str], Node | None]

PHYSICAL_ACTIVITY = "PhysicalActivity"  # Category of the HL7 US Physical Activity guide
# SNOMED CT codes of the guide's value set of orders (pa-servicerequest-code) that ask for exercise with somebody.
_EXERCISE_CODES = {"819961005", "435551000124105", "390893007", "229095001", "229065009"}
_EXERCISE_WORDS = re.compile(
    r"\bexercis|functional (conditioning|training)|physical activity|personal train", re.IGNORECASE
)
# Licences by which a person may refer, as suffixes and qualification codes (v2-0360) write them.
_LICENSED = ("MD", "DO", "DPM", "NP", "PA", "PT", "OT", "DC")
_ORDERED = {"order", "original-order", "reflex-order", "filler-order", "instance-order"}


def is_exercise_order(resource: Node) -> bool:
    """Return whether a ServiceRequest asks for exercise, by its category, code or words."""
    categories = children(resource, "category")
    if any(PHYSICAL_ACTIVITY in codes(category) for category in categories):
        return True
    concept = child(resource, "code")
    if codes(concept) & _EXERCISE_CODES:
        return True
    said = [text(concept, "text"), *(display for _, _, display in codings(concept))]
    return any(_EXERCISE_WORDS.search(part) for part in said)


def read_referral(
    resource: Node, *, source_id: str, person: str, resolve: Resolve, conditions: Sequence[Node], on: date
) -> Referral:
    """Return the referral of a ServiceRequest. person: the client's name, for the purpose when nothing else is said.

    Raises Left for an order of something else, a draft or proposal, or a withdrawn one; Unreadable for wrong types.
    conditions: the Condition resources of the file, to say which codes stand there unlinked. on: today.
    """
    if not is_exercise_order(resource):
        raise Left("An order for something other than exercise.")
    status, intent = text(resource, "status"), text(resource, "intent")
    if status in {"draft", "revoked", "entered-in-error", "unknown"}:
        raise Left(f"Recorded as {status.replace('-', ' ')}.")
    if intent not in _ORDERED:
        raise Left(f"Its intent is {intent or 'missing'}, so nobody ordered it.")

    provider = _provider(resource, resolve)
    wording = _wording(resource)
    reasons, coded, elsewhere = _reasons(resource, resolve)
    begins, ends = _validity(resource)
    left_care, care_remarks = _left_care(resource, resolve, on)
    return Referral(
        source_id=source_id,
        provider=provider,
        purpose=shortened(", ".join(reasons) or f"Exercise for {person}", 160),
        wording=wording,
        codes=tuple(coded),
        reasons=tuple(reasons),
        written_on=day(resource.get("authoredOn"), "authoredOn"),
        valid_from=begins,
        valid_to=ends,
        exit_confirmed_on=left_care,
        remarks=(*_remarks(provider, reasons, coded, conditions, elsewhere=elsewhere), *care_remarks),
    )


def _wording(resource: Node) -> str:
    concept = child(resource, "code")
    parts = [paragraphs(concept, "text") or words(concept)]
    parts += [paragraphs(note, "text") for note in children(resource, "note")]
    parts.append(paragraphs(resource, "patientInstruction"))
    return "\n\n".join(dict.fromkeys(part for part in parts if part))


def _validity(resource: Node) -> tuple[date | None, date | None]:
    period = child(resource, "occurrencePeriod")
    begins = day(period.get("start") or resource.get("occurrenceDateTime"), "occurrence start")
    ends = day(period.get("end"), "occurrence end")
    return (begins, ends) if not (begins and ends and ends < begins) else (begins, None)


def _reasons(resource: Node, resolve: Resolve) -> tuple[list[str], list[tuple[str, str]], bool]:
    """Return the reasons in words, the ICD-10-CM codes they carry, and whether one lies outside the files."""
    concepts = list(children(resource, "reasonCode"))
    said, elsewhere = [], False
    for pointer in children(resource, "reasonReference"):
        target = resolve(text(pointer, "reference"))
        if target is not None and text(target, "resourceType") == "Condition":
            concepts.append(child(target, "code"))
        elif display := text(pointer, "display"):
            said.append(shortened(display, 240))
        else:
            elsewhere = True
    coded = []
    for concept in concepts:
        if name := words(concept):
            said.append(name)
        if code := icd10_of(concept):
            coded.append((code, name))
    return list(dict.fromkeys(said)), coded, elsewhere


def _left_care(resource: Node, resolve: Resolve, on: date) -> tuple[date | None, list[str]]:
    """Return the last day of the care that the order itself names as ended, and what stands against it in sentences.

    Only episodes of care among the order's supporting information count, about the same person, finished, with a
    last day that is not ahead. One that still goes on takes the day away: then the client has not left.
    """
    last, remarks = None, []
    for pointer in children(resource, "supportingInfo"):
        episode = resolve(text(pointer, "reference"))
        if episode is None or text(episode, "resourceType") != "EpisodeOfCare":
            continue
        kinds = [name for kind in children(episode, "type") if (name := words(kind))]
        care = kinds[0] if kinds else "Care elsewhere"
        ended = day(child(episode, "period").get("end"), "period.end")
        if reference(episode, "patient") != reference(resource, "subject"):
            remarks.append(f"{care}, which the order names, is about somebody else.")
        elif text(episode, "status") != "finished" or ended is None or ended > on:
            remarks.append(f"{care}, which the order names, has not ended by what the file says.")
        else:
            last = max(last or ended, ended)
    return (None if remarks else last), remarks


def _provider(resource: Node, resolve: Resolve) -> Provider | None:
    pointer = child(resource, "requester")
    if not pointer:
        return None
    address, display = text(pointer, "reference"), text(pointer, "display")
    target = resolve(address)
    role: Node = {}
    if target is not None and text(target, "resourceType") == "PractitionerRole":
        role, target = target, resolve(reference(target, "practitioner"))
    if target is None or text(target, "resourceType") not in {"Practitioner", "Organization"}:
        return _from_display(address, text(child(role, "practitioner"), "display") or display, role)
    if text(target, "resourceType") == "Organization":
        return Provider(
            source_id=_named(address), organisation=shortened(text(target, "name"), 200), npi=_npi(target)
        )
    name = next(iter(children(target, "name")), {})
    given, family = " ".join(texts(name, "given")), text(name, "family")
    if not family:
        return _from_display(address, display, role)
    organisation = child(role, "organization")
    employer = resolve(text(organisation, "reference")) or {}
    points = children(role, "telecom") or children(target, "telecom")
    qualifications = children(target, "qualification")
    return Provider(
        source_id=_named(f"Practitioner/{text(target, 'id')}"),
        given_name=shortened(given, 80),
        family_name=shortened(family, 80),
        specialty=_specialty(role),
        npi=_npi(target),
        licence=_licence(qualifications),
        type=_type(name, qualifications),
        qualification=shortened(
            ", ".join(filter(None, (words(child(q, "code")) for q in qualifications))), 120
        ),
        organisation=shortened(text(employer, "name") or text(organisation, "display"), 200),
        phone=_point(points, "phone"),
        fax=_point(points, "fax"),
        email=_point(points, "email"),
    )


def _from_display(address: str, display: str, role: Node) -> Provider | None:
    """Return what a display alone tells: "Dr. Lopez" is a family name."""
    pieces = re.sub(r"^(dr|mr|mrs|ms|prof)\.?\s+", "", display, flags=re.IGNORECASE).split()
    if not pieces:
        return None
    return Provider(
        source_id=_named(address),
        given_name=shortened(" ".join(pieces[:-1]), 80),
        family_name=shortened(pieces[-1], 80),
        specialty=_specialty(role),
        organisation=shortened(text(child(role, "organization"), "display"), 200),
    )


def _named(address: str) -> str:
    return address if 0 < len(address) <= 120 else ""


def _specialty(role: Node) -> str:
    concepts = [*children(role, "specialty"), *children(role, "code")]
    return next(filter(None, (words(concept, most=120) for concept in concepts)), "")


def _npi(resource: Node) -> str:
    return next((text(i, "value") for i in children(resource, "identifier") if text(i, "system") in NPI), "")


def _licence(qualifications: Sequence[Node]) -> str:
    numbers = (text(number, "value") for entry in qualifications for number in children(entry, "identifier"))
    return next(filter(None, numbers), "")


def _type(name: Node, qualifications: Sequence[Node]) -> str:
    """Return the licence a person shows, such as MD, by the codes of qualifications and the name's suffixes."""
    shown = {suffix.replace(".", "").upper() for suffix in texts(name, "suffix")}
    for entry in qualifications:
        concept = child(entry, "code")
        shown |= {code.upper() for code in codes(concept)} | {words(concept).replace(".", "").upper()}
    return next((kind for kind in _LICENSED if kind in shown), "")


def _point(points: Sequence[Node], system: str) -> str:
    most = 254 if system == "email" else 40
    values = (text(point, "value") for point in points if text(point, "system") == system)
    return next((value for value in values if 0 < len(value) <= most), "")


def _remarks(
    provider: Provider | None,
    reasons: Sequence[str],
    coded: Sequence[tuple[str, str]],
    conditions: Sequence[Node],
    *,
    elsewhere: bool,
) -> Iterator[str]:
    """Say what a person who checks the referral will want to know of the file."""
    if provider is None:
        yield "The order names nobody who wrote it."
    elif not provider.type:
        yield f"The file does not show what {provider.name} is licensed as."
    if elsewhere:
        yield "A reason it names is not in the file."
    if reasons and not coded:
        yield f"The reason given is {', '.join(reasons)}, without an ICD-10 code."
        others = [code for node in conditions if (code := _code_of(node))]
        if others:
            yield f"{', '.join(dict.fromkeys(others))} stands in the file, but not as the reason."


def _code_of(condition: Node) -> str:
    try:
        return icd10_of(child(condition, "code"))
    except Unreadable:
        return ""
