"""Sequences of mails: written, switched on, sent by a real mail server, ended by what people do."""

from datetime import timedelta

import pytest

from medexpro.episodes.models import Episode, Status, StatusChange
from medexpro.marketing import mailing, operations
from medexpro.marketing.models import CameBy, Lead, Mail, SequenceRun
from medexpro.marketing.operations import pipeline, sequences, stopping
from medexpro.marketing.rules.mailing import MailState
from medexpro.marketing.rules.sequences import Stop, Written
from tests.marketing.leads import TUESDAY, asked, later, reader, wall

pytestmark = pytest.mark.django_db


@pytest.fixture
def on(cast, smtp_server, settings):
    """Put the sequence for who asked in service, and let the worker run at a moment."""
    settings.PUBLIC_URL = "https://northbridge.example.org"
    sequences.switch_on(cast.northbridge, "asked", by=cast.olga, at=TUESDAY)

    def work(at):
        sequences.work(at=at)
        mailing.send_due(now=lambda: at)
        return [letter.to[0] for letter in smtp_server.letters]

    return work


def subjects(server):
    return [str(one.message["Subject"]) for one in server.letters]


def test_four_mails_leave_in_their_order_awake_and_once(cast, on, smtp_server):
    practice = cast.northbridge
    lead = asked(cast, "Ann\r\nBcc: b@example.org", at=wall("2026-10-13 21:30", practice))
    asked(cast, "Bob Late", "bob@example.org", confirmed=False)
    asked(cast, "Cyn Other", "cyn@example.org", source_kind=CameBy.SOURCE)
    asked(cast, "Dan Before", "dan@example.org", at=TUESDAY - timedelta(days=4))
    # Due on the evening of the next day; quiet then, so on the morning after.
    assert on(wall("2026-10-14 21:31", practice)) == []
    assert on(wall("2026-10-15 07:59", practice)) == []
    for _ in range(2):
        assert on(wall("2026-10-15 08:00", practice)) == [lead.email]
    [first] = smtp_server.letters
    assert str(first.message["Subject"]) == f"Your question to {practice.name}"
    assert first.text.startswith("Hello Ann Bcc:,\r\n")
    assert first.message["List-Unsubscribe"] and practice.address in first.text
    # Days late all the same one a day; Sunday is quiet.
    preview = [one.at for one in sequences.preview(practice, "asked", at=wall("2026-10-24 12:00", practice))]
    assert preview[:2] == [wall("2026-10-24 12:00", practice), wall("2026-10-26 08:00", practice)]
    for day in range(24, 31):
        on(wall(f"2026-10-{day} 12:00", practice))
    assert len(subjects(smtp_server)) == 3
    for day in (3, 4, 5, 6):
        on(wall(f"2026-11-0{day} 12:00", practice))
    assert len(subjects(smtp_server)) == len(set(subjects(smtp_server))) == 4
    run = SequenceRun.objects.get(lead=lead)
    assert run.why == Stop.DONE and not on(wall("2026-12-01 12:00", practice))[4:]


ENDS = {
    "talked": (lambda cast, lead: pipeline.talked(lead, note="Called back", by=cast.ben, at=later(days=2)), Stop.TALKED),
    "booked": (lambda cast, lead: operations.move_lead(lead, "booked", by=cast.ben, at=later(days=2)), Stop.BOOKED),
    "declined": (lambda cast, lead: operations.move_lead(lead, "declined", by=cast.ben, at=later(days=2)), Stop.DECLINED),
    "client": (
        lambda cast, lead: pipeline.convert(lead, given_name="Ann", family_name="Miller", by=cast.ben, at=later(days=2)),
        Stop.CLIENT,
    ),
    "unsubscribed": (lambda cast, lead: stopping.unsubscribe_lead(lead, at=later(days=2)), Stop.UNSUBSCRIBED),
    "bounced": (
        lambda cast, lead: mailing.note_bounced(Mail.objects.get(), "5.1.1", at=later(days=2)), Stop.BOUNCED,
    ),
    "changed": (
        lambda cast, lead: operations.change_lead(lead, email="new@example.org", by=cast.ben, at=later(days=2)),
        Stop.NOT_CONFIRMED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("end", sorted(ENDS))
def test_whatever_a_person_does_ends_it(cast, on, end):
    lead = asked(cast)
    on(later(minutes=1))
    assert len(on(later(days=1, minutes=1))) == 1
    act, why = ENDS[end]
    act(cast, Lead.objects.select_related("practice").get(pk=lead.pk))
    assert len(on(later(days=6))) == 1
    assert SequenceRun.objects.get().why == why


def test_paused_nothing_leaves_and_going_on_it_does(cast, on):
    asked(cast)
    on(later(minutes=1))
    run = SequenceRun.objects.select_related("practice", "lead").get()
    sequences.pause(run, paused=True, by=cast.ben, at=TUESDAY)
    assert on(later(days=2)) == [] and not SequenceRun.objects.get().stopped_at
    sequences.pause(run, paused=False, by=cast.ben, at=TUESDAY)
    assert len(on(later(days=2))) == 1


def test_what_was_in_line_is_asked_again_at_the_door(cast, on, smtp_server):
    lead = asked(cast)
    smtp_server.defer(lead.email)
    on(later(days=1, minutes=1))
    assert Mail.objects.get().state == MailState.DEFERRED
    smtp_server.accept(lead.email)
    # They answer by phone while the letter waits for its second try.
    Lead.objects.filter(pk=lead.pk).update(contacted_at=later(days=1, minutes=2))
    assert on(later(days=1, hours=1)) == []
    assert Mail.objects.get().answer == "Somebody is in touch with them"


def test_a_draft_is_not_written_by_and_who_is_on_the_way_keeps_their_version(cast, on, smtp_server):
    practice, by = cast.northbridge, cast.olga
    asked(cast)
    on(later(days=1, minutes=1))
    draft = sequences.save_draft(
        practice, "asked", [Written(5, "Ours", "{hello}\n\nour own words.")], by=by, at=TUESDAY
    )
    assert draft.number == 2 and sequences.in_service(practice)["asked"].number == 1
    sequences.switch_on(practice, "asked", by=by, at=later(days=2))
    asked(cast, "Eve", "eve@example.org", at=later(days=2))
    on(later(days=7))
    assert sorted(subjects(smtp_server)) == sorted(
        [f"Your question to {practice.name}", "What happens at a first visit", "Ours"]
    )
    with pytest.raises(sequences.SequenceRefused, match="filled in by nothing"):
        sequences.save_draft(practice, "asked", [Written(5, "Ours", "{secret}")], by=by, at=TUESDAY)
    assert sequences.switch_off(practice, "asked", by=by, at=later(days=8)) == 2
    assert len(on(later(days=20))) == 3


def test_a_practice_without_an_address_mails_nobody(cast, on, smtp_server):
    practice = cast.northbridge
    practice.address = ""
    practice.save()
    asked(cast)
    assert on(later(days=2)) == []
    with pytest.raises(sequences.SequenceRefused, match="postal address"):
        sequences.switch_on(practice, "screening", by=cast.olga, at=TUESDAY)


def test_a_past_client_who_agreed_hears_from_us_until_they_are_back(cast, on, smtp_server):
    practice, rita = cast.northbridge, reader(cast)
    sequences.switch_on(practice, "past_client", by=cast.olga, at=TUESDAY)
    for client in (rita, cast.janet):  # Janet agreed to no newsletter.
        left = Episode.objects.create(
            practice=practice, client=client, status=Status.DISCHARGED, opened_on=practice.day(TUESDAY)
        )
        StatusChange.objects.create(
            practice=practice, episode=left, to_status=Status.DISCHARGED, by=cast.ana, at=TUESDAY
        )
    assert [one.email for one in sequences.preview(practice, "past_client", at=TUESDAY)] == [rita.email] * 3
    assert on(later(days=29)) == []
    for _ in range(2):
        assert on(later(days=30, hours=2)) == [rita.email]
    [letter] = smtp_server.letters
    assert letter.text.startswith("Hello Rita,") and letter.message["List-Unsubscribe"]
    Episode.objects.create(practice=practice, client=rita, opened_on=practice.day(later(days=40)))
    assert on(later(days=60, hours=2)) == [rita.email]
    assert SequenceRun.objects.get(client=rita).why == Stop.BACK


def test_who_answers_at_the_last_minute_of_a_day_gets_each_mail_once_on_days_of_its_own(
    cast, on, smtp_server
):
    practice = cast.northbridge
    # The clock goes back on the night of November 1, a Sunday; quiet hours lie over it.
    asked(cast, at=wall("2026-10-30 23:59", practice))
    first = wall("2026-10-31 06:00", practice)
    days = [
        practice.day(first + timedelta(hours=n))
        for n in range(0, 24 * 14, 3)
        for before in [len(smtp_server.letters)]
        if len(on(first + timedelta(hours=n))) > before
    ]
    assert days == sorted(set(days)) and len(days) == len(set(subjects(smtp_server)))
    assert practice.day(wall("2026-11-01 12:00", practice)) not in days


def test_who_unsubscribes_between_the_queue_and_the_door_gets_nothing(cast, on, smtp_server):
    lead = asked(cast)
    sequences.work(at=later(days=1, minutes=1))
    assert Mail.objects.get().state == MailState.WAITING
    stopping.unsubscribe_lead(Lead.objects.get(pk=lead.pk), at=later(days=1, minutes=1))
    assert on(later(days=1, minutes=2)) == []
    assert Mail.objects.get().state == MailState.DROPPED
