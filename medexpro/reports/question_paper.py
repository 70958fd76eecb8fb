"""A question on paper: the page that is faxed or posted, behind a cover sheet that names no client."""

from datetime import datetime

from msgspec import Struct

from medexpro.pdf import engine
from medexpro.positioning.voice import voice_of
from medexpro.practice.paper import letterhead_of
from medexpro.providers.models import Channel
from medexpro.reports import copies
from medexpro.reports.answer_models import Question
from medexpro.reports.layouts import QUESTION
from medexpro.reports.snapshots import Party
from medexpro.web import words


class QuestionSheet(Struct, kw_only=True, frozen=True):
    """What the page says."""

    title: str
    heading: str
    date_line: str
    made_at: datetime
    language: str = "en"
    region: str = "US"
    to: Party
    re: Party
    about: Party
    text: str
    asked_by: str
    reply: str
    scope: str
    small_print: str


def pdf_of(question: Question) -> bytes:
    """Return the page as PDF, dated by when it was asked; by fax with its cover sheet. The same each time.

    question: with practice, provider and organisation, client and who asked at hand.
    """
    practice, provider, client = question.practice, question.provider, question.episode.client
    day = practice.day(question.asked_at)
    full_day = f"{day:%B} {day.day}, {day.year}"
    ways = [f"fax {practice.fax}" if practice.fax else "", f"call {practice.phone}" if practice.phone else ""]
    sheet = QuestionSheet(
        title=f"Question from {practice.name}, {full_day}",
        heading="Question",
        date_line=full_day,
        made_at=question.asked_at,
        to=Party(provider.formal_name, [provider.organisation.name] if provider.organisation else []),
        re=Party(client.name, [f"DOB {words.day(client.birth_date)}"] if client.birth_date else []),
        about=Party(question.episode.title),
        text=question.text,
        asked_by=f"{question.asked_by.signing_name}, {practice.name}",
        reply=f"Please {' or '.join(filter(None, ways)) or 'tell us'}.",
        scope=voice_of(practice).scope_statement,
        small_print="Confidential health information: if you received this by mistake, "
        + (f"call {practice.phone}." if practice.phone else "tell us."),
    )
    page = engine.render(QUESTION, sheet, letterhead_of(practice)).pdf
    if question.channel != Channel.FAX:
        return page
    return copies.with_cover(
        page, practice, provider, to=question.to, sender=question.asked_by.signing_name, about="A question", at=question.asked_at
    ).pdf  # fmt: skip
