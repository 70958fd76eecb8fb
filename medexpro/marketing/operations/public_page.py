"""What the practice writes for its public page: its own lines, questions and answers, articles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from medexpro.audit.trail import record
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Refusal
from medexpro.marketing import events
from medexpro.marketing.models import Article, PublicPage
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields, save_once
from medexpro.scheduling.models import Service

PAGE_FIELDS = ("headline", "arrival", "questions", "first_visit")
ARTICLE_FIELDS = ("title", "summary", "body")
MOST_QUESTIONS = 12


class PageRefused(Refusal):
    """Something of the page can't be kept so; the sentence stands at its field."""


@transaction.atomic
def change_page(
    *, headline: str, arrival: str, questions: list[dict[str, str]] | None, first_visit: Service | None,
    version: int | None = None, by: Member, at: datetime,
) -> PublicPage:  # fmt: skip
    """Keep the page's own texts. questions: None takes the product's own again; first_visit: None offers no times.

    Raises PageRefused at a field, Conflict when somebody saved since `version`.
    """
    permissions.check(by, Permission.MARKETING_EDIT)
    if questions is not None and len(questions) > MOST_QUESTIONS:
        raise PageRefused(
            f"{len(questions)} questions are more than anybody reads: {MOST_QUESTIONS} at most."
        )
    if first_visit is not None and (first_visit.practice_id != by.practice_id or first_visit.is_group):
        raise PageRefused("Choose a service for one client.", field="first_visit")
    page, _ = PublicPage.objects.select_for_update().get_or_create(practice=by.practice)
    page.headline, page.arrival = " ".join(headline.split()), " ".join(arrival.split())
    page.questions, page.first_visit = questions, first_visit
    check_fields(page, PageRefused)
    page.save_version(expected=version, fields=list(PAGE_FIELDS))
    record(events.PAGE_CHANGED, page, by=by, at=at)
    return page


# ---- Articles


@transaction.atomic
def write_article(
    *, title: str, summary: str, body: str, id: UUID | None = None, by: Member, at: datetime
) -> Article:
    """Begin an article, as a draft. Its address is made of the title and stays. id: made by the page: twice makes one."""
    permissions.check(by, Permission.MARKETING_EDIT)
    article = Article(pk=id or uuid7(), practice=by.practice, made_by=by, slug=_slug(by, title))
    _fill(article, title=title, summary=summary, body=body)
    article, new = save_once(article)
    if new:
        record(events.ARTICLE_KEPT, article, by=by, at=at)
    return article


@transaction.atomic
def change_article(
    article: Article, *, version: int | None, by: Member, at: datetime, **fields: str
) -> Article:
    """Change an article; a published one is read so at once. Raises PageRefused at a field, Conflict."""
    permissions.check(by, Permission.MARKETING_EDIT, article)
    _fill(article, **fields)
    article.save_version(expected=version, fields=list(ARTICLE_FIELDS))
    record(events.ARTICLE_KEPT, article, by=by, at=at)
    return article


@transaction.atomic
def publish(article: Article, *, back: bool = False, by: Member, at: datetime) -> Article:
    """Let anybody read an article, or take it back into the drafts. Twice changes nothing."""
    permissions.check(by, Permission.MARKETING_EDIT, article)
    article = Article.objects.select_for_update().get(pk=article.pk)
    wanted = Article.State.DRAFT if back else Article.State.PUBLISHED
    if article.state != wanted:
        article.state, article.published_at = wanted, article.published_at or (None if back else at)
        article.save_version(expected=None)
        record(events.ARTICLE_STATE, article, by=by, at=at, state=wanted.value)
    return article


@transaction.atomic
def delete_draft(article: Article, *, by: Member, at: datetime) -> None:
    """Delete a draft. What anybody may read is taken back first."""
    permissions.check(by, Permission.MARKETING_EDIT, article)
    article = Article.objects.select_for_update().get(pk=article.pk)
    if article.state != Article.State.DRAFT:
        raise PageRefused("Take the article back first; then it can be deleted.")
    record(events.ARTICLE_DELETED, article, by=by, at=at)
    article.delete()


def _fill(article: Article, **fields: Any) -> None:
    for name, value in fields.items():
        if name not in ARTICLE_FIELDS:
            raise TypeError(f"an article has no field {name!r}")
        text = value.replace("\r\n", "\n").strip() if name == "body" else " ".join(value.split())
        setattr(article, name, text)
    check_fields(article, PageRefused)


def _slug(by: Member, title: str) -> str:
    begin = slugify(title)[:70].strip("-") or "article"
    taken = set(Article.objects.of(by.practice).filter(slug__startswith=begin).values_list("slug", flat=True))
    return next(
        one for one in (begin, *(f"{begin}-{n}" for n in range(2, len(taken) + 3))) if one not in taken
    )
