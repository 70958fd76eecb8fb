"""Proof: figures that give away nobody, frozen when published; a story told only while the client agrees to its words."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.clients.models import Consent
from medexpro.clients.operations.agreements import withdraw_consent
from medexpro.kernel.refusals import Conflict, NotAllowed, Refusal
from medexpro.marketing import cohorts, stories
from medexpro.marketing.models import CohortFigures, StoryVersion
from tests.conftest import MORNING
from tests.marketing.proving import ENDED, discharged
from tests.pages import text_of

pytestmark = pytest.mark.django_db
JANUARY, UNTIL = date(2026, 1, 1), date(2026, 10, 1)


def group(cast, count, *, first=0, **more):
    return [
        discharged(cast, number=first + nth, wait=nth % 7, lefs=(34, 44 + nth), **more)
        for nth in range(count)
    ]


def publish(cast, until=UNTIL):
    return cohorts.publish(cast.northbridge, JANUARY, until, by=cast.ana, at=MORNING)


def test_figures_are_of_everybody_and_of_no_fewer_than_five(cast, django_assert_max_num_queries):
    group(cast, 4)
    with pytest.raises(Refusal, match=r"4 clients were discharged .* from 5 on"):
        publish(cast)
    discharged(cast, number=9, lefs=None)  # She stopped early, and counts all the same.
    with django_assert_max_num_queries(6):
        found = cohorts.cohort_of(cast.northbridge, JANUARY, UNTIL)
    assert (found.clients, found.refused) == (5, "")
    assert [one.kind for one in found.figures] == ["wait"]  # LEFS has two results of four only.
    group(cast, 8, first=20)
    found = cohorts.cohort_of(cast.northbridge, JANUARY, UNTIL)
    change, share, wait = found.figures
    assert (change.clients, change.value, change.small) == (12, "+12 points", "half were between +11 and +14")
    assert share.value == "at least 8 of 12"  # All twelve: an exact count would speak of each.
    assert (wait.value, wait.clients) == ("2 days", 13)
    cohorts.ask_for_more(cast.northbridge, 20, by=cast.ana, at=MORNING)
    assert cohorts.cohort_of(cast.northbridge, JANUARY, UNTIL).refused
    with pytest.raises(Refusal, match="fewer than 5"):
        cohorts.ask_for_more(cast.northbridge, 4, by=cast.ana, at=MORNING)


def test_a_client_with_two_episodes_counts_once_with_the_last(cast):
    group(cast, 4)
    discharged(cast, cast.janet, ended=ENDED - timedelta(days=120), lefs=(10, 11))
    last = discharged(cast, cast.janet, lefs=(30, 60))
    found = cohorts.cohort_of(cast.northbridge, JANUARY, UNTIL)
    assert found.clients == 5
    assert last.pk in found.figures[0].episodes and len(found.figures[0].episodes) == 5


def test_published_figures_are_frozen_and_two_groups_never_differ_by_a_few(cast):
    group(cast, 12)
    kept = publish(cast)
    assert "Client0" not in str(kept.figures) and str(cast.janet.pk) not in str(kept.figures)
    discharged(cast, number=30, ended=UNTIL + timedelta(days=3), lefs=(5, 80))
    standing = cohorts.published_of(cast.northbridge)
    assert (standing.clients, standing.until) == (12, UNTIL)

    with pytest.raises(Refusal, match="could be worked out"):
        publish(cast, until=UNTIL + timedelta(days=9))
    group(cast, 4, first=40, ended=UNTIL + timedelta(days=4))
    publish(cast, until=UNTIL + timedelta(days=9))
    assert cohorts.published_of(cast.northbridge).clients == 17
    assert CohortFigures.objects.filter(withdrawn_at=None).count() == 1
    # What was published does not change, and what was taken back is still beside what would be published.
    with pytest.raises(DatabaseError), transaction.atomic():
        CohortFigures.objects.filter(pk=kept.pk).update(clients=99)
    cohorts.withdraw(cast.northbridge, by=cast.ana, at=MORNING)
    assert cohorts.published_of(cast.northbridge) is None
    with pytest.raises(NotAllowed):
        cohorts.publish(cast.northbridge, JANUARY, UNTIL, by=cast.ben, at=MORNING)


def test_a_client_who_is_written_in_later_is_not_had_by_publishing_the_same_period_again(cast):
    group(cast, 12)
    publish(cast)
    publish(cast)  # The same clients: nothing to take from one another.
    discharged(cast, number=30, lefs=(5, 80))
    with pytest.raises(Refusal, match="could be worked out"):
        publish(cast)


def test_a_figure_that_few_more_have_is_left_out_though_the_group_grew_by_many(cast):
    group(cast, 12)
    publish(cast)
    later = UNTIL + timedelta(days=4)
    discharged(cast, number=30, ended=later, lefs=(5, 80))
    for number in range(40, 46):
        discharged(cast, number=number, ended=later, lefs=None)
    publish(cast, until=UNTIL + timedelta(days=9))
    standing = cohorts.published_of(cast.northbridge)
    # Thirteen have LEFS twice, and twelve had it before: the one is not to be worked out.
    assert standing.clients == 19 and [one["kind"] for one in standing.figures] == ["wait"]


@pytest.fixture
def janet(cast):
    """Janet's episode is over; four others had the same surgery."""
    cast.janet.address = "12 Oak Hill Road, Fairhaven, OH 44100"
    cast.janet.save()
    group(cast, 4)
    return discharged(
        cast, cast.janet, deficit="Stairs at 12 Oak Hill Road since March 4, 2026",
        goals_reached="Janet walks to the bakery in Fairhaven with Dr. Raman’s blessing",
    )  # fmt: skip


def agreed(cast, story):
    return stories.agree(stories.newest_of(story), signed_name="Janet Ellery", by=cast.ana, at=MORNING)


def test_a_story_is_told_only_while_the_client_agrees_to_its_very_words(cast, janet):
    story = stories.draft(janet, by=cast.ana, at=MORNING)
    draft = stories.newest_of(story)
    for gone in ("Janet", "Ellery", "Fairhaven", "Oak Hill", "March", "2026", "Raman", "68"):
        assert gone not in draft.title + draft.text
    assert "in their sixties" in draft.text and "Right knee replacement".lower() in draft.text
    assert {one["key"] for one in draft.removed} >= {"names", "places", "dates"}

    with pytest.raises(Refusal, match="First the client agrees"):
        stories.publish(story, by=cast.ana, at=MORNING)
    agreed(cast, story)
    stories.publish(story, by=cast.ana, at=MORNING)
    [told] = stories.published_of(cast.northbridge)
    assert told.paragraphs[0].startswith("A person in their sixties")

    # Another word is another text: what was agreed to stays in public, and the new one waits for its own agreement.
    story.refresh_from_db()
    stories.write(
        story,
        draft.title,
        draft.text + "\n\nAnd back in the garden.",
        version=story.version,
        by=cast.ana,
        at=MORNING,
    )
    with pytest.raises(Refusal, match="very words"):
        stories.publish(story, by=cast.ana, at=MORNING)
    assert "garden" not in str(stories.published_of(cast.northbridge))
    again = agreed(cast, story)
    stories.publish(story, by=cast.ana, at=MORNING)
    assert "garden" in str(stories.published_of(cast.northbridge))

    # Taken back, it is gone at once, and that it was is on record.
    withdraw_consent(again.consent, reason="By phone, no reason given", by=cast.ben, at=MORNING)
    assert stories.published_of(cast.northbridge) == []
    assert Event.objects.filter(kind="clients:consent:withdraw", client_id=cast.janet.pk).exists()
    with pytest.raises(Refusal, match="First the client agrees"):
        stories.publish(story, by=cast.ana, at=MORNING)
    with pytest.raises(DatabaseError), transaction.atomic():
        StoryVersion.objects.update(text="Something else")


def test_what_could_name_somebody_is_refused_in_a_members_own_words(cast, janet):
    story = stories.draft(janet, by=cast.ana, at=MORNING)
    for text, kind in (
        ("Janet is back.", "names"),
        ("Since May 4, 2025 she walks.", "dates"),
        ("Call 555-0142.", "telephone"),
    ):
        with pytest.raises(Refusal, match=rf"(?i)could name somebody: .*{kind}"):
            stories.write(story, "Back", text, version=None, by=cast.ana, at=MORNING)
    stories.write(story, "Back", "A client is back.", version=story.version, by=cast.ana, at=MORNING)
    story.refresh_from_db()
    with pytest.raises(Conflict):
        stories.write(story, "Back", "Another is back.", version=1, by=cast.ana, at=MORNING)
    assert stories.newest_of(story).text == "A client is back."
    for member in (cast.olga, cast.ben, cast.rhea):  # No record, or nothing for the public.
        with pytest.raises(Refusal):
            stories.draft(janet, by=member, at=MORNING)


def test_a_condition_that_few_share_is_told_by_its_kind(cast):
    alone = discharged(cast, cast.janet, title="Charcot foot", population=("parkinson_disease",))
    draft = stories.newest_of(stories.draft(alone, by=cast.ana, at=MORNING))
    assert "charcot" not in (draft.title + draft.text).lower()
    assert "unique" in {one["key"] for one in draft.removed}


def test_the_pages_of_proof(cast, sign_in, clock, janet):
    clock("2026-10-13 09:30")
    ana, olga = sign_in(cast.ana), sign_in(cast.olga)
    year = {"since": "2026-01-01", "until": "2026-10-01"}
    proof = reverse("marketing:proof")
    html = text_of(ana.get(proof, year))
    assert "What changed for 5 clients" in html and "fewer than 5" in html.lower()
    records = ana.get(reverse("marketing:proof_records"), year | {"kind": "change", "measure": "lefs"})
    assert "Janet Ellery" in text_of(records)
    assert "Janet" not in text_of(olga.get(proof, year))
    assert olga.get(reverse("marketing:proof_records"), year).status_code == 403
    assert "No figures of this period" in text_of(
        ana.get(proof, {"since": "2020-01-01", "until": "2020-02-01"})
    )
    assert ana.get(proof, {"since": "nonsense", "until": "\x00"}).status_code == 200
    ana.post(reverse("marketing:publish_figures"), year)
    assert cohorts.published_of(cast.northbridge).clients == 5
    assert ana.post(reverse("marketing:figures_least"), {"least": "4"}).status_code == 422

    answer = ana.post(reverse("marketing:draft_story", args=[janet.pk]))
    story = janet.stories.get()
    page = reverse("marketing:story", args=[story.pk])
    assert answer["Location"] == page
    assert "45 CFR 164.514(b)(2)" in text_of(ana.get(page))
    typed = {"title": "Back", "text": "Janet is back.", "version": str(story.version)}
    answer = ana.post(page, typed)
    assert (
        answer.status_code == 422
        and "could name somebody" in text_of(answer)
        and "Janet is back." in answer.content.decode()
    )
    ana.post(page, typed | {"text": "A client is back."})
    number = stories.newest_of(story).number
    signs = {
        "signed_name": "Janet Ellery",
        "signed_as": "client",
        "signature_1": "Janet Ellery",
        "signature_0": "",
    }
    address = reverse("marketing:agree_story", args=[story.pk])
    assert "was changed since" in text_of(ana.post(address, signs | {"number": str(number - 1)}))
    ana.post(address, signs | {"number": str(number)})
    ana.post(reverse("marketing:publish_story", args=[story.pk]))
    assert [one.title for one in stories.published_of(cast.northbridge)] == ["Back"]
    assert Consent.objects.get(client=cast.janet, kind="story").withdrawn_at is None
    assert "Story told in public" in text_of(ana.get(reverse("clients:agreements", args=[cast.janet.pk])))
    ana.post(reverse("marketing:withdraw_story", args=[story.pk]), {"away": "1"})
    assert stories.published_of(cast.northbridge) == []
