"""What a practice's public page says beside its voice: questions and answers, how to get in, results, stories, people."""

from dataclasses import dataclass
from functools import cache

import yaml

from medexpro.marketing import catalogue, cohorts, mailing, stories
from medexpro.marketing.models import PublicPage
from medexpro.positioning.models import Bio
from medexpro.positioning.voice import bio_of
from medexpro.practice.models import Practice


@dataclass(frozen=True)
class Question:
    """One question somebody asks before they come, and the answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Texts:
    """The page's own texts. headline: empty takes the positioning line; own: whether the questions are the practice's."""

    headline: str
    arrival: str
    questions: tuple[Question, ...]
    own: bool


def texts_of(practice: Practice) -> Texts:
    """Return the page's texts; the product's own questions where the practice wrote none. One query."""
    page = page_of(practice)
    own = page.questions is not None
    listed = page.questions if own else standard_questions()
    return Texts(page.headline, page.arrival, tuple(Question(**one) for one in listed), own)


def page_of(practice: Practice) -> PublicPage:
    """Return the practice's page; an unsaved, empty one where nobody wrote anything yet. One query."""
    return PublicPage.objects.of(practice).first() or PublicPage(practice=practice)


@cache
def interests() -> dict[str, str]:
    """Return what may bring somebody here, by its key, in the order it is asked."""
    text = (catalogue.DATA / "interests.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["interests"])


@cache
def standard_questions() -> tuple[dict[str, str], ...]:
    """Return the product's own questions and answers."""
    text = (catalogue.DATA / "questions.yaml").read_text(encoding="utf-8")
    return tuple(
        {key: " ".join(value.split()) for key, value in one.items()}
        for one in yaml.safe_load(text)["questions"]
    )


def bios_of(practice: Practice) -> list[dict[str, str]]:
    """Return those members who are introduced on the page, by name, each with how."""
    rows = Bio.objects.of(practice).filter(is_shown=True, member__is_active=True)
    return [
        {"name": one.member.signing_name, "title": one.member.title, "text": one.text or bio_of(one.member)}
        for one in sorted(
            rows.select_related("member__user", "member__practice"), key=lambda one: str(one.member)
        )
    ]


def months_kept(practice: Practice) -> int:
    """Return after how many months without a word a lead that came to nothing is let go of."""
    return mailing.rules_of(practice).leads_keep_months


def results_of(practice: Practice) -> cohorts.Published | None:
    """Return the figures of a group that the practice published; None where there are none. One query."""
    return cohorts.published_of(practice)


def stories_of(practice: Practice) -> list[stories.Told]:
    """Return the stories the practice tells, each with its client's consent in force. One query."""
    return stories.published_of(practice)
