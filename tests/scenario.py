"""Reaching a state the way people do: by the operations, in their order."""

from datetime import date, datetime, timedelta
from typing import Any

from medexpro.clearance import operations as clearance
from medexpro.clearance.questionnaire import questionnaire
from medexpro.clients.operations import facts
from medexpro.episodes import operations as episodes
from medexpro.episodes import steps
from medexpro.episodes.models import Episode
from medexpro.programs import operations as programs
from medexpro.referrals import operations as referrals
from tests import few_codes
from tests.conftest import MORNING

SURGERY_DAY = date(2026, 6, 22)


def referred(cast: Any, *, at: datetime = MORNING, client: Any = None) -> Episode:
    """Ben takes in Dr. Raman's complete referral for Janet's right knee; the episode is open."""
    few_codes.load()
    client = client or cast.janet
    day = cast.northbridge.day(at)
    surgery = facts.record_surgery(
        client, procedure="Right total knee replacement", procedure_tag="total_knee_replacement", joint="knee",
        side="right", performed_on=SURGERY_DAY, surgeon=cast.dr_raman, by=cast.ana, at=at,
    )  # fmt: skip
    referral = referrals.take_in(
        client, provider=cast.dr_raman, received_on=day, channel="fax", written_on=day - timedelta(days=2),
        valid_to=day + timedelta(days=180), wording="Please begin medical exercise after discharge from physical therapy.",
        exit_confirmed_on=day - timedelta(days=5), icd10=["Z96.651"], by=cast.ben, at=at,
    )  # fmt: skip
    referrals.confirm_shown(referral, by=cast.ben, at=at)
    episode = Episode.objects.get(referral=referral)
    episodes.change(
        episode, title="Right knee replacement", surgery=surgery, side="right", onset_on=SURGERY_DAY,
        population=["total_knee_replacement"], by=cast.ana, at=at,
    )  # fmt: skip
    return Episode.objects.select_related("client", "practice", "surgery", "referral__provider").get(
        pk=episode.pk
    )


def screened(
    cast: Any, *, at: datetime = MORNING, yes: dict[str, dict] | None = None, client: Any = None
) -> Episode:
    """Ana asks all questions; everything is no but what `yes` names."""
    episode = referred(cast, at=at, client=client)
    form = clearance.start_screening(episode, by=cast.ana, at=at)
    for question in questionnaire().questions:
        clearance.answer(
            form, question.id, (yes or {}).get(question.id, {"answer": "no"}), by=cast.ana, at=at
        )
    clearance.finish_screening(form, by=cast.ana, at=at)
    episode.refresh_from_db()
    return episode


def cleared(
    cast: Any,
    *,
    at: datetime = MORNING,
    yes: dict[str, dict] | None = None,
    client: Any = None,
    **grant: Any,
) -> Episode:
    """Dr. Raman's clearance is recorded; service has started."""
    episode = screened(cast, at=at, yes=yes, client=client)
    clearance.grant(episode, **({"provider": cast.dr_raman, "by": cast.ana, "at": at} | grant))
    episode.refresh_from_db()
    return episode


def programmed(cast: Any, *, at: datetime = MORNING, **grant: Any) -> Episode:
    """The total knee protocol has become Janet's program."""
    episode = cleared(cast, at=at, **grant)
    missing = steps.missing_before_start(episode, cast.northbridge.day(at))
    assert (episode.status, missing) == ("active", []), (episode.status, missing)
    programs.make(episode, protocol_id="total_knee_replacement", by=cast.ana, at=at)
    return episode
