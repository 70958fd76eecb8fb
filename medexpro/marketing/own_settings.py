"""What this area puts on the settings page."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse

from medexpro.marketing import pipeline_presenters
from medexpro.marketing.models import MailRules, PublicPage, ScreeningDay, SequenceVersion
from medexpro.practice import settings_page
from medexpro.practice.models import Member, Practice
from medexpro.practice.roles import Permission
from medexpro.practice.settings_page import Line, Part


def register() -> None:
    """Put the line in place, when the app starts."""
    settings_page.add(Part("Screening days and public page", lines, ("marketing.PublicPage",), order=70))
    settings_page.add(
        Part(
            "Leads and mail",
            mail,
            ("marketing.MailRules", "marketing.SequenceVersion"),
            order=71,
        )
    )


def lines(member: Member, at: datetime) -> Sequence[Line]:
    """Return where the days are set up, and what visitors may do on the public page. One query for both."""
    held = ScreeningDay.objects.filter(practice=OuterRef("pk")).order_by().values("practice")
    offered = PublicPage.objects.filter(practice=OuterRef("pk"), first_visit__retired_at=None)
    known, service = (
        Practice.objects.filter(pk=member.practice_id)
        .values_list(
            Subquery(held.annotate(count=Count("pk")).values("count")),
            Subquery(offered.values("first_visit__name")[:1]),
        )
        .get()
    )
    return [
        Line(
            "Days",
            f"{known} so far" if known else "None yet",
            "People measured at an event; each day names its stations.",
            reverse("marketing:days"),
            words="community event stations leads participants",
            verb="Open",
        ),
        Line(
            "Visitors of the public page",
            f"Pick a time for: {service}" if service else "Can ask to be called",
            "Headline, questions and answers, articles, and what visitors may pick a time for.",
            reverse("marketing:public_page") if member.may(Permission.MARKETING_EDIT) else "",
            words="website visitors headline articles questions first visit",
            verb="Open",
        ),
    ]


def _kept(practice: Practice) -> tuple[MailRules, int]:
    """Return when mail leaves and how many sequences are on. One query for both, since the page asks few."""
    rules = MailRules.objects.filter(practice=OuterRef("pk"))
    on = SequenceVersion.objects.filter(practice=OuterRef("pk"), in_service_at__isnull=False, ended_at=None)
    counted = on.order_by().values("practice").annotate(count=Count("pk")).values("count")
    names = ("quiet_from", "quiet_to", "quiet_days", "leads_keep_months")
    *found, count = (
        Practice.objects.filter(pk=practice.pk)
        .values_list(*(Subquery(rules.values(name)[:1]) for name in names), Subquery(counted))
        .get()
    )
    if found[0] is None:
        return MailRules(practice=practice, quiet_days=[6]), count or 0
    return MailRules(practice=practice, **dict(zip(names, found, strict=True))), count or 0


def mail(member: Member, at: datetime) -> list[Line]:
    """Return when mail leaves to people outside, how many sequences are on, and how long leads are kept. One query."""
    may = member.may(Permission.MARKETING_EDIT)
    rules, on = _kept(member.practice)
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
            f"{on} on" if on else "All off",
            "A few short mails to who asked for them; a word from a person ends them.",
            reverse("marketing:sequences") if may else "",
            words="automatic follow-up drip welcome",
        ),
    ]
