"""What the worker does for letters: the e-mail that carries one."""

import smtplib
from datetime import datetime
from uuid import UUID

from django.core.mail import EmailMessage
from django_tasks import task

from medexpro.kernel import clock
from medexpro.outreach import letter_batches, letter_sending
from medexpro.outreach.letter_models import LetterDelivery
from medexpro.outreach.letters import NEEDED
from medexpro.practice.models import Member

ROWS = ("practice", "sent_by__user", "sent_by__practice", *(f"letter__{one}" for one in NEEDED))


@task()
def mail_letter(delivery_id: str) -> None:
    """Mail a signed letter with what is enclosed, once; a failure is kept with the delivery. The rule is asked again here.

    Subject and text name no client: they may show on a locked screen.
    """
    delivery = LetterDelivery.objects.select_related(*ROWS).get(pk=delivery_id)
    if delivery.delivered_at is not None:
        return
    if sentence := letter_sending.changed_since(delivery):
        letter_sending.note_failed(delivery, reason=sentence, at=clock.now())
        return
    try:
        message_of(delivery).send()
    except (smtplib.SMTPException, OSError) as error:
        reason = f"The mail server did not take it ({type(error).__name__})."
        letter_sending.note_failed(delivery, reason=reason, at=clock.now())
        return
    letter_sending.note_mailed(delivery, at=clock.now())


def message_of(delivery: LetterDelivery) -> EmailMessage:
    """Return the e-mail of a delivery: a few words, the letter, what is enclosed."""
    letter, practice = delivery.letter, delivery.practice
    enclosed = list(letter.enclosures.all())
    also = f" With it: {', '.join(one.title.lower() for one in enclosed)}." if enclosed else ""
    confidential = (
        "\nConfidential health information. If you received this by mistake, tell us and delete it.\n"
    )
    files = [(f"{letter.number}.pdf", bytes(letter.pdf or b""))]
    files += [(f"{one.title}.pdf", bytes(one.pdf)) for one in enclosed]
    return EmailMessage(
        _one_line(f"A letter from {practice.name}"),
        f"{letter.source.short_name},\n\nour letter {letter.number} is attached as one page.{also}\n\n"
        f"{letter.signed_name}\n{practice.name}\n{practice.phone}\n"
        + (confidential if letter.episode_id else ""),
        to=[delivery.to],
        attachments=[(name, data, "application/pdf") for name, data in files],
    )


def _one_line(text: str) -> str:
    """Return a text as a header holds it: a name with a line break would begin another header."""
    return " ".join(text.split())


def tell_cut_off(delivery_id: str, *, why: str, at: datetime) -> None:
    """Keep with the delivery that nobody knows whether it left; whoever sees it decides to send again."""
    rows = LetterDelivery.objects.select_related("letter__episode", "practice")
    delivery = rows.filter(pk=delivery_id, delivered_at=None, failed_reason="").first()
    if delivery is not None:
        letter_sending.note_failed(delivery, reason=why, at=at)


@task()
def finish_batch(batch: str, member_id: str, channel: str, site: str) -> None:
    """Sign and send the letters of a batch, as the member who asked for it."""
    member = Member.objects.select_related("user", "practice").get(pk=member_id)
    letter_batches.work(UUID(batch), channel, site=site, by=member, now=clock.now)


ONCE = [(mail_letter, tell_cut_off)]
