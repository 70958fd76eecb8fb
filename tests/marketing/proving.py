"""Discharged clients with a baseline and a last result, written straight into the record: figures ask for many of them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from medexpro.assessments.models import Assessment, Measurement
from medexpro.clients.models import Client
from medexpro.episodes.models import Category, Episode, Status
from medexpro.knowledge.operations import pin
from medexpro.referrals.models import Referral

ENDED = date(2026, 9, 30)


def discharged(
    cast: Any, client: Any = None, *, number: int = 0, ended: date = ENDED, wait: int = 5, lefs: tuple[int, int] | None = (34, 52),
    population: tuple[str, ...] = ("total_knee_replacement",), **fields: Any,
) -> Episode:  # fmt: skip
    """Return an episode that is over. lefs: first and last score; None for a client who stopped before the second."""
    practice = cast.northbridge
    client = client or Client.objects.create(
        practice=practice, given_name=f"Client{number}", family_name=f"Number{number}", birth_date=date(1950 + number, 1, 2),
        name_search=f"client{number}",
    )  # fmt: skip
    begun = ended - timedelta(days=84)
    referral = Referral.objects.create(
        practice=practice, client=client, provider=cast.dr_raman, received_on=begun - timedelta(days=wait)
    )
    given = {
        "title": "Right knee replacement", "deficit": "Stairs and the bus", "goals_reached": "Climbs the stairs at home",
        "side": "right", "category": Category.POST_REHAB, "population": list(population),
    }  # fmt: skip
    episode = Episode.objects.create(
        practice=practice, client=client, referral=referral, status=Status.DISCHARGED, opened_on=begun, started_on=begun,
        ended_on=ended, lead=cast.ana, **(given | fields),
    )  # fmt: skip
    for nth, (kind, day) in enumerate((("baseline", begun), ("reassessment", ended))):
        if lefs is None and nth:
            break
        at = datetime.combine(day, time(10), tzinfo=practice.tz)
        taken = Assessment.objects.create(
            practice=practice, episode=episode, kind=kind, started_at=at, finished_at=at, by=cast.ana
        )
        Measurement.objects.create(
            practice=practice, episode=episode, assessment=taken, measure="lefs", definition=pin("measure", "lefs"),
            value=Decimal((lefs or (30, 30))[nth]), unit="{score}", measured_at=at, by=cast.ana,
        )  # fmt: skip
    return episode
