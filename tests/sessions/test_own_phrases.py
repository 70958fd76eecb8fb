"""The practice's own note phrases: offered after those of the log, and held against the word list."""

import pytest
from django.urls import reverse

from medexpro.knowledge import own
from medexpro.knowledge.library import library_of
from medexpro.knowledge.own_kinds import OwnRefused
from medexpro.sessions import operations, presenters
from medexpro.sessions.gate import Weighing
from medexpro.sessions.own_phrases import MOST_PHRASES, PHRASE, own_phrases
from tests import scenario
from tests.conftest import MORNING
from tests.knowledge.test_own import put
from tests.knowledge.test_own_pages import ana, editor_form, fresh  # noqa: F401  (a fixture)
from tests.pages import text_of

pytestmark = pytest.mark.django_db
SAID = "Home program shown and repeated."


def test_a_phrase_of_the_practices_own_is_offered_in_the_note_of_its_sessions_alone(cast, sign_in):
    put(cast, PHRASE, "own_home", text=SAID)
    session = operations.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    offered = presenters.session_state(Weighing(session, at=MORNING))
    assert offered["own_phrases"] == [SAID] and SAID not in offered["phrases"]
    assert SAID in sign_in(cast.ana).get(f"/sessions/{session.pk}/").content.decode()
    assert own_phrases(cast.southgate) == []
    assert SAID not in text_of(sign_in(cast.dana).get(reverse("knowledge:own")))

    own.withdraw(own.in_service(cast.northbridge, PHRASE, "own_home"), by=cast.ana, at=MORNING)
    assert own_phrases(library_practice(cast)) == []


def library_practice(cast):
    fresh(cast.northbridge)
    return cast.northbridge


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  ", "Write the sentence."),
        ("x" * 121, "At most 120"),
        ("Gait therapy went well.", "“Gait therapy” is on the word list"),
        ("The patient rested.", "Write instead: client."),
        (SAID.upper(), "offered already"),
    ],
)
def test_what_can_not_be_offered_is_said_at_the_sentence(cast, text, words):
    put(cast, PHRASE, "own_home", text=SAID)
    with pytest.raises(OwnRefused) as refused:
        put(cast, PHRASE, "own_other", text=text)
    assert [one.field for one in refused.value.wrongs if words in one.sentence] == ["text"], (
        refused.value.wrongs
    )
    assert own_phrases(library_practice(cast)) == [SAID]


def test_there_are_at_most_eight(cast):
    for number in range(MOST_PHRASES):
        put(cast, PHRASE, f"own_{number}", text=f"Sentence {number}.")
    with pytest.raises(OwnRefused, match="at most 8"):
        put(cast, PHRASE, "own_more", text=SAID)
    put(cast, PHRASE, "own_0", text=SAID)
    assert len(library_of(library_practice(cast)).further[PHRASE]) == MOST_PHRASES


def test_ana_writes_a_phrase_sees_it_and_takes_it_back(cast, ana):  # noqa: F811
    address, typed = editor_form(ana, reverse("knowledge:own_new", args=[PHRASE]))
    refused = ana.post(address, typed | {"sentence": ["The patient rested."], "service": ["yes"]})
    assert refused.status_code == 422 and "on the word list" in str(
        refused.context["form"].errors["sentence"]
    )
    [row] = [own.draft_of(cast.northbridge, PHRASE, "own_the_patient_rested")]
    address, typed = editor_form(ana, reverse("knowledge:own_edit", args=[PHRASE, row.key]))
    kept = ana.post(address, typed | {"sentence": [SAID], "keep": ["yes"]}, follow=True)
    assert "Draft kept." in text_of(kept) and f"Offered in the note {SAID}" in text_of(kept)
    ana.post(reverse("knowledge:own_service", args=[row.pk]))
    assert own_phrases(library_practice(cast)) == [SAID]
    ana.post(reverse("knowledge:own_undo", args=[row.pk]))
    assert own_phrases(library_practice(cast)) == []
