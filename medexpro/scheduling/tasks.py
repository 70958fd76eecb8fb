"""What the worker does for the calendar: reminders, each at most once."""

import smtplib
from datetime import datetime

from django.core.mail import EmailMessage
from django_tasks import task

from medexpro.kernel import clock
from medexpro.scheduling.models import Reminder
from medexpro.scheduling.operations import reminders
from medexpro.scheduling.rules import reminding


@task()
def plan_reminders() -> int:
    """Queue the reminders that are due; return how many."""
    return reminders.plan(at=clock.now())


@task()
def mail_reminder(reminder_id: str) -> None:
    """Mail one reminder, once; a failure is kept with it. Whether it may still leave is asked again here."""
    reminder = Reminder.objects.select_related("practice", "client", "booking__member__user").get(
        pk=reminder_id
    )
    if reminder.state != Reminder.State.WAITING:
        return
    if reminders.overtaken(reminder, at=clock.now()):
        reminders.put_away(reminder)
        return
    practice, client, booking = reminder.practice, reminder.client, reminder.booking
    subject, text = reminding.letter(
        name=client.preferred_name or client.given_name, local=practice.local(reminder.starts_at),
        who=str(booking.member), at_home=booking.at_home, practice=practice.name, address=practice.address,
        phone=practice.phone,
    )  # fmt: skip
    try:
        EmailMessage(subject, text, to=[reminder.to]).send()
    except (smtplib.SMTPException, OSError) as error:
        reason = f"The mail server did not take it ({type(error).__name__})."
        reminders.note_failed(reminder, reason=reason, at=clock.now())
        return
    reminders.note_sent(reminder, at=clock.now())


def tell_cut_off(reminder_id: str, *, why: str, at: datetime) -> None:
    """Keep with the reminder that nobody knows whether it left; whoever sees it decides."""
    reminder = (
        Reminder.objects.select_related("practice")
        .filter(pk=reminder_id, state=Reminder.State.WAITING)
        .first()
    )
    if reminder is not None:
        reminders.note_failed(reminder, reason=why, at=at)


def hold_after_restore(*, why: str, at: datetime) -> None:
    """Let no reminder leave by itself that may have left since the backup was made."""
    reminders.hold(why=why, at=at)


PERIODIC = [(plan_reminders, 300)]
ONCE = [(mail_reminder, tell_cut_off)]
AFTER_RESTORE = [hold_after_restore]
