"""What the worker does for documents: the e-mail that carries one, and drafting several in one go."""

import smtplib
from datetime import datetime

from django.core.mail import EmailMessage
from django_tasks import task

from medexpro.kernel import clock
from medexpro.reports import batches, sending
from medexpro.reports.models import Delivery, DraftBatch


@task()
def mail_document(delivery_id: str) -> None:
    """Mail a signed document to the provider, once; a failure is kept with the delivery. The rule is asked again here.

    Subject and text name no client: they may show on a locked screen.
    """
    delivery = Delivery.objects.select_related(
        "document__provider", "document__episode__client", "practice", "sent_by__user"
    ).get(pk=delivery_id)  # fmt: skip
    if delivery.delivered_at is not None:
        return
    document = delivery.document
    if sentence := sending.why_not_by_mail(document) or sending.changed_since(delivery):
        sending.note_failed(delivery, reason=sentence, at=clock.now())
        return
    name = document.get_kind_display().lower()
    message = EmailMessage(
        f"{'An' if name[0] in 'aeiou' else 'A'} {name} from {delivery.practice.name}",
        f"{document.provider.short_name},\n\nthe {name} {document.number} is attached as one page.\n\n"
        f"{document.signed_name}\n{delivery.practice.name}\n{delivery.practice.phone}\n\n"
        "Confidential health information. If you received this by mistake, tell us and delete it.\n",
        to=[delivery.to],
        attachments=[(f"{document.number}.pdf", bytes(document.pdf or b""), "application/pdf")],
    )
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        sending.note_failed(
            delivery, reason=f"The mail server did not take it ({type(error).__name__}).", at=clock.now()
        )
        return
    sending.note_mailed(delivery, at=clock.now())


def tell_cut_off(delivery_id: str, *, why: str, at: datetime) -> None:
    """Keep with the delivery that nobody knows whether it left; whoever sees it decides to send again."""
    rows = Delivery.objects.select_related("document", "practice")
    delivery = rows.filter(pk=delivery_id, delivered_at=None, failed_reason="").first()
    if delivery is not None:
        sending.note_failed(delivery, reason=why, at=at)


@task()
def draft_batch(batch_id: str) -> None:
    """Draft what somebody asked for in one go."""
    rows = DraftBatch.objects.select_related("practice", "member__user", "member__practice")
    if (batch := rows.filter(pk=batch_id).first()) is not None:
        batches.work(batch, now=clock.now)


@task()
def go_on_drafting() -> int:
    """Go on with batches whose worker was ended in the middle; return how many."""
    left = batches.unfinished(at=clock.now())
    for batch in left:
        batches.work(batch, now=clock.now)
    return len(left)


@task()
def let_go_of_batches() -> int:
    """Let go of what was asked for a month ago; return how many."""
    return batches.clear_old(at=clock.now())


PERIODIC = [(go_on_drafting, 60), (let_go_of_batches, 24 * 60 * 60)]
ONCE = [(mail_document, tell_cut_off)]
