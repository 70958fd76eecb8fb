"""What is closed refuses every change in the database itself, whoever asks: an operation, a shell, a slip."""

from decimal import Decimal

from django.db import IntegrityError, connection, models, transaction

from medexpro.audit import chain, sealing, trail
from medexpro.audit.models import Event
from medexpro.clearance import operations as clearance
from medexpro.clients.agreements import kinds
from medexpro.clients.models import Consent
from medexpro.clients.operations import agreements
from medexpro.practice.models import Practice
from medexpro.sessions import operations as sessions
from medexpro.sessions.models import SessionLog
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.reports import reporting
from tests.sessions.floor import logged


def refused(do) -> bool:
    """Return whether the database says no."""
    try:
        with transaction.atomic():
            do()
    except IntegrityError:
        return True
    return False


def changed(row: models.Model, **values) -> bool:
    """Return whether a row could be changed, both ways that Django knows."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    by_query = refused(lambda: rows.update(**values))
    for name, value in values.items():
        setattr(row, name, value)
    by_save = refused(row.save)
    assert by_query == by_save
    return not by_query


def test_a_signed_note_and_all_that_belongs_to_it(cast):
    session = logged(cast, cast.ana)
    entry = session.entries.first()
    assert changed(entry, reason="tired today")
    session = sessions.sign(session, recently_signed_in=True, by=cast.ana, at=MORNING)
    addendum = sessions.add_addendum(session, text="Called her at noon", by=cast.ana, at=MORNING)
    assert not changed(session, note="She did well")
    assert not changed(SessionLog.objects.get(pk=session.pk), state="open")
    assert not changed(entry, pain=9)
    assert not changed(session.readings.first(), value=Decimal(120))
    assert not changed(addendum, text="Called nobody")
    assert not changed(session.commands.first(), outcome="refused")


def test_a_note_that_waits_for_its_cosign_takes_that_and_nothing_else(cast):
    session = sessions.sign(logged(cast, cast.asa), recently_signed_in=True, by=cast.asa, at=MORNING)
    assert not changed(SessionLog.objects.get(pk=session.pk), note="She did well")
    assert not changed(session.entries.first(), pain=9)
    sessions.cosign(session, recently_signed_in=True, by=cast.ana, at=MORNING)
    assert not changed(SessionLog.objects.get(pk=session.pk), cosigned_name="Somebody Else")


def test_a_signed_document_keeps_its_words_and_bytes(cast):
    document = reporting.signed(cast)
    for values in (
        {"pdf": b"%PDF-"},
        {"words": {"lead": "Better"}},
        {"signed_name": "X"},
        {"sha256": "0" * 64},
    ):
        assert not changed(type(document).objects.get(pk=document.pk), **values)
    assert changed(type(document).objects.get(pk=document.pk), state="sent")


def test_decisions_answers_and_limits_stay_as_they_were_taken(cast):
    episode = scenario.cleared(cast)
    limit = clearance.record_limit(
        episode, measure="bp_systolic", op=">", value=Decimal(150), provider=cast.dr_raman, written_on=TODAY,
        by=cast.ana, at=MORNING,
    )  # fmt: skip
    assert not changed(episode.clearances.get(), outcome="refused")
    assert not changed(episode.screenings.get(), answers={})
    assert not changed(episode.known_states.first(), present=True)
    assert not changed(episode.status_changes.first(), reason="none")
    assert not changed(episode.referral.checks.first(), met=False)
    assert not changed(limit, value=Decimal(200))
    limit.refresh_from_db()
    clearance.end_limit(
        limit, provider=cast.dr_raman, on=TODAY, words="No limit any more", by=cast.ana, at=MORNING
    )
    assert not changed(limit, words="Something else")


def test_an_agreement_can_be_withdrawn_once_and_never_rewritten(cast):
    kind = next(iter(kinds()))
    consent = agreements.sign_consent(
        cast.janet, kind=kind, version=1, signed_name="Janet Ellery", by=cast.ben, at=MORNING
    )
    assert not changed(Consent.objects.get(), signed_name="Tom Ellery")
    agreements.withdraw_consent(consent, reason="By phone", by=cast.ben, at=MORNING)
    assert not changed(Consent.objects.get(), withdrawn_at=None)


def test_the_trail_is_written_once_and_sealed_once(cast):
    trail.record_read(cast.ana, cast.janet, "chart", at=MORNING)
    assert not changed(Event.objects.get(), member_name="Somebody Else")
    assert chain.seal(cast.northbridge.pk) == 1
    assert not changed(Event.objects.get(), position=7)
    assert not changed(Event.objects.get(), hash="0" * 64)


def test_what_lasts_is_not_deleted_either(cast, settings):
    settings.MEDEXPRO_TESTING = False
    sealing.keep()
    trail.record_read(cast.ana, cast.janet, "chart", at=MORNING)
    session = sessions.sign(logged(cast, cast.ana), recently_signed_in=True, by=cast.ana, at=MORNING)
    for rows in (Event.objects.all(), session.readings.all(), session.entries.all(), session.commands.all()):
        assert refused(rows.delete), rows.model


def test_a_migration_finds_no_trigger_in_its_way_and_leaves_all_of_them(cast):
    before = sealing._triggers(connection)
    assert len(before) > 20
    sealing.lift()
    assert sealing._triggers(connection) == []
    sealing.keep()
    sealing.keep()
    assert sorted(sealing._triggers(connection)) == sorted(before)


def test_a_row_that_is_open_changes_as_ever(cast):
    assert changed(Practice.objects.get(pk=cast.northbridge.pk), phone="555-0100")
