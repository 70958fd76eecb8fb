"""A text is checked before somebody reads it: marks while writing, a question at saving, what was let stand is kept."""

from datetime import date

import pytest
from django import forms
from django.db import DatabaseError, transaction
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.clearance.models import ReferBack
from medexpro.clearance.presenters import as_observed
from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.ids import uuid7
from medexpro.providers.models import Organisation
from medexpro.web.forms import Form
from medexpro.wording.checking import marks_for
from medexpro.wording.forms import ScopeChecked
from medexpro.wording.models import LetStand
from tests import scenario
from tests.conftest import MORNING
from tests.pages import form_of

pytestmark = pytest.mark.django_db


class Letter(ScopeChecked, Form):
    """A letter as an area writes one."""

    text = forms.CharField(widget=forms.Textarea(attrs={"data-wording": "provider"}), required=False)
    inside = forms.CharField(required=False)


def letter(cast, **typed):
    return Letter(typed, practice=cast.northbridge)


def test_a_letter_with_a_word_out_of_scope_is_asked_about_once_and_what_stays_is_kept(cast):
    said = "She walks well. The patient was seen twice."
    first = letter(cast, text=said, inside="patient")
    assert not first.is_valid() and first.questions["text"].typed_label == "these words"
    assert "“patient”" in first.errors["text"][0] and "Better: client." in first.errors["text"][0]

    kept = letter(cast, text=said, keep_text=said)
    assert kept.is_valid() and [mark.found for mark in kept.let_stood] == ["patient"]
    for _ in range(2):  # A retry keeps it once.
        kept.keep_let_stand(cast.dr_raman, by=cast.ana, at=MORNING)
    row = LetStand.objects.about(cast.dr_raman).get()
    assert (row.found, row.entry, row.by, row.to) == ("patient", "patient", cast.ana, "provider")
    assert row.sentence == "The patient was seen twice"
    assert Event.objects.get(kind="wording:mark:keep").detail == {"entries": ["patient"], "count": 1}
    with pytest.raises(DatabaseError), transaction.atomic():
        LetStand.objects.update(found="client")
    # Another word later is another question.
    assert not letter(cast, text=said + " Gait therapy.", keep_text=said).is_valid()


def test_a_word_that_refuses_is_not_asked_about(cast):
    said = "Her grip says something of dementia."
    form = letter(cast, text=said, keep_text=said)
    assert not form.is_valid() and "can’t stand here" in form.errors["text"][0] and not form.questions


def test_names_of_the_record_and_of_the_caller_may_stand(cast):
    said = "She likes Riverside Rehab Center and Therapy Works. Dr. Lou Cure called, and Mrs. Treat came."
    marked = lambda: [one.found for one in marks_for(cast.northbridge, {"a": said}, to="provider")]  # noqa: E731
    assert marked() == ["Rehab", "Therapy", "Treat"]
    works = Organisation.objects.create(practice=cast.northbridge, name="Therapy Works")
    cast.janet.family_name = "Treat"
    cast.janet.save()
    assert marked() == ["Rehab"]
    works.practice = cast.southgate  # Another practice's names are not ours.
    works.save()
    assert marked() == ["Rehab", "Therapy"]
    given = marks_for(
        cast.northbridge, {"a": said}, to="provider", names=["Riverside Rehab Center", "Therapy Works"]
    )
    assert given == []


def test_the_practices_own_name_may_stand(cast):
    said = {"a": "Welcome to Fairhaven Therapy Gym."}
    assert [one.found for one in marks_for(cast.northbridge, said, to="public")][:1] == ["Therapy"]
    cast.northbridge.name = "Fairhaven Therapy Gym"
    assert marks_for(cast.northbridge, said, to="public") == []


def test_marks_come_while_somebody_writes(cast, client):
    address = reverse("wording:check")
    typed = {"text": "A patient, then gait therapy. Patient!", "to": "provider", "field": "id_text"}
    assert client.post(address, typed).status_code in {302, 403}
    client.force_login(cast.ana.user)
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 200 and page.count('data-replace="id_text"') == 3
    assert 'data-places="2-9"' in page and 'data-offer="Client"' in page
    assert client.post(address, typed | {"to": "nobody"}).status_code == 204
    assert client.post(address, {}).status_code == 204
    assert "scope" not in client.post(address, typed | {"text": "A client."}).content.decode()


def test_a_title_of_another_profession_is_asked_about_once(cast, client):
    client.force_login(cast.ana.user)
    page = client.get(reverse("practice:me"))
    typed = form_of(page) | {"title": "Exercise Therapist"}
    asked = client.post(reverse("practice:me"), typed)
    assert asked.status_code == 422 and "needs a license" in str(asked.context["form"].errors["title"])
    assert (
        client.post(reverse("practice:me"), typed | {"keep_title": "Exercise Therapist"}).status_code == 302
    )
    cast.ana.refresh_from_db()
    assert cast.ana.title == "Exercise Therapist"
    assert LetStand.objects.about(cast.ana).get().found == "Therapist"
    typed |= {"version": cast.ana.version, "phone": "555 0100"}  # Nobody is asked twice about the same title.
    assert client.post(reverse("practice:me"), typed).status_code == 302


def test_a_refer_back_is_written_as_observed_and_a_word_that_stays_is_kept(cast, client):
    episode = scenario.cleared(cast, at=MORNING)
    client.force_login(cast.ana.user)
    address = reverse("clearance:refer_back", args=[episode.pk])
    said = "Swelling of the left knee, probably a torn meniscus."
    typed = {"observed": said, "provider": str(cast.dr_raman.pk), "channel": "", "id": str(uuid7())}
    asked = client.post(address, typed)
    assert asked.status_code == 422 and "“torn”" in str(asked.context["refer_back_form"].errors["observed"])
    assert ReferBack.objects.count() == 0
    assert client.post(address, typed | {"keep_observed": said}).status_code == 302
    stood = LetStand.objects.about(ReferBack.objects.get())
    assert {row.entry for row in stood} == {"guessed_cause", "supposed_cause"}


@pytest.mark.parametrize(
    ("finding", "says"),
    [
        (Finding(code="x", sentence="Night pain: new. Ask the provider.", weight=Weight.STOP, figure="left knee"),
         "Reported new night pain (“left knee”) on Oct 13; exercise is on hold; no cause is assumed."),
        (Finding(code="bp", sentence="Systolic pressure 184 mmHg is above 180 mmHg: no session now.", weight=Weight.STOP,
                 measure="bp_systolic"),
         "Measured systolic pressure 184 mmHg, above 180 mmHg on Oct 13; exercise is on hold; no cause is assumed."),
    ],
)  # fmt: skip
def test_a_recorded_finding_becomes_an_observed_sentence(finding, says):
    assert as_observed(finding, date(2026, 10, 13), "exercise is on hold") == says
