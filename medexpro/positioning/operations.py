"""Every change to what the practice says of itself: check the permission, weigh, write, record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from medexpro.audit.trail import record
from medexpro.kernel.refusals import Refusal
from medexpro.positioning import events, voice
from medexpro.positioning.models import Bio, Profile, Service
from medexpro.positioning.rules import colours, slugs
from medexpro.positioning.rules.drafts import ANSWERS
from medexpro.positioning.rules.steps import plain
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission

# More services than anybody reads on one page.
MOST_SERVICES = 24
SERVICE_FIELDS = (
    "name",
    "condition",
    "format",
    "length",
    "price_cents",
    "price_words",
    "whom",
    "referrer_gets",
)


class PositioningRefused(Refusal):
    """What was typed can't stand so."""


def profile_for(practice: Practice) -> Profile:
    """Return the practice's profile, made now where there is none. Call it inside a transaction."""
    profile = Profile.objects.of(practice).first()
    if profile:
        return profile
    begins = slugs.slug_of(practice.name)
    taken = set(Profile.objects.filter(slug__startswith=begins).values_list("slug", flat=True))
    return Profile.objects.create(practice=practice, slug=slugs.slug_of(practice.name, taken))


# ---- The sheet and its texts


@transaction.atomic
def change_sheet(
    practice: Practice, answers: Mapping[str, str], *, waiting: Mapping[str, str] | None = None,
    expected: int | None = None, by: Member, at: datetime,
) -> Profile:  # fmt: skip
    """Keep answers of the sheet, by field. waiting: answers whose words are still asked about; nobody outside reads them.

    Raises Conflict with the stored answers when somebody saved since version `expected`.
    """
    profile = _open(practice, by)
    if unknown := set(answers) - set(ANSWERS) | set(waiting or {}) - set(ANSWERS):
        raise ValueError(f"no such question: {sorted(unknown)}")
    changed = [field for field, text in answers.items() if getattr(profile, field) != plain(text)]
    waits = {field: plain(text) for field, text in (waiting or {}).items()}
    if not changed and waits == profile.waiting and expected in (None, profile.version):
        return profile
    for field in changed:
        setattr(profile, field, plain(answers[field]))
    profile.waiting = waits
    profile.save_version(expected=expected, fields=list(ANSWERS))
    if changed:
        record(events.SHEET_CHANGED, profile, by=by, at=at, practice=practice, fields=sorted(changed))
    return profile


@transaction.atomic
def keep_text(practice: Practice, key: str, text: str, *, by: Member, at: datetime) -> Profile:
    """Keep a text as it was written by hand; one that is the draft itself, or empty, follows the sheet again.

    key: one of voice.TEXTS.
    """
    profile = _open(practice, by)
    if key not in voice.TEXTS:
        raise PositioningRefused("There is no such text.")
    draft = voice.TEXTS[key](voice.sheet_of(practice, profile)).text
    text, own = plain(text), dict(profile.own_texts)
    if not text or text == plain(draft):
        return take_new(practice, key, by=by, at=at) if key in own else profile
    own[key] = {"text": text, "drafted": draft}
    if own != profile.own_texts:
        profile.own_texts = own
        profile.save_version(expected=None)
        record(events.TEXT_KEPT, profile, by=by, at=at, practice=practice, text=key)
    return profile


@transaction.atomic
def take_new(practice: Practice, key: str, *, by: Member, at: datetime) -> Profile:
    """Let a text follow the sheet again. What was written by hand is gone."""
    profile = _open(practice, by)
    if key in profile.own_texts:
        profile.own_texts = {name: own for name, own in profile.own_texts.items() if name != key}
        profile.save_version(expected=None)
        record(events.TEXT_TAKEN, profile, by=by, at=at, practice=practice, text=key)
    return profile


# ---- Brand and public page


@transaction.atomic
def change_brand(practice: Practice, colour: str, *, by: Member, at: datetime) -> Profile:
    """Set the brand's colour; empty takes the product's own again. One that nobody can read is refused with the nearest."""
    profile = _open(practice, by)
    found = colours.parsed(colour)
    if colour.strip() and not found:
        raise PositioningRefused(
            "Write the color as # and six digits or letters a to f, such as #0b5c74.", field="colour"
        )
    if found and not colours.passes(found):
        raise PositioningRefused(
            f"Text in {found} can’t be read on white: {colours.contrast(found, colours.PAPER):.1f} to 1, and 4.5 to 1 is "
            f"needed. The nearest that passes is {colours.nearest(found)}.",
            field="colour",
        )
    if found != profile.colour:
        profile.colour = found
        profile.save_version(expected=None)
        record(events.BRAND_CHANGED, profile, by=by, at=at, practice=practice, colour=found)
    return profile


@transaction.atomic
def open_page(practice: Practice, slug: str, *, by: Member, at: datetime) -> Profile:
    """Open the public page at an address. Refused while answers wait whose words were asked about."""
    profile = _open(practice, by)
    wanted = slugs.slug_of(slug) if slug.strip() else profile.slug
    if slug.strip() and wanted != slug.strip().lower():
        raise PositioningRefused(f"Use small letters, digits and hyphens, such as {wanted}.", field="slug")
    if profile.waiting:
        raise PositioningRefused(
            "First look at the marked words of the clarity sheet: keep them or change them."
        )
    if Profile.objects.filter(slug=wanted).exclude(pk=profile.pk).exists():
        raise PositioningRefused("Another practice has this address. Choose another.", field="slug")
    if profile.published_at and wanted == profile.slug:
        return profile
    profile.slug, profile.published_at = wanted, profile.published_at or at
    try:
        with transaction.atomic():
            profile.save_version(expected=None)
    except IntegrityError:  # Taken in the meantime.
        raise PositioningRefused("Another practice has this address. Choose another.", field="slug") from None
    record(events.PAGE_OPENED, profile, by=by, at=at, practice=practice, slug=wanted)
    return profile


@transaction.atomic
def close_page(practice: Practice, *, by: Member, at: datetime) -> Profile:
    """Close the public page at once. Its address stays the practice's."""
    profile = _open(practice, by)
    if profile.published_at:
        profile.published_at = None
        profile.save_version(expected=None)
        record(events.PAGE_CLOSED, profile, by=by, at=at, practice=practice)
    return profile


# ---- Services


@transaction.atomic
def add_service(
    practice: Practice, *, id: UUID | None = None, by: Member, at: datetime, **fields: Any
) -> Service:
    """Put a service at the end of the menu. id: made by the page, so that sending it twice adds it once."""
    _open(practice, by)
    known = Service.objects.of(practice).filter(pk=id).first() if id else None
    if known:
        return known
    count = Service.objects.of(practice).filter(retired_at=None).count()
    if count >= MOST_SERVICES:
        raise PositioningRefused(f"The menu has {count} services already. Retire one first.")
    service = Service(practice=practice, position=_last(practice) + 1, **({"id": id} if id else {}))
    _fill(service, fields)
    service.save(force_insert=True)
    record(events.SERVICE_MADE, service, by=by, at=at)
    return service


@transaction.atomic
def change_service(
    service: Service, *, version: int | None, by: Member, at: datetime, **fields: Any
) -> Service:
    """Change a service. Raises Conflict when somebody saved since `version`."""
    permissions.check(by, Permission.MARKETING_EDIT, service)
    _fill(service, fields)
    service.save_version(expected=version, fields=list(SERVICE_FIELDS))
    record(events.SERVICE_CHANGED, service, by=by, at=at)
    return service


@transaction.atomic
def move_service(service: Service, *, up: bool, by: Member, at: datetime) -> None:
    """Move a service one place in the menu; the first stays first, the last last."""
    permissions.check(by, Permission.MARKETING_EDIT, service)
    listed = voice.services_of(service.practice)
    at_ = next((number for number, one in enumerate(listed) if one.pk == service.pk), None)
    if at_ is None:
        raise PositioningRefused("This service is off the menu.")
    to = at_ - 1 if up else at_ + 1
    if not 0 <= to < len(listed):
        return
    listed[at_], listed[to] = listed[to], listed[at_]
    for number, one in enumerate(listed, start=1):
        if one.position != number:
            Service.objects.filter(pk=one.pk).update(position=number)
    record(events.SERVICE_MOVED, service, by=by, at=at, up=up)


@transaction.atomic
def retire_service(service: Service, *, back: bool = False, by: Member, at: datetime) -> Service:
    """Take a service off the menu, or put it back at its end."""
    permissions.check(by, Permission.MARKETING_EDIT, service)
    if back == (service.retired_at is None):
        return service
    service.retired_at = None if back else at
    if back:
        service.position = _last(service.practice) + 1
    service.save_version(expected=None)
    record(events.SERVICE_BACK if back else events.SERVICE_RETIRED, service, by=by, at=at)
    return service


@transaction.atomic
def show_prices(practice: Practice, shown: bool, *, by: Member, at: datetime) -> Profile:
    """Say whether the menu for those who refer has prices."""
    profile = _open(practice, by)
    if profile.referrers_see_prices != shown:
        profile.referrers_see_prices = shown
        profile.save_version(expected=None)
        record(
            events.SHEET_CHANGED, profile, by=by, at=at, practice=practice, fields=["referrers_see_prices"]
        )
    return profile


# ---- Bios


@transaction.atomic
def keep_bio(
    member: Member, *, background: str, training: str, text: str, is_shown: bool, expected: int | None, by: Member,
    at: datetime,
) -> Bio:  # fmt: skip
    """Keep how a member is introduced. text: as written by hand; empty, or the draft itself, follows the sheet.

    Raises Conflict when somebody saved since version `expected`; 0 for a bio that was not there.
    """
    permissions.check(by, Permission.MARKETING_EDIT, member)
    bio = Bio.objects.of(member.practice).filter(member=member).first()
    bio = bio or Bio.objects.create(practice=member.practice, member=member)
    same = (bio.text, bio.background, bio.training) == (plain(text), plain(background), plain(training))
    bio.background, bio.training, bio.is_shown = plain(background), plain(training), is_shown
    draft = voice.bio_draft(member, bio).text
    text = plain(text)
    by_hand = bool(text) and text != plain(draft)
    # A text that is saved as it was beside a new draft was looked at; one whose answers change with it was not.
    if not by_hand or same or text != bio.text:
        bio.drafted = draft if by_hand else ""
    bio.text = text if by_hand else ""
    bio.save_version(expected=expected or None, fields=["background", "training", "text", "is_shown"])
    record(events.BIO_CHANGED, bio, by=by, at=at, by_hand=by_hand, shown=is_shown)
    return bio


def _open(practice: Practice, by: Member) -> Profile:
    permissions.check(by, Permission.MARKETING_EDIT)
    if by.practice_id != practice.pk:
        raise permissions.NotFound("There is no such record in this practice.")
    return profile_for(practice)


def _fill(service: Service, fields: Mapping[str, Any]) -> None:
    if unknown := set(fields) - set(SERVICE_FIELDS):
        raise ValueError(f"no such field: {sorted(unknown)}")
    for name, value in fields.items():
        setattr(service, name, " ".join(value.split()) if isinstance(value, str) else value)
    if not service.name:
        raise PositioningRefused("Name is needed.", field="name")


def _last(practice: Practice) -> int:
    last = Service.objects.of(practice).order_by("-position").values_list("position", flat=True).first()
    return last or 0
