"""A precaution after surgery never ends by its day: the day opens a question, and only the provider's answer closes it."""

from datetime import date, timedelta

import pytest

from medexpro.clearance import operations, state
from medexpro.clearance.models import Precaution
from medexpro.clearance.operations import ClearanceRefused
from medexpro.programs import state as programs
from medexpro.today import obligations
from tests import scenario
from tests.conftest import MORNING
from tests.pages import text_of

# When the knee protocol opens the question of impact: so many weeks after surgery.
OPENS = scenario.SURGERY_DAY + timedelta(weeks=23)
KIND = "Releases to ask for"


@pytest.fixture
def impact(cast):
    episode = scenario.programmed(cast)
    found = (
        Precaution.objects.filter(episode=episode, ask_release_from=OPENS).order_by("protocol_item").first()
    )
    assert found is not None
    # The others are answered, so that this one question is the only one.
    others = Precaution.objects.filter(episode=episode).exclude(pk=found.pk)
    others.update(ask_release_from=None)
    return found


def asked(member, day):
    return [row.why for one in obligations.owed_to(member, day) if one.name == KIND for row in one.rows]


def test_the_day_asks_and_releases_nothing(cast, impact):
    assert asked(cast.ana, OPENS - timedelta(days=1)) == []
    [why] = asked(cast.ana, OPENS)
    assert impact.text in why and "holds until then" in why
    assert impact in state.precautions_in_force(impact.episode)
    assert asked(cast.ben, OPENS) == asked(cast.dana, OPENS) == []


def test_what_one_provider_is_asked_of_one_client_is_one_line(cast, impact):
    another = Precaution.objects.filter(episode=impact.episode).exclude(pk=impact.pk).first()
    Precaution.objects.filter(pk=another.pk).update(
        ask_release_from=OPENS, confirmed_provider=impact.confirmed_provider
    )
    [why] = asked(cast.ana, OPENS)
    assert why.startswith("2 limits: ask the provider") and why.endswith("They hold until then.")


@pytest.mark.parametrize("later", [timedelta(0), timedelta(weeks=52)])
def test_from_its_day_on_it_holds_as_before_and_keeps_its_exercises_out(cast, impact, clock, later):
    clock(f"{OPENS + later} 09:30")
    assert impact in state.precautions_in_force(impact.episode)
    assert any(block.text == impact.text and block.tags for block in programs.blocks_of(impact.episode))


def test_not_yet_is_an_answer_the_question_comes_back_and_the_block_never_left(cast, impact, clock, sign_in):
    clock(f"{OPENS} 09:30")
    again = OPENS + timedelta(weeks=6)
    sent = {"provider": str(cast.dr_raman.pk), "text": impact.text, "words": "Six more weeks, please",
            "ask_again_on": again.isoformat(), "choice": "keep"}  # fmt: skip
    answer = sign_in(cast.ana).post(f"/clearance/precautions/{impact.pk}/", sent)
    assert answer.status_code == 302
    impact.refresh_from_db()
    assert (impact.state, impact.confirmed_words) == ("confirmed", "Six more weeks, please")
    assert asked(cast.ana, OPENS) == [] and len(asked(cast.ana, again)) == 1
    assert [one.pk for one in state.precautions_in_force(impact.episode)].count(impact.pk) == 1


def test_an_answer_without_a_day_keeps_the_question_and_what_was_typed(cast, impact, clock, sign_in):
    clock(f"{OPENS} 09:30")
    sent = {"provider": str(cast.dr_raman.pk), "words": "Six more weeks, please", "choice": "keep"}
    answer = sign_in(cast.ana).post(f"/clearance/precautions/{impact.pk}/", sent)
    assert answer.status_code == 422
    assert "Say on which day to ask again" in text_of(answer)
    assert "Six more weeks, please" in answer.content.decode()
    assert len(asked(cast.ana, OPENS)) == 1


def test_a_release_answers_and_a_released_one_does_not_stay(cast, impact):
    at = MORNING + timedelta(days=80)
    told = {"provider": cast.dr_raman, "words": "Low impact is fine now", "by": cast.ana, "at": at}
    operations.release_precaution(impact, on=date(2026, 12, 28), **told)
    assert asked(cast.ana, date(2026, 12, 30)) == []
    with pytest.raises(ClearanceRefused, match="holds no more"):
        operations.keep_precaution(impact, ask_again_on=date(2027, 3, 1), **told)
