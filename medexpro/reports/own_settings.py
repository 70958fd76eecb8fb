"""What this area puts on the settings page: by when each document is due."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.settings_page import Line, Part
from medexpro.providers.models import Provider
from medexpro.referrals.policy import policy
from medexpro.reports.rules import due as rule

WORDS = "documents letters reports due cadence deadline"


def register() -> None:
    """Put the lines in place, when the app starts."""
    settings_page.add(Part("Cadences", cadences, order=40))


def cadences(member: Member, at: datetime) -> list[Line]:
    """Return when documents are due: figures of ours, and how many providers want it otherwise. One query."""
    days = policy().acknowledge_working_days
    own = Q(report_days__lt=rule.REPORT_DAYS) | ~Q(unwanted_documents=[])
    asking = Provider.objects.of(member.practice).filter(own, is_active=True).count()
    wishes = (
        f"{asking} {'provider wants' if asking == 1 else 'providers want'} it otherwise"
        if asking
        else "As below for all"
    )
    return [
        Line(
            "What a provider wants",
            wishes,
            "A provider may do without some documents, or want progress reports more often.",
            reverse("providers:list") if member.may(Permission.PROVIDERS_READ) else "",
            words=WORDS,
        ),
        Line(
            "Acknowledgement of a referral",
            f"{days} working {'day' if days == 1 else 'days'} after it came",
            "Saturdays, Sundays and days on which everyone is closed are not counted.",
            words=WORDS,
        ),
        Line(
            "Introductory letter",
            f"{rule.LETTER_HOURS} hours after the first visit",
            "Late from that hour on, under Reports and on the client’s chart.",
            words=WORDS,
        ),
        Line(
            "Assessment summary",
            f"{rule.SUMMARY_DAYS} days after the first visit",
            "Late from the day after, until a progress report says more.",
            words=WORDS,
        ),
        Line(
            "Progress report",
            f"Every {rule.REPORT_DAYS} days, and {rule.DAYS_BEFORE_VISIT} days before the client’s visit with the provider",
            "The visit brings the report forward, never back.",
            words=WORDS,
        ),
        Line(
            "Change in status and discharge summary",
            "On the day it happens",
            "They stand under Reports until they are signed.",
            words=WORDS,
        ),
    ]
