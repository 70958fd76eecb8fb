"""Reminders by e-mail: to whom, when, once, and what is said where one did not leave."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from medexpro.audit.models import Event
from medexpro.clients.models import Client
from medexpro.clients.operations import sign_consent, withdraw_consent
from medexpro.config import interrupted
from medexpro.practice.models import Practice
from medexpro.scheduling import operations, tasks
from medexpro.scheduling.models import Booking, Reminder
from medexpro.scheduling.operations import reminders
from tests.conftest import MORNING
from tests.pages import text_of
from tests.scheduling.booking import FRIDAY, THURSDAY, at, may_start
from tests.scheduling.test_pages import full_week

MAILED = "2026-10-14 09:05"


@pytest.fixture
def reminding(desk, cast, settings):
    """Northbridge reminds a day before; Janet has an address and agreed."""
    settings.EMAIL_HOST = "mail.example.org"
    Practice.objects.filter(pk=cast.northbridge.pk).update(remind_hours=24)
    cast.northbridge.refresh_from_db()
    agrees(cast, cast.janet, "janet@example.org")
    return desk


def agrees(cast, client, address):
    Client.objects.filter(pk=client.pk).update(email=address)
    client.email = address
    return sign_consent(
        client, kind="electronic", version=1, signed_name=client.name, by=cast.ben, at=MORNING
    )


def worked(clock, text):
    """Let the worker plan and send at a time on the wall; return the letters that left then."""
    clock(text)
    before = len(mail.outbox)
    tasks.plan_reminders.func()
    for task in DBTaskResult.objects.filter(status="READY", task_path=tasks.mail_reminder.module_path):
        task.claim("a-worker")
        tasks.mail_reminder.func(*task.args_kwargs["args"])
        DBTaskResult.objects.filter(pk=task.pk).delete()
    return mail.outbox[before:]


def booked(desk, day=THURSDAY, time="09:00", *args, **more):
    """Book long before, so that a reminder has its time."""
    booking = desk.book(day, time, *args, **more)
    Booking.objects.filter(pk=booking.pk).update(created_at=MORNING - timedelta(days=9))
    booking.refresh_from_db()
    return booking


def test_a_client_is_reminded_a_day_before_once(reminding, cast, clock):
    booked(reminding)
    assert worked(clock, "2026-10-14 08:55") == []
    [letter] = worked(clock, MAILED)
    assert letter.to == ["janet@example.org"]
    assert letter.subject == "Your appointment on Thursday, October 15, at 9:00 am"
    assert "With Ana Torres." in letter.body and "555-0142" in letter.body and "(EDT)" in letter.body
    assert not any(
        word in letter.body + letter.subject for word in ("Session", "knee", "Raman", "exercise with")
    )
    assert worked(clock, "2026-10-14 09:10") == [] and worked(clock, "2026-10-15 08:00") == []
    event = Event.objects.get(kind="scheduling:reminder:sent")
    assert event.client_id == cast.janet.pk and "janet@" not in str(event.detail)


def test_it_is_said_on_the_card_before_and_after(reminding, cast, clock, sign_in):
    booking = booked(reminding)
    page = reverse("scheduling:show", args=[booking.pk])
    assert "Reminder goes out Wed, Oct 14, 9:00 am." in text_of(sign_in(cast.ben).get(page))
    worked(clock, MAILED)
    assert "Reminder sent Wed, Oct 14, 9:05 am." in text_of(sign_in(cast.ben).get(page))


def test_across_the_change_of_the_clocks_it_is_the_same_time_the_day_before(reminding, clock):
    booked(
        reminding, FRIDAY + timedelta(days=16), "09:00", outside_hours=True, reason="Asked for"
    )  # Sunday, Nov 1.
    assert worked(clock, "2026-10-31 08:59") == []
    [letter] = worked(clock, "2026-10-31 09:01")
    assert "Sunday, November 1, at 9:00 am (EST)" in letter.body


@pytest.mark.parametrize("why", ["off", "no address", "withdrawn", "no server", "other practice"])
def test_nobody_is_reminded_who_is_not_to_be(reminding, cast, clock, settings, sign_in, why):
    booking = booked(reminding)
    consent = cast.janet.consents.get(kind="electronic")
    if why in ("off", "other practice"):
        Practice.objects.update(remind_hours=0)
        Practice.objects.filter(pk=cast.southgate.pk).update(remind_hours=24)
    elif why == "no address":
        Client.objects.update(email="")
    elif why == "withdrawn":
        withdraw_consent(consent, reason="By phone", by=cast.ben, at=MORNING)
    elif why == "no server":
        settings.EMAIL_HOST = ""
    assert worked(clock, MAILED) == [] and not Reminder.objects.exists()
    said = text_of(sign_in(cast.ben).get(reverse("scheduling:show", args=[booking.pk])))
    reasons = {
        "no address": "No reminder: no e-mail address is on file.", "no server": "No reminder: no mail server is set up.",
        "withdrawn": "No reminder: the client has not agreed to messages by e-mail.",
    }  # fmt: skip
    assert reasons[why] in said if why in reasons else "eminder" not in said


def test_none_for_cancelled_and_past_ones(reminding, cast, clock):
    operations.cancel(booked(reminding), by=cast.ben, at=MORNING)
    booked(reminding, THURSDAY, "08:00")
    assert worked(clock, "2026-10-15 08:01") == []


def test_who_booked_when_it_would_have_been_out_has_just_heard_the_time(reminding, clock):
    clock("2026-10-14 15:00")
    reminding.book(THURSDAY, "09:00")
    assert worked(clock, "2026-10-14 15:05") == []


def test_after_a_move_the_client_is_reminded_of_the_new_time(reminding, cast, clock, sign_in):
    booking = booked(reminding)
    assert len(worked(clock, MAILED)) == 1
    booking.refresh_from_db()
    ten = at("2026-10-15 10:00").time()
    operations.move(booking, day=FRIDAY, clock=ten, by=cast.ben, at=at("2026-10-14 12:00"))
    assert worked(clock, "2026-10-14 12:05") == []
    said = text_of(sign_in(cast.ben).get(reverse("scheduling:show", args=[booking.pk])))
    assert (
        "Reminder sent Wed, Oct 14, 9:05 am, of Thu, Oct 15, 9:00 am. Reminder goes out Thu, Oct 15, 10:00 am."
        in said
    )
    [letter] = worked(clock, "2026-10-15 10:01")
    assert "Friday, October 16, at 10:00 am" in letter.subject
    booking.refresh_from_db()
    operations.move_back(
        booking, by=cast.ben, at=at("2026-10-15 08:00")
    )  # It comes back to a time told before.
    [last] = worked(clock, "2026-10-15 08:01")
    assert "Thursday, October 15, at 9:00 am" in last.subject


def test_a_booking_that_is_cancelled_while_its_letter_waits_reminds_nobody(reminding, cast, clock):
    booking = booked(reminding)
    clock(MAILED)
    tasks.plan_reminders.func()
    waiting = Reminder.objects.get()
    operations.cancel(booking, by=cast.ben, at=at(MAILED))
    tasks.mail_reminder.func(str(waiting.pk))
    waiting.refresh_from_db()
    assert mail.outbox == [] and waiting.state == Reminder.State.DROPPED
    booking.refresh_from_db()
    operations.restore(booking, by=cast.ben, at=at(MAILED))
    assert len(worked(clock, "2026-10-14 09:30")) == 0  # Put back a moment ago: they have just heard.


def test_an_address_that_changes_while_a_letter_waits_gets_the_letter(reminding, cast, clock):
    booked(reminding)
    clock(MAILED)
    tasks.plan_reminders.func()
    Client.objects.filter(pk=cast.janet.pk).update(email="new@example.org")
    assert [one.to for one in worked(clock, "2026-10-14 09:06")] in ([], [["new@example.org"]])
    worked(clock, "2026-10-14 09:11")
    assert [one.to for one in mail.outbox] == [["new@example.org"]]


def test_everyone_of_a_group_is_reminded_and_who_gave_up_is_not(reminding, cast, clock):
    group = booked(reminding, THURSDAY, "10:00", service=reminding.group)
    omar = may_start(cast, "Omar")
    agrees(cast, omar, "omar@example.org")
    place = operations.take_place(group, omar, by=cast.ben, at=MORNING)
    group.places.update(created_at=MORNING - timedelta(days=9))
    assert sorted(one.to[0] for one in worked(clock, "2026-10-14 10:01")) == [
        "janet@example.org",
        "omar@example.org",
    ]
    later = booked(reminding, FRIDAY, "10:00", service=reminding.group)
    operations.take_place(later, omar, by=cast.ben, at=MORNING)
    later.places.update(created_at=MORNING - timedelta(days=9))
    place = later.places.get(client=omar)
    operations.give_up_place(place, by=cast.ben, at=MORNING)
    assert [one.to for one in worked(clock, "2026-10-15 10:01")] == [["janet@example.org"]]


def test_two_workers_that_plan_at_once_send_one_letter(reminding, clock):
    booked(reminding)
    clock(MAILED)
    assert (reminders.plan(at=at(MAILED)), reminders.plan(at=at(MAILED))) == (1, 0)
    assert len(worked(clock, "2026-10-14 09:06")) == 1


@pytest.mark.django_db(transaction=True)
def test_a_reminder_whose_worker_died_is_never_sent_by_itself_again(reminding, cast, clock, sign_in):
    booking = booked(reminding)
    clock(MAILED)
    tasks.plan_reminders.func()
    DBTaskResult.objects.get(task_path=tasks.mail_reminder.module_path).claim("dead")
    assert interrupted.take_up(own="new", at=at("2026-10-14 09:10")) == 1
    call_command("db_worker", queue_name="*", batch=True, interval=0, verbosity=0, startup_delay=False)
    assert worked(clock, "2026-10-14 09:20") == [] and mail.outbox == []
    page = reverse("scheduling:show", args=[booking.pk])
    ben = sign_in(cast.ben)
    assert "The client was not reminded Reminder not sent: Delivery unknown: sending was cut off" in text_of(
        ben.get(page)
    )
    assert "Not reminded Janet Ellery, Thu, Oct 15, 9:00 am : Delivery unknown" in text_of(
        ben.get(reverse("scheduling:line"))
    )
    failed = Reminder.objects.get()
    again = reverse("scheduling:remind_again", args=[failed.pk])
    assert "The reminder goes out again." in text_of(ben.post(again, follow=True))
    ben.post(again)  # Pressed twice.
    assert len(worked(clock, "2026-10-14 09:25")) == 1
    assert "Not reminded" not in text_of(ben.get(reverse("scheduling:line")))


def test_a_server_that_refuses_is_told_and_the_next_round_does_not_try(
    reminding, cast, clock, monkeypatch, sign_in
):
    booked(reminding)

    def refuse(*_args, **_kwargs):
        raise smtplib.SMTPServerDisconnected("no")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    worked(clock, MAILED)
    assert "did not take it (SMTPServerDisconnected)" in Reminder.objects.get().failed_reason
    assert worked(clock, "2026-10-14 09:11") == [] and Reminder.objects.count() == 1
    assert "Not reminded" in text_of(sign_in(cast.ana).get(reverse("scheduling:line")))
    assert "Not reminded" not in text_of(
        sign_in(cast.olga).get(reverse("scheduling:line"))
    )  # She books nothing.


def test_who_gave_up_the_place_is_not_said_to_be_reminded_any_more(reminding, cast, sign_in):
    group = booked(reminding, FRIDAY, "10:00", service=reminding.group)
    [place] = reminders.places(cast.northbridge, [group], at=MORNING)
    reminders.note_failed(reminders._make(place, "waiting"), reason="No answer.", at=MORNING)
    ben = sign_in(cast.ben)
    assert "Not reminded" in text_of(ben.get(reverse("scheduling:line")))
    operations.give_up_place(group.places.get(), by=cast.ben, at=MORNING)
    assert "Not reminded" not in text_of(ben.get(reverse("scheduling:line")))


def test_the_card_stays_inside_its_budget_with_reminders(
    reminding, cast, sign_in, django_assert_max_num_queries
):
    group = full_week(reminding, cast)
    browser = sign_in(cast.ana)
    for row in (Booking.objects.filter(client=cast.janet).order_by("starts_at")[1], group):
        page = reverse("scheduling:show", args=[row.pk])
        browser.get(page)
        with django_assert_max_num_queries(15):
            browser.get(page)


def test_what_may_have_left_since_the_backup_is_held_after_a_restore(reminding, clock):
    booked(reminding)
    booked(reminding, FRIDAY, "11:00")
    clock(MAILED)
    interrupted.hold_after_restore(at=at(MAILED))
    assert worked(clock, "2026-10-14 09:10") == []
    assert "a backup was restored" in Reminder.objects.get().failed_reason
    assert len(worked(clock, "2026-10-15 11:01")) == 1  # What is due later goes out.


def test_the_setting_is_a_week_at_most_and_is_found(cast, sign_in):
    from medexpro.practice import operations as practice

    with pytest.raises(practice.SettingsRefused):
        practice.change_settings(
            cast.northbridge, {"remind_hours": 169}, expected=None, by=cast.olga, at=MORNING
        )
    assert "Remind clients, hours before" in text_of(sign_in(cast.olga).get("/settings/?q=reminders"))


def test_planning_costs_few_queries_at_any_number(reminding, cast, clock, django_assert_max_num_queries):
    for hour in range(8, 16):
        booked(reminding, THURSDAY, f"{hour:02d}:00", may_start(cast, f"Client{hour}"))
    clock("2026-10-13 11:00")
    with django_assert_max_num_queries(6):
        assert reminders.plan(at=at("2026-10-13 11:00")) == 0
