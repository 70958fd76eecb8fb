"""What the record is asked whenever a gate is weighed: rows only, each question put into SQL once.

On an episode that is read together (episodes/reading.py) each is asked once, however many rules want to know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import (
    CharField,
    DateField,
    Exists,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    prefetch_related_objects,
)

from medexpro.clearance.models import (
    Decision,
    KnownState,
    PracticeLimit,
    Precaution,
    ProviderLimit,
    ReferBack,
    Screening,
    WrittenPlan,
)
from medexpro.clients import state as clients
from medexpro.clients.models import Condition, Medication, Surgery
from medexpro.clients.rules.dates import is_minor
from medexpro.episodes.models import Episode, Status, StatusChange
from medexpro.episodes.reading import is_read_together, once, together
from medexpro.practice.models import PracticeModel
from medexpro.practice.prepared import Given, Prepared

EPISODE, CLIENT = Given("episode"), Given("client")

_SCREENING = Prepared[Screening](
    lambda: Screening.objects.filter(episode=EPISODE).order_by("-started_at")[:1]
)
_BACKS = Prepared[ReferBack](
    lambda: ReferBack.objects.filter(episode=EPISODE).select_related("answered_by").order_by("opened_at")
)
_DECISIONS = Prepared[Decision](
    lambda: (
        Decision.objects.filter(episode=EPISODE)
        .select_related("provider", "decided_by__user")
        .order_by("-decided_at", "-id")
    )
)
_PLANS = Prepared[WrittenPlan](
    lambda: WrittenPlan.objects.filter(episode=EPISODE, ended_at=None).select_related("provider")
)
_PROVIDER_LIMITS = Prepared[ProviderLimit](
    lambda: ProviderLimit.objects.filter(episode=EPISODE, ended_at=None).select_related("provider")
)
_PRACTICE_LIMITS = Prepared[PracticeLimit](
    lambda: PracticeLimit.objects.filter(practice=Given("practice"), ended_at=None).select_related(
        "set_by__user"
    )
)
_TOLD = Prepared[KnownState](lambda: KnownState.objects.filter(episode=EPISODE).order_by("recorded_at", "id"))
_PRECAUTIONS = Prepared[Precaution](
    lambda: (
        Precaution.objects.filter(episode=EPISODE, state__in=("suggested", "confirmed"))
        .select_related("confirmed_provider")
        .order_by("created_at", "id")
    )
)


class Kind(StrEnum):
    """What an entry of the health record is."""

    MEDICINE = "Medicine"
    CONDITION = "Condition"
    SURGERY = "Surgery"


@dataclass(frozen=True)
class OnRecord:
    """One entry of the health record, as far as a gate asks for it.

    effects, to_confirm: history ids, said and only suggested. day: the last one of a medicine or condition, that of an
    operation. joint, tag: of an operation.
    """

    kind: Kind
    words: str
    icd10: str
    effects: list[str]
    to_confirm: list[str]
    day: date | None
    joint: str
    tag: str


def _all_of_the_health_record() -> Any:
    """Return the question for all three kinds of entries at once."""
    here = {"client": CLIENT, "removed_at": None}
    taken = Q(ended_on=None) | Q(ended_on__gte=Given("day", DateField()))
    none, empty = Value("", CharField()), Value([], JSONField())
    medicines = Medication.objects.filter(taken, **here).values_list(
        Value(Kind.MEDICINE.value), "words", none, "effects", "to_confirm", "ended_on", none, none
    )
    conditions = Condition.objects.filter(**here).values_list(
        Value(Kind.CONDITION.value), "words", "icd10", "effects", "to_confirm", "ended_on", none, none
    )
    surgeries = Surgery.objects.filter(**here).values_list(
        Value(Kind.SURGERY.value), "procedure", none, empty, empty, "performed_on", "joint", "procedure_tag"
    )
    return medicines.union(conditions, surgeries, all=True)


_HEALTH_RECORD = Prepared[tuple[Any, ...]](_all_of_the_health_record)


# Rows most episodes have none of. Who reads episodes, or sessions, to show them reads along whether there are any.
SELDOM: dict[str, type[PracticeModel]] = {
    "has_refer_backs": ReferBack,
    "has_written_plans": WrittenPlan,
    "has_provider_limits": ProviderLimit,
}


def beside(path: str = "pk") -> dict[str, Exists]:
    """Return annotations that tell what an episode has at all. path: from the row asked for to its episode."""
    return {name: Exists(model.objects.filter(episode=OuterRef(path))) for name, model in SELDOM.items()}


def tell(episode: Episode, row: Any) -> Episode:
    """Let an episode know what was read along with another row, and return it."""
    for name in SELDOM:
        if hasattr(row, name):
            setattr(episode, name, getattr(row, name))
    return episode


def _has_none(episode: Episode, name: str) -> bool:
    """Tell whether there is nothing to ask for. Known of an episode that a page shows; operations always ask."""
    return is_read_together(episode) and getattr(episode, name, True) is False


def for_many(episodes: Sequence[Episode]) -> None:
    """Mark episodes as read together, and read what weighing a start asks of all of them, one query for each kind of row.

    Read them with `beside()` and with client, practice and referral.
    """
    kept = {episode.pk: together(episode)._read_together for episode in episodes}  # type: ignore[attr-defined]
    if not kept:
        return
    lists: dict[str, tuple[str, QuerySet[Any]]] = {
        "clearance:decisions": ("", Decision.objects.order_by("-decided_at", "-id")),
        "clearance:refer-backs": (
            "has_refer_backs", ReferBack.objects.select_related("answered_by").order_by("opened_at"),
        ),
        "clearance:plans": ("has_written_plans", WrittenPlan.objects.filter(ended_at=None)),
    }  # fmt: skip
    for key, (flag, rows) in lists.items():
        having = [one for one in episodes if not flag or getattr(one, flag, True)]
        for episode in episodes:
            kept[episode.pk][key] = []
        for row in rows.filter(episode__in=having) if having else ():
            kept[row.episode_id][key].append(row)
    for episode in episodes:
        kept[episode.pk]["clearance:screening"] = None
        for decision in kept[episode.pk]["clearance:decisions"]:
            decision.episode = episode
    for form in Screening.objects.filter(episode__in=episodes).order_by("started_at"):
        kept[form.episode_id]["clearance:screening"] = form
    on_hold = [one for one in episodes if one.status == Status.ON_HOLD]
    for episode in on_hold:
        kept[episode.pk]["clearance:held"] = None
    changes = StatusChange.objects.filter(episode__in=on_hold, to_status=Status.ON_HOLD).order_by("at")
    for change in changes if on_hold else ():
        kept[change.episode_id]["clearance:held"] = change
    # Who is under age later was so when the episode was opened.
    young = [one for one in episodes if is_minor(one.client.birth_date, one.opened_on)]
    signed = clients.signed_of_many(one.client for one in young) if young else {}
    for episode in young:
        kept[episode.pk]["clearance:signed"] = signed[episode.client_id]
    incomplete = [one.referral for one in episodes if one.referral and one.referral.complete_at is None]
    if incomplete:
        prefetch_related_objects(incomplete, "checks")


def held(episode: Episode) -> StatusChange | None:
    """Return the newest move onto hold."""
    rows = episode.status_changes.filter(to_status=Status.ON_HOLD).order_by("-at")
    return once(episode, "clearance:held", rows.first)


def screening(episode: Episode) -> Screening | None:
    """Return the newest screening, finished or not."""
    return once(episode, "clearance:screening", lambda: _SCREENING.first(episode=episode.pk))


def refer_backs(episode: Episode) -> list[ReferBack]:
    """Return every refer-back, in the order they were opened."""
    if _has_none(episode, "has_refer_backs"):
        return []
    return once(episode, "clearance:refer-backs", lambda: _BACKS(episode=episode.pk))


def refer_backs_named(episode: Episode) -> list[ReferBack]:
    """Return every refer-back with who opened it and to whom it went; asked before others, they share the answer."""
    named = ReferBack.objects.filter(episode=episode).select_related(
        "provider", "opened_by__user", "answered_by"
    )
    return once(episode, "clearance:refer-backs", lambda: list(named.order_by("opened_at")))


def decisions(episode: Episode) -> list[Decision]:
    """Return every clearance decision, the newest first. There is one a year, and one after each refer-back."""
    return once(episode, "clearance:decisions", lambda: _decisions(episode))


def _decisions(episode: Episode) -> list[Decision]:
    found = _DECISIONS(episode=episode.pk)
    for decision in found:
        decision.episode = episode
    return found


def plans(episode: Episode) -> list[WrittenPlan]:
    """Return the written plans nobody has ended."""
    if _has_none(episode, "has_written_plans"):
        return []
    return once(episode, "clearance:plans", lambda: _PLANS(episode=episode.pk))


def provider_limits(episode: Episode) -> list[ProviderLimit]:
    """Return the limits providers wrote for this client that nobody has ended."""
    if _has_none(episode, "has_provider_limits"):
        return []
    return once(episode, "clearance:provider-limits", lambda: _PROVIDER_LIMITS(episode=episode.pk))


def practice_limits(episode: Episode) -> list[PracticeLimit]:
    """Return the limits the practice set for everyone."""
    return once(episode, "clearance:practice-limits", lambda: _PRACTICE_LIMITS(practice=episode.practice_id))


def precautions(episode: Episode) -> list[Precaution]:
    """Return the precautions that hold, suggested ones too."""
    return once(episode, "clearance:precautions", lambda: _PRECAUTIONS(episode=episode.pk))


def told(episode: Episode) -> list[KnownState]:
    """Return what the screening or a member said of the episode, in the order said: the latest of an item counts."""
    return once(episode, "clearance:told", lambda: _TOLD(episode=episode.pk))


def health_record(episode: Episode, on: date) -> list[OnRecord]:
    """Return the health record on a day: medicines taken, conditions over or not, operations. One query."""
    return once(
        episode,
        f"clearance:health:{on}",
        lambda: [
            OnRecord(Kind(kind), *rest) for kind, *rest in _HEALTH_RECORD(client=episode.client_id, day=on)
        ],
    )
