"""Today, for clients on their way into service: each step waits for someone, and a stop nobody passed on is in red."""

from medexpro.clearance import operations as clearance
from medexpro.knowledge import operations as knowledge
from medexpro.referrals import operations as referrals
from medexpro.sessions import operations as sessions
from medexpro.today import obligations
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import text_of

CALF = {"one_leg": {"answer": "yes", "words": "Left calf, since Sunday"}}


def waits(member):
    """Return why each client on the way in waits, and what is done about it."""
    found = {one.name: one.rows for one in obligations.owed_to(member, TODAY)}
    return [(row.why, row.verb) for row in found.get("On the way in", [])]


def test_each_step_on_the_way_in_waits_for_a_professional(cast):
    episode = scenario.referred(cast)
    assert waits(cast.ana) == [("Opened Oct 13 · not screened yet", "Screen")]
    assert waits(cast.ben) == waits(cast.dana) == []
    form = clearance.start_screening(episode, by=cast.ana, at=MORNING)
    assert waits(cast.ana) == [("Opened Oct 13 · screening half done", "Screen")]
    for question in scenario.questionnaire().questions:
        clearance.answer(form, question.id, {"answer": "no"}, by=cast.ana, at=MORNING)
    clearance.finish_screening(form, by=cast.ana, at=MORNING)
    assert waits(cast.ana) == [("Opened Oct 13 · no clearance yet", "Clear")]
    episode.refresh_from_db()
    clearance.grant(episode, provider=cast.dr_raman, by=cast.ana, at=MORNING)
    assert waits(cast.ana) == [("Opened Oct 13 · no baseline yet", "Measure")]


def test_a_stop_of_the_screening_stands_in_red_until_the_provider_is_asked(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    episode = scenario.screened(cast, yes=CALF)
    page = text_of(sign_in(cast.ana).get("/"))
    assert "Janet Ellery: do not start exercise" in page and "No provider has been asked yet" in page
    assert waits(cast.ana) == []  # Once is enough.
    assert "Left calf" not in text_of(sign_in(cast.ben).get("/"))
    clearance.refer_back(
        episode, trigger="screen-one_leg", observed="Left calf swollen", by=cast.ana, at=scenario.MORNING
    )
    page = text_of(sign_in(cast.ana).get("/"))
    assert "No provider has been asked yet" not in page and "Left calf swollen" in page
    assert waits(cast.ana) == []


def test_what_waits_for_the_letter_alone_is_no_alarm(cast):
    scenario.screened(cast, yes={"diabetes": {"answer": "yes", "options": ["no_medicine"]}})
    assert obligations.alerts(cast.ana, TODAY) == []


def test_who_must_not_exercise_counts_among_what_needs_you(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    scenario.screened(cast, yes=CALF)
    page = text_of(sign_in(cast.ana).get("/"))
    assert "Nothing waits for you" not in page and "All clear" not in page


def test_a_held_session_waits_too(cast):
    session = sessions.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    session.state = "held"
    session.save()
    notes = next(kind for kind in obligations.owed_to(cast.ana, TODAY) if kind.name == "Unsigned notes")
    assert [row.why for row in notes.rows] == ["Oct 13 · stopped"]


def test_more_than_is_shown_is_counted(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    for _ in range(9):
        referrals.take_in(cast.janet, received_on=TODAY, open_episode=False, by=cast.ben, at=MORNING)
    [kind] = [kind for kind in obligations.owed_to(cast.ben, TODAY) if kind.name == "Referrals"]
    assert (len(kind.rows), kind.count) == (3, "9")
    assert "9 things need you" in text_of(sign_in(cast.ben).get("/"))


def test_an_empty_practice_says_how_to_begin(cast, sign_in):
    page = text_of(sign_in(cast.dana).get("/"))
    assert "Begin here" not in page  # Southgate has a client.
    cast.stranger.delete()
    page = text_of(sign_in(cast.dana).get("/"))
    assert "Begin here" in page and "Take in a referral" in page and "Invite your team" in page
    rules = [(entry.kind, entry.key) for entry in knowledge.needing_approval(cast.northbridge)]
    knowledge.approve(rules, by=cast.olga, at=MORNING)
    assert "All clear" in text_of(sign_in(cast.olga).get("/"))
