"""Precautions: suggested by a protocol, confirmed, left out and released by the provider's instruction."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import events
from medexpro.clearance.models import Precaution
from medexpro.clearance.operations.refused import ClearanceRefused, check_belongs, check_may_clear
from medexpro.episodes.models import Episode
from medexpro.kernel.ids import uuid7
from medexpro.kernel.reference import Protocol
from medexpro.kernel.refusals import NotFound
from medexpro.knowledge.library import library
from medexpro.knowledge.turning import turned_on
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider


@transaction.atomic
def suggest_precautions(
    episode: Episode, protocol: Protocol, variant: str, *, by: Member, at: datetime
) -> list[Precaution]:
    """Suggest a protocol's precautions for the surgical approach; those already there are left as they are.

    A suggested precaution blocks like a confirmed one until the provider's instruction is recorded.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, episode)
    there: dict[str, set[str]] = {}
    for key, tags in episode.precautions.exclude(protocol_item="").values_list("protocol_item", "tags"):
        there.setdefault(key, set()).update(tags)
    operated_on = episode.surgery.performed_on if episode.surgery else None
    made = []
    held = turned_on(episode.practice)
    for item in protocol.precautions_of(variant, turned_on=held):
        # Two protocols of a practice's own may call different precautions alike: what keeps more away is another one.
        if item.id in there and there[item.id].issuperset(item.tags):
            continue
        week = item.ask_release_from_week
        # Who turned an unverified one on stands with it for good, also once it is off for others.
        source = item.source if item.verification.in_force else f"{held[item.id].label}. {item.source}"
        made.append(
            Precaution.objects.create(
                practice=episode.practice, episode=episode, text=item.phrase, detail=item.text, tags=list(item.tags),
                mode=item.mode, protocol_item=item.id, source=source[:240], recorded_by=by,
                verification=item.verification.value,
                ask_release_from=operated_on + timedelta(weeks=week) if operated_on and week else None,
            )
        )  # fmt: skip
    if made:
        record(
            events.PRECAUTION_SUGGESTED,
            episode,
            by=by,
            at=at,
            client=episode.client,
            items=[p.protocol_item for p in made],
        )
    return made


@transaction.atomic
def add_precaution(
    episode: Episode, *, text: str, tags: Sequence[str] = (), mode: str = "block", provider: Provider | None = None,
    words: str = "", id: UUID | None = None, by: Member, at: datetime,
) -> Precaution:  # fmt: skip
    """Add a precaution of a provider's instruction, or a member's own. Raises ClearanceRefused for empty words."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    if not text.strip():
        raise ClearanceRefused("Write the precaution in a few words.", field="text")
    if unknown := [tag for tag in tags if tag not in library().exercise_tags]:
        raise ClearanceRefused(f"The exercise library has no tag “{unknown[0]}”.", field="tags")
    check_belongs(episode, provider=provider)
    if id and (known := Precaution.objects.filter(pk=id).first()):
        if known.episode_id != episode.pk:
            raise NotFound("There is no such precaution of this client.")
        return known
    precaution = Precaution.objects.create(
        id=id or uuid7(), practice=episode.practice, episode=episode, text=text.strip()[:240], tags=list(tags), mode=mode,
        state="confirmed", source=f"{provider.short_name}’s instruction" if provider else f"Added by {by}",
        confirmed_provider=provider, confirmed_words=words.strip()[:240],
        confirmed_on=episode.practice.day(at), recorded_by=by,
    )  # fmt: skip
    record(events.PRECAUTION_ADDED, precaution, by=by, at=at, tags=list(tags))
    return precaution


@transaction.atomic
def confirm_precaution(
    precaution: Precaution,
    *,
    provider: Provider,
    words: str,
    on: date,
    text: str = "",
    by: Member,
    at: datetime,
) -> Precaution:
    """Confirm a suggested precaution by the provider's instruction, quoted; its phrase may be made to fit."""
    _instructed(precaution, provider, words, by)
    if precaution.state == "released":
        raise ClearanceRefused("This precaution was released. Add a new one.")
    _goes_on_blocking(precaution)
    precaution.state, precaution.confirmed_provider = "confirmed", provider
    precaution.confirmed_words, precaution.confirmed_on = words.strip()[:240], on
    precaution.text = text.strip()[:240] or precaution.text
    precaution.save_version(expected=None)
    record(events.PRECAUTION_CONFIRMED, precaution, by=by, at=at)
    return precaution


@transaction.atomic
def confirm_together(
    precautions: Sequence[Precaution], *, provider: Provider, words: str, on: date, by: Member, at: datetime
) -> None:
    """Confirm several precautions by one instruction, quoted once: all of them or none."""
    if not precautions:
        raise ClearanceRefused("Choose the precautions that the instruction names.", field="which")
    for precaution in precautions:
        confirm_precaution(precaution, provider=provider, words=words, on=on, by=by, at=at)


@transaction.atomic
def decline_precaution(
    precaution: Precaution, *, provider: Provider, words: str, by: Member, at: datetime
) -> Precaution:
    """Leave a suggested precaution out, because the provider's instruction says so."""
    _instructed(precaution, provider, words, by)
    if precaution.state != "suggested":
        raise ClearanceRefused("Only a suggested precaution is left out; a confirmed one is released.")
    precaution.state, precaution.confirmed_provider = "declined", provider
    precaution.confirmed_words, precaution.confirmed_on = words.strip()[:240], precaution.practice.day(at)
    precaution.save_version(expected=None)
    record(events.PRECAUTION_DECLINED, precaution, by=by, at=at)
    return precaution


@transaction.atomic
def release_precaution(
    precaution: Precaution, *, provider: Provider, words: str, on: date, by: Member, at: datetime
) -> Precaution:
    """Record the provider's release: the only thing that lifts a precaution."""
    _instructed(precaution, provider, words, by)
    if on > precaution.practice.day(at):
        raise ClearanceRefused("A release is recorded once it holds. Its day can’t lie ahead.", field="on")
    precaution.state, precaution.released_on, precaution.released_words = "released", on, words.strip()[:240]
    precaution.save_version(expected=None)
    record(events.PRECAUTION_RELEASED, precaution, by=by, at=at, provider=str(provider.pk))
    return precaution


@transaction.atomic
def keep_precaution(
    precaution: Precaution,
    *,
    provider: Provider,
    words: str,
    ask_again_on: date | None,
    by: Member,
    at: datetime,
) -> Precaution:
    """Record the provider's answer that a precaution stays, quoted, and the day on which to ask again.

    The day that opens the question never ends the precaution; an answer moves the question on, so that it neither
    ends by itself nor is forgotten. Raises ClearanceRefused without a day ahead, or for one that was released.
    """
    _instructed(precaution, provider, words, by)
    if precaution.state in ("released", "declined"):
        raise ClearanceRefused("This precaution holds no more. Add a new one.")
    day = precaution.practice.day(at)
    if ask_again_on is None or ask_again_on <= day:
        raise ClearanceRefused(
            "Say on which day to ask again. It lies ahead; the precaution stays until the release.",
            field="ask_again_on",
        )
    _goes_on_blocking(precaution)
    precaution.state, precaution.confirmed_provider = "confirmed", provider
    precaution.confirmed_words, precaution.confirmed_on = words.strip()[:240], day
    precaution.ask_release_from = ask_again_on
    precaution.save_version(expected=None)
    record(events.PRECAUTION_KEPT, precaution, by=by, at=at, ask_again_on=ask_again_on.isoformat())
    return precaution


@transaction.atomic
def settle_condition(
    precaution: Precaution, *, holds: bool, words: str, by: Member, at: datetime
) -> Precaution:
    """Say whether a conditional precaution holds for this client, by a member's word and without a provider's.

    It is on the client's record while it holds; that it does not hold, or no more, takes the reason. Which precautions a
    member settles so, the caller knows from the protocol. Raises ClearanceRefused for others, and without the reason.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, precaution)
    if precaution.mode != "conditional" or precaution.confirmed_provider_id:
        raise ClearanceRefused("This precaution is the provider’s to confirm or to release.")
    if precaution.state == "released":
        raise ClearanceRefused("This precaution was taken off the record. Add a new one.")
    if not holds and not words.strip():
        raise ClearanceRefused("Say why it does not hold for this client.", field="words")
    day = precaution.practice.day(at)
    if holds:
        precaution.state, precaution.confirmed_words, precaution.confirmed_on = (
            "confirmed",
            words.strip()[:240],
            day,
        )
        event = events.PRECAUTION_CONFIRMED
    elif precaution.state == "confirmed":
        precaution.state, precaution.released_words, precaution.released_on = (
            "released",
            words.strip()[:240],
            day,
        )
        event = events.PRECAUTION_RELEASED
    else:
        precaution.state, precaution.confirmed_words, precaution.confirmed_on = (
            "declined",
            words.strip()[:240],
            day,
        )
        event = events.PRECAUTION_DECLINED
    precaution.save_version(expected=None)
    record(event, precaution, by=by, at=at, by_record=True)
    return precaution


def _goes_on_blocking(precaution: Precaution) -> None:
    """Let a condition that a member said holds block on, once a provider says so too: their word never opens it."""
    said = precaution.state == "confirmed" and precaution.confirmed_provider_id is None
    if said and precaution.mode == "conditional" and precaution.protocol_item:
        precaution.mode = "block"


def _instructed(precaution: Precaution, provider: Provider, words: str, by: Member) -> None:
    permissions.check(by, Permission.CLEARANCE_DECIDE, precaution)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    check_may_clear(provider, "The instruction on a precaution")
    if not words.strip():
        raise ClearanceRefused(
            "Quote the provider’s instruction, or say which letter holds it.", field="words"
        )
