"""What the worker does for documents: the e-mail that carries one, and drafting several in one go."""

import smtplib
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django_tasks import task

from medexpro.kernel import clock
from medexpro.reports import asking, batches, faxing, printing, sending
from medexpro.reports.answer_models import Question
from medexpro.reports.faxing import Fax
from medexpro.reports.faxing.failing import FaxFailed
from medexpro.reports.models import Delivery, DraftBatch
from medexpro.reports.rules.fax import is_due_again


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


@task()
def mail_link(delivery_id: str, base_url: str) -> None:
    """Mail the link to a signed document, once; a failure is kept with the delivery. The mail names no client."""
    rows = Delivery.objects.select_related("document__provider", "practice")
    delivery = rows.get(pk=delivery_id)
    if delivery.delivered_at is not None or delivery.revoked_at is not None:
        return
    if sentence := sending.changed_since(delivery):
        sending.note_failed(delivery, reason=sentence, at=clock.now())
        return
    try:
        sending.mail_link(delivery, base_url=base_url)
    except (smtplib.SMTPException, OSError) as error:
        reason = f"The mail server did not take it ({type(error).__name__})."
        sending.note_failed(delivery, reason=reason, at=clock.now())
        return
    sending.note_mailed(delivery, at=clock.now())


def tell_link_cut_off(delivery_id: str, base_url: str, *, why: str, at: datetime) -> None:
    """Keep with the delivery that nobody knows whether its mail left."""
    tell_cut_off(delivery_id, why=why, at=at)


@task()
def mail_question(question_id: str, base_url: str) -> None:
    """Mail the link of a question, once; a failure is kept with it."""
    rows = Question.objects.select_related("practice", "provider", "asked_by__user")
    question = rows.get(pk=question_id)
    if question.delivered_at or question.revoked_at or question.failed_reason:
        return
    try:
        asking.mail(question, base_url=base_url)
    except (smtplib.SMTPException, OSError) as error:
        reason = f"The mail server did not take it ({type(error).__name__})."
        asking.note_failed(question, reason=reason, at=clock.now())
        return
    asking.note_mailed(question, at=clock.now())


def tell_question_cut_off(question_id: str, base_url: str, *, why: str, at: datetime) -> None:
    """Keep with the question that nobody knows whether its mail left."""
    question = (
        Question.objects.select_related("practice")
        .filter(pk=question_id, delivered_at=None, failed_reason="")
        .first()
    )
    if question is not None:
        asking.note_failed(question, reason=why, at=at)


@task()
def fax_document(delivery_id: str) -> None:
    """Hand a fax to the gateway, once; a failure is kept with the delivery, and one that may pass is tried again later."""
    delivery = Delivery.objects.select_related("document__provider", "practice", "copy").get(pk=delivery_id)
    if delivery.delivered_at is not None or delivery.undone_at is not None or delivery.failed_for_good:
        return
    if sentence := sending.fax_changed_since(delivery):
        sending.note_failed(delivery, reason=sentence, at=clock.now())
        return
    fax = Fax(
        delivery.to, bytes(delivery.copy.pdf), f"{delivery.document.number}.pdf", delivery.practice.name
    )
    try:
        faxing.gateway().send(fax)
    except FaxFailed as error:
        sending.note_failed(
            delivery, reason=error.reason, for_good=error.for_good or error.unsure, at=clock.now()
        )
        return
    sending.note_mailed(delivery, at=clock.now())


@task()
def fax_again() -> int:
    """Try the faxes again that failed for a reason that may pass; return how many."""
    at, rows = clock.now(), Delivery.objects.exclude(gateway="").exclude(failed_reason="")
    waiting = rows.filter(
        delivered_at=None, undone_at=None, failed_for_good=False, sent_at__gt=at - timedelta(days=2)
    )
    due = [one for one in waiting[:50] if is_due_again(tries=one.tries, sent_at=one.sent_at, at=at)]
    for one in due:
        fax_document.enqueue(str(one.pk))
    return len(due)


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
    return batches.clear_old(at=clock.now()) + printing.clear_old(at=clock.now())


PERIODIC = [(go_on_drafting, 60), (fax_again, 5 * 60), (let_go_of_batches, 24 * 60 * 60)]
ONCE = [
    (mail_document, tell_cut_off),
    (mail_link, tell_link_cut_off),
    (fax_document, tell_cut_off),
    (mail_question, tell_question_cut_off),
]
