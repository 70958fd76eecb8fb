"""Asking a provider one question about a client: how it goes out, and the link by which it is answered.

A mail holds the link and nothing about the client. A fax or a letter holds the question on a page behind a cover sheet, and
its answer comes back by phone or fax and is recorded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from medexpro.audit.trail import record
from medexpro.clearance.models import ReferBack
from medexpro.episodes.models import Episode
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.practice import permissions, tokens
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel, Provider
from medexpro.reports import events, sending, voiding
from medexpro.reports.answer_models import Question
from medexpro.reports.models import Document

LINK_DAYS = 14
# Working days after which a question without an answer stands on Today.
WAIT_WORKING_DAYS = 3
CHANNELS = (Channel.LINK, Channel.EMAIL, Channel.FAX, Channel.PRINT, Channel.PHONE)
MOST = 600


class QuestionRefused(Refusal):
    """This can't be asked so."""


@dataclass(frozen=True)
class Asked:
    """A question, and for a link its token, shown once."""

    question: Question
    token: str = ""


@transaction.atomic
def ask(
    episode: Episode, provider: Provider, text: str, channel: str, *, document: Document | None = None,
    refer_back: ReferBack | None = None, base_url: str = "", id: UUID | None = None, by: Member, at: datetime,
) -> Asked:  # fmt: skip
    """Ask a provider one question. document, refer_back: what it is about, of the same episode.

    id: made by the page, so that a form sent twice asks once. base_url: what a mailed link begins with. Records
    reports:question:ask. Raises QuestionRefused with the sentence at its field, NotFound for another client's record.
    """
    permissions.check(by, Permission.REPORTS_SEND, episode)
    permissions.check(by, Permission.REPORTS_SEND, provider)
    if id and (before := Question.objects.filter(pk=id).first()):
        if before.episode_id != episode.pk:
            raise NotFound("There is no such question of this client.")
        return Asked(before)
    for about in (document, refer_back):
        if about is not None and about.episode_id != episode.pk:
            raise NotFound("There is no such record of this client.")
    text = text.strip()
    if not text:
        raise QuestionRefused("Write the question.", field="text")
    if len(text) > MOST:
        raise QuestionRefused(f"This is too long: {MOST} characters at most.", field="text")
    if sentence := sending.why_not_to(provider):
        raise QuestionRefused(sentence, field="provider")
    to = _addressee(provider, channel)
    question = Question(
        id=id or uuid7(), practice=episode.practice, episode=episode, provider=provider, document=document,
        refer_back=refer_back, text=text, channel=channel, to=to[:200], asked_by=by, asked_at=at,
    )  # fmt: skip
    token = ""
    if channel in (Channel.LINK, Channel.EMAIL):
        # What is mailed by the worker is made again there, so that no queue holds the token.
        token = tokens.new_token() if channel == Channel.LINK else tokens.token_for(question)
        question.token_hash, question.expires_at = tokens.hash_of(token), at + timedelta(days=LINK_DAYS)
    question.save(force_insert=True)
    record(events.ASK, question, by=by, at=at, channel=channel)
    if channel == Channel.EMAIL:
        from medexpro.reports.tasks import mail_question

        mail_question.enqueue(str(question.pk), base_url)
    return Asked(question, token if channel == Channel.LINK else "")


def _addressee(provider: Provider, channel: str) -> str:
    if channel not in CHANNELS:
        raise QuestionRefused("Choose how it goes out.", field="channel")
    if channel == Channel.EMAIL:
        if not (settings.MEDEXPRO_DEMO or settings.EMAIL_HOST):
            raise QuestionRefused("No mail server is set up. Use another way.", field="channel")
        if not provider.email:
            raise QuestionRefused(
                "The provider has no e-mail address here. Use another way.", field="channel"
            )
        return provider.email
    if channel == Channel.FAX:
        organisation = provider.organisation
        to = provider.fax or (organisation.fax if organisation else "")
        if not to:
            raise QuestionRefused("The provider has no fax number here. Use another way.", field="channel")
        return to
    return provider.formal_name


@transaction.atomic
def close(question: Question, *, by: Member, at: datetime) -> None:
    """Take a question back: its link ends, nobody waits any more. Twice changes nothing. Records reports:question:close."""
    permissions.check(by, Permission.REPORTS_SEND, question)
    rows = Question.objects.filter(pk=question.pk, closed_at=None)
    if rows.update(closed_at=at, closed_by=by, revoked_at=at):
        voiding.let_go(
            Q(answer__question=question),
            why="Its question was taken back.",
            practice=question.practice,
            by=by,
            at=at,
        )
        record(events.QUESTION_END, question, by=by, at=at)


def find_link(token: str, *, at: datetime) -> Question:
    """Return the question a link belongs to. Raises sending.LinkUnknown, sending.LinkOver as documents do."""
    question = (
        Question.objects.filter(token_hash=tokens.hash_of(token))
        .select_related("practice", "provider__organisation", "episode__client", "episode__practice", "refer_back",
                        "asked_by__user")
        .first()
    )  # fmt: skip
    if question is None:
        raise sending.LinkUnknown(
            "This link leads nowhere. Check the address, or ask the practice for a new link."
        )
    phone = f" at {question.practice.phone}" if question.practice.phone else ""
    asks = f"Ask {question.practice.name}{phone}."
    if question.revoked_at is not None:
        raise sending.LinkOver(f"This question was taken back by the practice. {asks}")
    if question.expires_at is None or at >= question.expires_at:
        raise sending.LinkOver(f"This link has expired. {asks}")
    if not question.provider.is_active:
        raise sending.LinkOver(f"{sending.RETIRED} {asks}")
    return question


@transaction.atomic
def note_opening(question: Question, *, at: datetime) -> None:
    """Keep that the holder of a link opened it."""
    Question.objects.filter(pk=question.pk, first_opened_at=None).update(first_opened_at=at)
    record(events.QUESTION_OPEN, question, by=None, at=at, practice=question.practice)


# ---- What the worker does


def mail(question: Question, *, base_url: str) -> None:
    """Mail the link of a question. Nothing in the mail is about the client. Raises SMTPException or OSError."""
    practice, token = question.practice, tokens.token_for(question)
    address = base_url.rstrip("/") + reverse("portal:question", args=[token])
    EmailMessage(
        f"A question from {' '.join(practice.name.split())}",
        f"{question.provider.short_name},\n\n{question.asked_by.user.full_name} of {practice.name} asks you a question about "
        f"somebody in your care. Read and answer it here, until {practice.day(question.expires_at):%B %d}:\n\n{address}\n\n"
        f"{practice.name}\n{practice.phone}\n",
        settings.DEFAULT_FROM_EMAIL,
        [question.to],
    ).send()


@transaction.atomic
def note_mailed(question: Question, *, at: datetime) -> None:
    """Keep that the mail left."""
    Question.objects.filter(pk=question.pk).update(delivered_at=at, failed_reason="")
    record(events.QUESTION_MAILED, question, by=None, at=at, practice=question.practice)


@transaction.atomic
def note_failed(question: Question, *, reason: str, at: datetime) -> None:
    """Keep why it did not leave, so that the page and Today say it."""
    Question.objects.filter(pk=question.pk).update(failed_reason=reason[:240])
    record(events.QUESTION_FAILED, question, by=None, at=at, practice=question.practice)
