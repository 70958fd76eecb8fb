"""What a provider says by the link they hold, and no member has looked at yet: only what is safer than what holds.

A stop and a tighter limit count from the moment they are sent. Whatever would loosen raises Loosens: it waits for a member.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import events, state
from medexpro.clearance.models import Decision, Outcome, Precaution, ProviderLimit
from medexpro.clearance.operations.limits import check_limit, end
from medexpro.clearance.operations.refused import ClearanceRefused, check_belongs
from medexpro.clearance.rules import limits
from medexpro.episodes.models import Episode
from medexpro.knowledge.library import library
from medexpro.providers.models import Provider


class Loosens(ClearanceRefused):
    """It would open what is closed now: a member who may decide has to accept it first."""


@transaction.atomic
def take_limit(
    episode: Episode, *, measure: str, op: str, value: Decimal, closes: str, provider: Provider, words: str, at: datetime
) -> ProviderLimit:  # fmt: skip
    """Put a provider's limit in force at once, in place of their earlier one on the same thing, where nothing gets looser.

    Raises Loosens where something would, ClearanceRefused for what is no limit and for a looser one of a provider who may
    not clear.
    """
    check_belongs(episode, provider=provider)
    check_limit(episode.practice, measure, op, value, closes)
    day = episode.practice.day(at)
    limit = ProviderLimit(
        practice=episode.practice, episode=episode, measure=measure, op=op, value=value, closes=closes, words=words[:240],
        provider=provider, written_on=day, valid_from=day,
    )  # fmt: skip
    rule = state.as_rule(limit)
    if not rule.may_clear and (wrong := limits.loosening(rule, library().gates.values())):
        raise ClearanceRefused(wrong, field="value")
    own = list(
        ProviderLimit.objects.filter(
            episode=episode, provider=provider, measure=measure, op=op, closes=closes, ended_at=None
        ).select_related("episode__client", "practice")
    )
    before = state.limits_in_force(episode)
    gone = {str(old.pk) for old in own}
    after = [*(one for one in before if one.id not in gone), rule]
    if limits.loosens_what_holds(library().gates.values(), before, after, rule, day):
        raise Loosens("This is looser than what holds now.", field="value")
    limit.save()
    for old in own:
        end(old, by=None, at=at, replaced_by=str(limit.pk))
    record(
        events.LIMIT_SET,
        limit,
        by=None,
        at=at,
        measure=measure,
        op=op,
        value=str(value),
        closes=closes,
        by_link=True,
    )
    return limit


@transaction.atomic
def take_restriction(episode: Episode, *, text: str, provider: Provider, at: datetime) -> Precaution:
    """Keep a limit that is no figure, such as a load, a range or a position, as a precaution in the provider's words."""
    check_belongs(episode, provider=provider)
    if not text.strip():
        raise ClearanceRefused("Write the limit in a few words.", field="restriction")
    precaution = Precaution.objects.create(
        practice=episode.practice, episode=episode, text=text.strip()[:240], state="confirmed",
        source=f"{provider.short_name}, by link", confirmed_provider=provider, confirmed_words=text.strip()[:240],
        confirmed_on=episode.practice.day(at),
    )  # fmt: skip
    record(events.PRECAUTION_ADDED, precaution, by=None, at=at, by_link=True)
    return precaution


@transaction.atomic
def take_stop(episode: Episode, *, provider: Provider, words: str, at: datetime) -> Decision:
    """Close exercise at once because the provider says so: no session starts until a new clearance is decided."""
    check_belongs(episode, provider=provider)
    decision = Decision.objects.create(
        practice=episode.practice, episode=episode, outcome=Outcome.REFUSED, provider=provider, provider_words=words.strip(),
        reason="The provider stopped exercise by a link", decided_at=at, valid_from=episode.practice.day(at),
    )  # fmt: skip
    record(events.REFUSED, decision, by=None, at=at, by_link=True)
    return decision
