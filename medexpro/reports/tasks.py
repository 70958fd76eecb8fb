"""What the worker does for documents: the e-mail that carries one."""

import smtplib
from datetime import datetime

from django.core.mail import EmailMessage
from django_tasks import task

from medexpro.kernel import clock
from medexpro.reports import sending
from medexpro.reports.models import Delivery


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


ONCE = [(mail_document, tell_cut_off)]
