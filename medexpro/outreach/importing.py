"""Bringing in a list of providers as sources: looked through first, then kept. Whoever is on file is kept once."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients.rules.names import fold
from medexpro.kernel.refusals import Refusal
from medexpro.outreach.rules import provider_lists
from medexpro.outreach.rules.provider_lists import Typed
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.providers import operations as providers
from medexpro.providers.models import Organisation, Provider
from medexpro.referrals import events, sources
from medexpro.referrals.source_models import Source

# A request brings in so many; what it made is known the next time, so going on makes nobody twice.
AT_ONCE = 400
FILLED = {"specialty": "specialty", "phone": "phone", "fax": "fax", "npi": "NPI", "email": "e-mail"}


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    FILLED = "filled"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True)
class Weighed:
    """What becomes of one row, and why in words. who: on file already. fills: what is empty on file and stands here."""

    row: Typed
    fate: Fate
    why: str
    who: Provider | Organisation | None = None
    fills: dict[str, Any] = field(default_factory=dict)


def weigh(content: bytes, practice: Practice) -> list[Weighed]:
    """Return what would become of each row; nothing is kept. Four queries.

    Somebody on file is found by NPI, else by name where only one has it and no NPI says otherwise. What is on file is
    never overwritten, only filled in. Raises Refusal for what is no list.
    """
    try:
        rows = provider_lists.read(content)
    except provider_lists.ListUnreadable as error:
        raise Refusal(str(error), field="file") from error
    known, seen = _Known(practice), {}
    found = []
    for row in rows:
        one = known.weigh(row)
        keys = [key for key in (row.npi, _name_key(row)) if key]
        if one.fate in (Fate.NEW, Fate.FILLED):
            if earlier := next((seen[key] for key in keys if key in seen and _same(seen[key], row)), None):
                one = Weighed(row, Fate.SKIPPED, f"Stands in row {earlier.number} too")
            else:
                seen.update(dict.fromkeys(keys, row))
        found.append(one)
    return found


@transaction.atomic
def bring_in(content: bytes, *, by: Member, at: datetime) -> tuple[list[Weighed], int]:
    """Keep the first AT_ONCE rows that bring something; return them, and how many wait for the next time."""
    permissions.check(by, Permission.SOURCES_EDIT)
    permissions.check(by, Permission.PROVIDERS_EDIT)
    waiting = [one for one in weigh(content, by.practice) if one.fate in (Fate.NEW, Fate.FILLED)]
    now = waiting[:AT_ONCE]
    for one in now:
        _keep(one, by, at)
    if now:
        fates = Counter(one.fate.value for one in now)
        record(events.SOURCES_IMPORTED, None, by=by, at=at, practice=by.practice, **fates)
    return now, len(waiting) - len(now)


def _keep(one: Weighed, by: Member, at: datetime) -> Source:
    row, who = one.row, one.who
    if who is None and row.is_person:
        who = providers.add(
            given_name=row.given_name, family_name=row.family_name, type=row.type, credential=row.credential,
            specialty=row.specialty, npi=row.npi, phone=row.phone, fax=row.fax, email=row.email,
            organisation_name=row.organisation, by=by, at=at,
        )  # fmt: skip
    elif who is None:
        who = providers.organisation_named(row.organisation, by=by, at=at)
    elif one.fills and isinstance(who, Provider):
        who = providers.change(who, **one.fills, by=by, at=at)
    return sources.source_of(who, by=by, at=at)


def _name_key(row: Typed) -> str:
    return f"{'person' if row.is_person else 'place'} {fold(row.name)}"


def _same(earlier: Typed, row: Typed) -> bool:
    """Return whether two rows mean one: not where both carry an NPI and they differ."""
    return not (earlier.npi and row.npi and earlier.npi != row.npi)


class _Known:
    """Who is on file in a practice, by NPI and by name."""

    def __init__(self, practice: Practice):
        rows = list(Provider.objects.of(practice).select_related("organisation"))
        self.by_npi = {one.npi: one for one in rows if one.npi}
        self.by_name: dict[str, list[Provider]] = defaultdict(list)
        for one in rows:
            self.by_name[fold(one.name)].append(one)
        self.places = {fold(one.name): one for one in Organisation.objects.of(practice)}
        held = Source.objects.of(practice).values_list("provider_id", "organisation_id")
        self.sources = {pk for pair in held for pk in pair if pk}

    def weigh(self, row: Typed) -> Weighed:
        """Return what becomes of a row, by itself."""
        if row.problem:
            return Weighed(row, Fate.REFUSED, row.problem)
        if not row.is_person:
            return self._place(row)
        who, how, several = self._person(row)
        if several:
            return Weighed(row, Fate.SKIPPED, f"{several} on file bear this name; the NPI would tell which")
        if who is None:
            return Weighed(row, Fate.NEW, "New provider, new source")
        if not who.is_active:
            return Weighed(row, Fate.SKIPPED, f"On file by {how}, and retired")
        fills = {key: getattr(row, key) for key in FILLED if getattr(row, key) and not getattr(who, key)}
        if who.pk in self.sources and not fills:
            return Weighed(row, Fate.SKIPPED, f"A source already, found by {how}", who)
        parts = [] if who.pk in self.sources else ["becomes a source"]
        parts += [f"fills in {', '.join(FILLED[key] for key in fills)}"] if fills else []
        return Weighed(row, Fate.FILLED, f"On file by {how}: {', '.join(parts)}", who, fills)

    def _place(self, row: Typed) -> Weighed:
        place = self.places.get(fold(row.organisation))
        if place is not None and place.pk in self.sources:
            return Weighed(row, Fate.SKIPPED, "A source already, found by name", place)
        if place is not None:
            return Weighed(row, Fate.FILLED, "On file by name: becomes a source", place)
        return Weighed(row, Fate.NEW, "New organisation, new source")

    def _person(self, row: Typed) -> tuple[Provider | None, str, int]:
        """Return who it is on file, by what, and how many it could be."""
        if row.npi and row.npi in self.by_npi:
            return self.by_npi[row.npi], "NPI", 0
        named = [one for one in self.by_name.get(fold(row.name), ()) if not (row.npi and one.npi)]
        if len(named) > 1:
            return None, "", len(named)
        return (named[0], "name", 0) if named else (None, "", 0)
