"""Relationships with referral sources: one with each, every touch kept, the next step planned."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotFound
from medexpro.practice.permissions import NotAllowed
from medexpro.providers import operations as providers
from medexpro.referrals import sources
from medexpro.referrals.source_models import Source, Touchpoint
from tests.conftest import MORNING, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def raman(cast):
    """Return the relationship with Dr. Raman, kept by Ana."""
    return sources.source_of(cast.dr_raman, by=cast.ana, at=MORNING)


def test_one_relationship_with_each_person_and_organisation(cast, raman):
    assert sources.source_of(cast.dr_raman, by=cast.ben, at=MORNING) == raman
    clinic = providers.organisation_named("Lakeside", by=cast.ana, at=MORNING)
    lakeside = sources.source_of(clinic, by=cast.ana, at=MORNING)
    assert (lakeside.name, lakeside.kind) == ("Lakeside", "clinic")
    assert lakeside.code != raman.code and len(raman.code) == 8
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.create(practice=cast.northbridge)
    elsewhere = providers.organisation_named("Elsewhere", by=cast.ana, at=MORNING)
    for stranger in (cast.bill, cast.dana):
        with pytest.raises((NotFound, NotAllowed)):
            sources.source_of(elsewhere, by=stranger, at=MORNING)


def test_a_letter_is_followed_up_on_a_working_day_and_a_touch_is_never_changed(cast, raman):
    # The 13th is a Tuesday: five days on is a Sunday.
    letter = sources.touch(raman, kind="letter", on=TODAY, ref="L-1", by=cast.ana, at=MORNING)
    assert letter.follow_up_on == date(2026, 10, 19)
    call = sources.touch(raman, kind="call", on=TODAY, note="Left\nword", by=cast.ana, at=MORNING)
    assert (call.follow_up_on, call.note) == (None, "Left word")
    with pytest.raises(DatabaseError), transaction.atomic():
        Touchpoint.objects.filter(pk=call.pk).update(note="Another")
    struck = sources.strike(call, by=cast.ben, at=MORNING)
    assert struck.struck_by == cast.ben and Touchpoint.objects.count() == 2


def test_a_touch_sent_twice_is_written_once_and_one_to_come_is_refused(cast, raman):
    twice = uuid7()
    one = sources.touch(raman, kind="visit", on=TODAY, id=twice, by=cast.ana, at=MORNING)
    assert sources.touch(raman, kind="call", on=TODAY, id=twice, by=cast.ana, at=MORNING) == one
    for wrong in (
        {"on": TODAY + timedelta(days=1)},
        {"on": date(1926, 1, 1)},
        {"kind": "seance"},
        {"note": "x" * 401},
    ):
        with pytest.raises(sources.SourceRefused):
            sources.touch(raman, **({"kind": "call", "on": TODAY} | wrong), by=cast.ana, at=MORNING)
    assert Touchpoint.objects.get() == one


def test_a_step_is_planned_settled_by_a_touch_and_refused_for_who_has_retired(cast, raman):
    for wrong in (
        {"on": None},
        {"on": TODAY - timedelta(days=1)},
        {"on": date(2099, 1, 1)},
        {"step": "x" * 161},
    ):
        with pytest.raises(sources.SourceRefused):
            sources.plan_next(raman, **({"step": "Coffee", "on": TODAY} | wrong), by=cast.ana, at=MORNING)
    raman.refresh_from_db()
    sources.plan_next(raman, step="Coffee", on=TODAY, by=cast.ana, at=MORNING)
    sources.touch(raman, kind="lunch", on=TODAY, settles_step=True, by=cast.ana, at=MORNING)
    raman.refresh_from_db()
    assert (raman.next_step, raman.next_on) == ("", None)

    providers.change(cast.dr_raman, is_active=False, by=cast.ana, at=MORNING)
    raman = Source.objects.named().get(pk=raman.pk)
    # Nothing is lost: what happened is still written down.
    assert raman.is_retired and sources.touch(raman, kind="call", on=TODAY, by=cast.ana, at=MORNING)
    with pytest.raises(sources.SourceRefused, match="retired"):
        sources.plan_next(raman, step="Coffee", on=TODAY, by=cast.ana, at=MORNING)
