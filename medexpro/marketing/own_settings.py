"""What this area puts on the settings page."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from medexpro.marketing import first_visits, mailing, pipeline_presenters
from medexpro.marketing.models import Campaign, ScreeningDay
from medexpro.marketing.operations import sequences
from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.roles import Permission
from medexpro.practice.settings_page import Line, Part


def register() -> None:
    """Put the line in place, when the app starts."""
    settings_page.add(Part("Screening days", lines, order=70))
    settings_page.add(
        Part(
            "Leads and mail",
            mail,
            ("marketing.MailRules", "marketing.SequenceVersion", "marketing.Campaign"),
            order=71,
        )
    )
    settings_page.add(Part("Public page", public_page, ("marketing.PublicPage",), order=72))


def public_page(member: Member, at: datetime) -> Sequence[Line]:
    """Return what visitors may do on the public page. Two queries."""
    service = first_visits.service_of(member.practice)
    return [
        Line(
            "Public page",
            f"Visitors pick a time for: {service}" if service else "Visitors can ask to be called",
            "Headline, questions and answers, articles, and what visitors may pick a time for.",
            reverse("marketing:public_page") if member.may(Permission.MARKETING_EDIT) else "",
            words="website visitors headline articles questions first visit",
            verb="Open",
        )
    ]


def lines(member: Member, at: datetime) -> Sequence[Line]:
    """Return where the days are set up."""
    known = ScreeningDay.objects.of(member.practice).count()
    return [
        Line(
            "Days",
            f"{known} so far" if known else "None yet",
            "People measured at an event; each day names its stations.",
            reverse("marketing:days"),
            words="community event stations leads participants",
            verb="Open",
        )
    ]


def mail(member: Member, at: datetime) -> list[Line]:
    """Return when mail leaves to people outside, which sequences are on, and how long leads are kept. Three queries."""
    rules, may = mailing.rules_of(member.practice), member.may(Permission.MARKETING_EDIT)
    on = sequences.in_service(member.practice)
    names = ", ".join(one.name for key, one in sequences.kinds().items() if key in on)
    codes = Campaign.objects.of(member.practice).filter(ended_at=None).count()
    return [
        Line(
            "Quiet hours",
            pipeline_presenters.quiet_words(rules),
            "Sequences and newsletters wait until they are over, by the practice’s own clock.",
            reverse("marketing:mail_rules") if may else "",
            words="mail night sunday newsletter sequence when",
        ),
        Line(
            "Leads are kept for",
            f"{rules.leads_keep_months} month{'' if rules.leads_keep_months == 1 else 's'}",
            "So long without a word, a lead that came to nothing goes from our books; the counts stay.",
            reverse("marketing:mail_rules") if may else "",
            words="retention delete privacy prospects",
        ),
        Line(
            "Sequences of mails",
            names or "All off",
            "A few short mails to who asked for them; a word from a person ends them.",
            reverse("marketing:sequences") if may else "",
            words="automatic follow-up drip welcome",
        ),
        Line(
            "Campaign codes",
            f"{codes} in use" if codes else "None yet",
            "A code in the address of the public page says where somebody read of it.",
            reverse("marketing:sources") if member.may(Permission.LEADS_MANAGE) else "",
            words="flyer advert source attribution qr",
            verb="Open",
        ),
    ]
