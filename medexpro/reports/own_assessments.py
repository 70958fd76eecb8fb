"""What this area shows at the end of an assessment: the document that tells the provider of it."""

from django.urls import reverse

from medexpro.assessments import after
from medexpro.assessments.after import Link
from medexpro.episodes.models import Episode
from medexpro.practice.permissions import Permission
from medexpro.reports.rules.due import SUMMARY_DAYS


def register() -> None:
    """Put the link in place, when the app starts."""
    after.add("reports", Permission.REPORTS_READ, summary)


def summary(episode: Episode) -> Link | None:
    """Return the way to the episode's documents, where the assessment summary is drafted."""
    return Link(
        "Assessment summary",
        reverse("reports:of_episode", args=[episode.pk]),
        f"Drafted from these results under Reports; due {SUMMARY_DAYS} days after the first visit.",
    )
