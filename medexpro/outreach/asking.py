"""What sources ask for today, without all the pages about them need: one question, its SQL made once."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, DateField, F, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast

from medexpro.outreach import reading
from medexpro.practice.models import Member
from medexpro.practice.prepared import Given, Prepared
from medexpro.providers.models import Organisation, Provider
from medexpro.referrals.models import Referral
from medexpro.referrals.policy import relations_policy
from medexpro.referrals.rules import relations
from medexpro.referrals.rules.relations import Ask, Facts, Touch
from medexpro.referrals.source_models import Source, Touchpoint

SOURCE, SENT, TOUCH = "source", "sent", "touch"
COLUMNS = (
    "which",
    "of",
    "provider",
    "organisation",
    "said",
    "text",
    "on",
    "then_on",
    "given",
    "family",
    "credential",
    "place",
)
NONE, NO_ID, NO_DAY = Value("", CharField()), Cast(Value(None), UUIDField()), Cast(Value(None), DateField())


@dataclass(frozen=True)
class Asking:
    """One source that asks for something on a day. facts: what is known of it; ask: the most pressing thing."""

    source: Source
    facts: Facts
    ask: Ask
    day: date

    @property
    def reason(self) -> str:
        """Return where the relationship stands, in words."""
        return relations.standing_of(self.facts, self.day, relations_policy()).reason


def asking_of(member: Member, day: date, *, closed: Callable[[], Collection[date]]) -> list[Asking]:
    """Return the sources that ask for something on a day: the member's own, and those nobody looks after. One query.

    closed: returns the days the practice is; asked only where there is a source.
    """
    sources: list[Source] = []
    sent: list[reading.Sent] = []
    touches: dict[UUID, list[Touch]] = defaultdict(list)
    for which, *values in _ROWS(practice=member.practice_id, member=member.pk, day=day):
        if which == SOURCE:
            sources.append(_source(*values))
        elif which == SENT:
            pk, provider, organisation, _, _, on, *_ = values
            sent.append(reading.Sent(pk, provider, organisation, on, None, declined=False))
        else:
            of, _, _, kind, _, on, follow_up_on, *_ = values
            touches[of].append(Touch(kind, on, follow_up_on))
    persons = {source.provider.pk for source in sources if source.provider}
    found = []
    for source, theirs in reading.by_source(sources, sent):
        facts = reading.facts_of(source, theirs, touches[source.pk], persons)
        asks = relations.asks_of(facts, day, relations_policy(), step_on=source.next_on, closed=closed())
        found += [Asking(source, facts, ask, day) for ask in asks[:1]]
    return found


def _source(
    pk: UUID, provider: UUID | None, organisation: UUID | None, said: str, step: str, on: date | None, _then: Any,
    given: str | None, family: str | None, credential: str | None, place: str | None,
) -> Source:  # fmt: skip
    source = Source(pk=pk, said_stage=said, next_step=step, next_on=on)
    if provider:
        source.provider = Provider(
            pk=provider, given_name=given or "", family_name=family or "", credential=credential or ""
        )
    else:
        source.organisation = Organisation(pk=organisation, name=place or "")
    return source


def _columns(rows: QuerySet[Any], which: str, **columns: Any) -> Any:
    empty = {
        "provider": NO_ID, "organisation": NO_ID, "said": NONE, "text": NONE, "then_on": NO_DAY, "given": NONE,
        "family": NONE, "credential": NONE, "place": NONE,
    }  # fmt: skip
    named = {"which": Value(which, CharField()), **empty, **columns}
    return (
        rows.order_by()
        .annotate(**{f"row_{name}": named[name] for name in COLUMNS})
        .values_list(*(f"row_{name}" for name in COLUMNS))
    )


def _rows() -> Any:
    here, day = {"practice": Given("practice")}, Given("day", DateField())
    theirs = Q(owner=None) | Q(owner=Given("member"))
    # Whom nobody should be asked any more: `Source.is_retired`.
    asked = Q(is_active=True) & (Q(provider=None) | Q(provider__is_active=True))
    sources = _columns(
        Source.objects.filter(theirs, asked, **here), SOURCE, of=F("pk"), provider=F("provider_id"),
        organisation=F("organisation_id"), said=F("said_stage"), text=F("next_step"), on=F("next_on"),
        given=F("provider__given_name"), family=F("provider__family_name"), credential=F("provider__credential"),
        place=F("organisation__name"),
    )  # fmt: skip
    sent = _columns(
        Referral.objects.filter(provider__isnull=False, received_on__lte=day, **here), SENT, of=F("pk"),
        provider=F("provider_id"), organisation=F("provider__organisation_id"), on=F("received_on"),
    )  # fmt: skip
    touches = _columns(
        Touchpoint.objects.filter(struck_at=None, **here), TOUCH, of=F("source_id"), said=F("kind"), on=F("on"),
        then_on=F("follow_up_on"),
    )  # fmt: skip
    return sources.union(sent, touches, all=True)


_ROWS = Prepared[tuple[Any, ...]](_rows)
