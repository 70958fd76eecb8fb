"""Words of the practice's own on the word list: added to ours, never taken off it."""

import pytest
from django.urls import reverse

from medexpro.kernel.wording import find_marks
from medexpro.knowledge.library import library
from tests.knowledge.test_own_pages import ana, editor_form, fresh  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
PATIENT = next(one for one in library().wording.entries if one.id == "patient")


def found(practice, text):
    return [mark.found for mark in find_marks({"text": text}, fresh(practice).wording)]


def test_ana_adds_a_word_to_one_of_our_entries_and_dana_does_not_see_it(cast, ana):  # noqa: F811
    address, typed = editor_form(ana, reverse("knowledge:own_edit", args=["wording", "patient"]))
    assert typed["words"] == [", ".join(PATIENT.words)] and "where" not in typed
    answer = ana.post(
        address, typed | {"words": [f"{typed['words'][0]}, inmate*"], "service": ["yes"]}, follow=True
    )
    assert answer.status_code == 200, answer.context["form"].errors
    assert found(cast.northbridge, "The inmates") == ["inmates"]
    assert found(cast.northbridge, "The patient") == ["patient"]
    assert found(cast.southgate, "The inmates") == []


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"words": ["inmate"]}, "words", "must stay on the list"),
        ({"words": ["patient, patients, *"]}, "words", "too short"),
        ({"why": [""]}, "why", "needed"),
    ],
)
def test_what_takes_a_word_off_or_marks_everything_is_refused_at_its_field(
    cast,
    ana,  # noqa: F811
    typed,
    field,
    words,
):
    address, before = editor_form(ana, reverse("knowledge:own_edit", args=["wording", "patient"]))
    answer = ana.post(address, before | typed | {"service": ["yes"]})
    assert answer.status_code == 422 and words in str(answer.context["form"].errors[field])
    assert fresh(cast.northbridge) is library()


def test_ana_watches_for_words_of_her_own(cast, ana):  # noqa: F811
    address, typed = editor_form(ana, reverse("knowledge:own_new", args=["wording"]))
    typed |= {
        "words": ["barre class"], "suggestion": ["group session"], "where": ["any"], "level": ["mark"],
        "why": ["Not how we say it"], "source": ["Our own practice"], "service": ["yes"],
    }  # fmt: skip
    answer = ana.post(address, typed, follow=True)
    assert answer.status_code == 200, answer.context["form"].errors
    assert (
        found(cast.northbridge, "After barre class") == ["barre class"]
        and found(cast.southgate, "barre class") == []
    )


@pytest.mark.parametrize(
    ("phrase", "says"),
    [
        ("Therapy Dogs of Ohio", ""),
        ("therapy", "is itself marked"),
        ("dementia walk", "is refused"),
    ],
)
def test_ana_lets_a_phrase_stand_but_no_marked_word_by_itself(cast, ana, phrase, says):  # noqa: F811
    address, typed = editor_form(ana, reverse("knowledge:own_new", args=["wording"]))
    typed |= {
        "words": [phrase], "suggestion": ["as it is"], "where": ["any"], "level": ["allow"],
        "why": ["The name of a charity we walk for"], "source": ["Our own practice"], "service": ["yes"],
    }  # fmt: skip
    answer = ana.post(address, typed, follow=True)
    if says:
        assert answer.status_code == 422 and says in str(answer.context["form"].errors["words"])
    else:
        assert answer.status_code == 200, answer.context["form"].errors
        assert found(cast.northbridge, f"We like {phrase}. Gait therapy.") == ["Gait therapy"]
        assert found(cast.southgate, f"We like {phrase}.") == ["Therapy"]
