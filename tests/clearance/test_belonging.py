"""What an operation is given beside the episode belongs to it: no paper, provider or id of somebody else's comes in."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pikepdf
import pytest

from medexpro.assessments import operations as assessments
from medexpro.clearance import operations as clearance
from medexpro.clearance import state
from medexpro.clearance.models import Decision
from medexpro.clients.models import Client
from medexpro.clients.operations import documents, people
from medexpro.kernel.refusals import NotFound
from medexpro.programs import operations as programs
from medexpro.providers.models import Provider
from medexpro.referrals import operations as referrals
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING, TODAY


@pytest.fixture
def episode(cast):
    return scenario.programmed(cast)


@pytest.fixture
def foreign(cast):
    """A provider of another practice."""
    return Provider.objects.create(practice=cast.southgate, family_name="Else", credential="MD")


@pytest.fixture
def other(cast) -> Client:
    return people.quick_add(family_name="Okafor", by=cast.ana, at=MORNING)


@pytest.fixture
def paper(cast, other):
    """A letter on another client's file."""
    file, letter = BytesIO(), pikepdf.new()
    letter.add_blank_page()
    letter.save(file)
    size = file.tell()
    file.seek(0)
    return documents.add_document(other, file=file, size=size, by=cast.ana, at=MORNING)


def test_a_provider_of_another_practice_decides_nothing_here(cast, episode, foreign):
    for do in (
        lambda **by: clearance.refuse(episode, provider=foreign, reason="no", **by),
        lambda **by: clearance.add_precaution(episode, text="No kneeling", provider=foreign, **by),
        lambda **by: clearance.refer_back(
            episode, trigger="other", observed="Swelling", provider=foreign, **by
        ),
    ):
        with pytest.raises(NotFound):
            do(by=cast.ana, at=MORNING)


def test_another_clients_letter_clears_nobody(cast, episode, paper):
    back = clearance.refer_back(episode, trigger="other", observed="Swelling", by=cast.ana, at=MORNING)
    given = {"provider": cast.dr_raman, "document": paper, "by": cast.ana, "at": MORNING}
    for do in (
        lambda: clearance.grant(episode, **given),
        lambda: clearance.record_limit(
            episode, measure="bp_systolic", op=">", value=Decimal(150), written_on=TODAY, **given
        ),
        lambda: clearance.record_plan(
            episode, kind="cardiology", names_service=True, written_on=TODAY, **given
        ),
        lambda: clearance.record_answer(back, answer="Go on", go_on=True, **given),
    ):
        with pytest.raises(NotFound):
            do()
    assert Decision.objects.filter(document=paper).count() == 0


def test_an_id_that_is_taken_by_another_client_is_not_taken_for_done(cast, episode, other):
    second = scenario.cleared(cast, client=other)
    programs.make(second, protocol_id="total_knee_replacement", by=cast.ana, at=MORNING)
    measured(second, {"tug": "13.8"}, by=cast.ana)
    given = {"by": cast.ana, "at": MORNING + timedelta(minutes=1)}
    goal = {"horizon_days": 30, "measure": "tug", "target": Decimal(11), "activity": "cross the street"}
    taken = {
        "precaution": clearance.add_precaution(second, text="No kneeling", **given).pk,
        "goal": assessments.set_goal(second, **goal, **given).pk,
        "line": second.programs.get().exercises.first().pk,
        "referral": second.referral_id,
        "back": clearance.refer_back(second, trigger="other", observed="Swelling", **given).pk,
    }
    program = episode.programs.get()
    for do in (
        lambda: clearance.add_precaution(episode, text="No kneeling", id=taken["precaution"], **given),
        lambda: clearance.refer_back(episode, trigger="x", observed="Swelling", id=taken["back"], **given),
        lambda: assessments.set_goal(episode, **goal, id=taken["goal"], **given),
        lambda: programs.add_exercise(program, exercise_id="bridge", id=taken["line"], **given),
        lambda: referrals.take_in(cast.janet, received_on=TODAY, id=taken["referral"], **given),
    ):
        with pytest.raises(NotFound):
            do()


def test_a_decision_on_a_finding_that_is_taken_again_keeps_the_one_before(cast):
    episode = scenario.screened(cast, yes={"falls": {"answer": "yes", "options": ["fell_twice_or_injured"]}})
    form = episode.screenings.get()
    day = cast.northbridge.day(MORNING)
    code = next(
        one.code for one in state.weigh_screening(episode, form, day).findings if one.weight == "decide"
    )
    taken = {"by": cast.ana, "at": MORNING}
    clearance.decide_finding(form, code, choice="go_on", reason="Dr. Raman: with a rail", **taken)
    clearance.decide_finding(form, code, choice="wait", reason="", **taken)
    clearance.decide_finding(form, code, choice="go_on", reason="Dr. Raman called again", **taken)
    form.refresh_from_db()
    assert form.decisions[code]["reason"] == "Dr. Raman called again"
    assert form.decisions["_before"] == [
        {
            "code": code,
            "choice": "go_on",
            "reason": "Dr. Raman: with a rail",
            "by": "Ana Torres",
            "at": MORNING.isoformat(),
        }
    ]
