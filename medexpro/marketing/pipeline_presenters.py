"""The pipeline in words and marks: the board, one lead, campaigns, sequences, newsletters."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from medexpro.marketing import mailing, public_texts
from medexpro.marketing.models import CameBy, Campaign, Lead, Mail, Newsletter, SequenceRun
from medexpro.marketing.operations import pipeline
from medexpro.marketing.operations import sequences as operations
from medexpro.marketing.rules import leads as lead_rules
from medexpro.marketing.rules import sequences as rules
from medexpro.marketing.rules.asking import TIMES
from medexpro.marketing.rules.mailing import NAMES, MailState
from medexpro.marketing.rules.sequences import Stop, awake
from medexpro.positioning.voice import voice_of
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.web import words

NEWSLETTER_LOOKS = {
    Newsletter.State.DRAFT: ("Draft", ""),
    Newsletter.State.SENDING: ("On its way", "info"),
    Newsletter.State.STOPPED: ("Stopped", "hold"),
    Newsletter.State.SENT: ("Sent", "ok"),
}
COLUMNS = (Lead.State.NEW, Lead.State.CONTACTED, Lead.State.BOOKED)
A_COLUMN = 12
DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def tabs(member: Member) -> list[dict[str, Any]]:
    """Return the parts of the pipeline a member may open."""
    found = []
    if member.may(Permission.LEADS_MANAGE):
        found += [
            ("leads", "Leads", "marketing:leads"),
            ("sources", "Where they came from", "marketing:sources"),
        ]
    if member.may(Permission.MARKETING_EDIT):
        found += [
            ("sequences", "Sequences", "marketing:sequences"), ("newsletters", "Newsletters", "marketing:newsletters"),
        ]  # fmt: skip
    return [{"key": key, "name": name, "url": reverse(url)} for key, name, url in found]


# ---- Leads


def rows(leads: Sequence[Lead], practice: Practice, today: date) -> list[dict[str, Any]]:
    """Return leads as cards and lines. Three queries for any number."""
    names = pipeline.campaign_names(practice)
    bounced = mailing.bounced_leads(practice, list(leads))
    return [_row(one, practice, names, bounced.get(one.pk, ""), today) for one in leads]


def _row(lead: Lead, practice: Practice, names: dict[str, str], trouble: str, today: date) -> dict[str, Any]:
    late = lead.next_on is not None and lead.next_on < today
    due = "Today" if lead.next_on == today else words.day(lead.next_on, "short") if lead.next_on else ""
    return {
        "lead": lead, "url": reverse("marketing:lead", args=[lead.pk]), "source": pipeline.source_words(lead, names),
        "interest": interest_words(lead), "wanted": wanted_words(lead, practice), "trouble": trouble, "late": late,
        "due": due, "reach": "" if lead.state == Lead.State.UNSUBSCRIBED else " · ".join(filter(None, [lead.phone, lead.email])),
        "look": {"new": "info", "client": "ok"}.get(lead.state, ""),
    }  # fmt: skip


def interest_words(lead: Lead) -> str:
    """Return what brought a lead, in words."""
    return public_texts.interests().get(lead.interest, "") if lead.interest else ""


def wanted_words(lead: Lead, practice: Practice) -> str:
    """Return the time a lead picked for a first visit, in words."""
    if lead.wanted_at is None:
        return "Wants to be called" if lead.wants_call else ""
    local = practice.local(lead.wanted_at)
    return f"{words.day(local.date(), 'week')}, {words.clock(local)}"


def board(leads: Sequence[dict[str, Any]], counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return the columns of the board: those who are on the way, the most urgent first."""
    columns = []
    for state in COLUMNS:
        here = [one for one in leads if one["lead"].state == state]
        columns.append(
            {
                "key": state.value, "name": state.label, "count": counts.get(state.value, 0), "rows": here[:A_COLUMN],
                "more": max(0, counts.get(state.value, 0) - A_COLUMN),
            }
        )  # fmt: skip
    return columns


def lead(found: Lead, practice: Practice, at: datetime) -> dict[str, Any]:
    """Return what the page of one lead shows beside its form."""
    [row] = rows([found], practice, practice.day(at))
    runs = list(
        SequenceRun.objects.filter(lead=found).select_related("sequence", "practice").order_by("begun_at")
    )
    for one in runs:
        one.practice, one.lead = practice, found
    return row | {
        "next_states": [(one.value, lead_rules.NAMES[one]) for one in lead_rules.next_states(found.state)],
        "may_become": lead_rules.may_become_client(found.state),
        "in_touch": lead_rules.may_be_contacted(found.state),
        "facts": _facts(found, row, practice),
        "runs": [_run(one, practice, at) for one in runs],
        "mails": [_mail(one, practice) for one in found.mails.select_related("newsletter").order_by("-made_at")[:20]],
        "same": [
            {"name": one.name, "state": one.get_state_display(), "url": reverse("marketing:lead", args=[one.pk])}
            for one in pipeline.same_as(found)
        ],
        "undo": found.client_id is not None and not pipeline.why_not_undone(found, at=at),
    }  # fmt: skip


def _facts(found: Lead, row: dict[str, Any], practice: Practice) -> list[tuple[str, str]]:
    answers = [
        (
            "Best reached" if name == "times" else str(name).replace("_", " ").capitalize(),
            TIMES.get(said, str(said)),
        )
        for name, said in found.answers.items()
        if said
    ]
    confirmed = f"Confirmed {words.day(practice.day(found.confirmed_at))}" if found.confirmed_at else ""
    if not confirmed and operations.is_confirmed(found):
        confirmed = f"Told {found.asked_by} in person"
    listed = [
        ("Came by", row["source"]), ("Page", found.source_page),
        ("Campaign", "" if found.source_kind == CameBy.CAMPAIGN else found.campaign),
        ("About", row["interest"]), *answers, ("First visit wanted", row["wanted"]),
        ("E-mail", confirmed or ("Not confirmed" if found.email else "")),
        ("Last word", words.day(practice.day(found.contacted_at)) if found.contacted_at else ""),
    ]  # fmt: skip
    return [(name, value) for name, value in listed if value]


def _run(run: SequenceRun, practice: Practice, at: datetime) -> dict[str, Any]:
    name = operations.kinds()[run.kind].name
    if run.stopped_at is not None:
        return {"name": name, "said": rules.SAID[Stop(run.why)], "turns": [], "run": run, "over": True}
    turns = operations.turns_of(run, at=at)
    mails = operations.written(run.sequence)
    return {
        "name": name, "run": run, "over": False, "paused": run.paused_at is not None,
        "said": "Paused" if run.paused_at else "On the way",
        "turns": [{"subject": mails[one.step].subject, "at": when(one.at, practice)} for one in turns],
    }  # fmt: skip


def _mail(mail: Mail, practice: Practice) -> dict[str, Any]:
    look = {MailState.SENT: "ok", MailState.BOUNCED: "stop", MailState.COMPLAINED: "stop", MailState.FAILED: "hold",
            MailState.UNKNOWN: "hold"}.get(MailState(mail.state), "")  # fmt: skip
    subject = mail.newsletter.subject if mail.newsletter else mail.subject or mail.get_what_display()
    return {
        "subject": subject, "said": NAMES[MailState(mail.state)], "look": look, "answer": mail.answer if look != "ok" else "",
        "at": when(mail.sent_at or mail.ended_at or mail.due_at, practice),
    }  # fmt: skip


def when(at: datetime, practice: Practice) -> str:
    """Return an instant as the practice's clock shows it: "Tue, Oct 13, 9:30 am"."""
    local = practice.local(at)
    return f"{words.day(local.date(), 'week')}, {words.clock(local)}"


# ---- Campaigns


def campaign_address(practice: Practice, campaign: Campaign) -> str:
    """Return the address of the public page with a campaign's code."""
    path = reverse("public:practice", args=[voice_of(practice).slug or "practice"])
    return f"{settings.PUBLIC_URL}{path}?c={campaign.code}"


def campaigns(practice: Practice) -> list[dict[str, Any]]:
    """Return the campaign codes, those in use first. Four queries."""
    counts = pipeline.campaign_counts(practice)
    slug = voice_of(practice).slug
    listed = Campaign.objects.of(practice).order_by("ended_at", "-made_at")
    path = reverse("public:practice", args=[slug]) if slug else ""
    return [
        {
            "campaign": one, "leads": counts.get(one.code, 0),
            "address": f"{settings.PUBLIC_URL}{path}?c={one.code}" if slug else "",
        }
        for one in sorted(listed, key=lambda one: one.ended_at is not None)
    ]  # fmt: skip


# ---- Sequences


def sequences(practice: Practice) -> list[dict[str, Any]]:
    """Return every sequence with where it stands. Three queries."""
    on = operations.in_service(practice)
    under_way: dict[str, int] = {}
    for kind in SequenceRun.objects.of(practice).filter(stopped_at=None).values_list("kind", flat=True):
        under_way[kind] = under_way.get(kind, 0) + 1
    return [
        {
            "kind": one, "url": reverse("marketing:sequence", args=[one.kind]), "on": on.get(one.kind),
            "under_way": under_way.get(one.kind, 0),
            "mails": len(on[one.kind].mails) if one.kind in on else len(one.mails),
        }
        for one in operations.kinds().values()
    ]  # fmt: skip


def sequence(practice: Practice, kind: operations.Kind) -> dict[str, Any]:
    """Return where one sequence stands. Two queries."""
    return {
        "on": operations.in_service(practice).get(kind.kind), "draft": operations.draft_of(practice, kind.kind),
    }  # fmt: skip


def coming(found: Sequence[operations.Coming], practice: Practice) -> list[dict[str, Any]]:
    """Return the lines of the preview."""
    return [
        {
            "name": one.name, "email": one.email, "subject": one.subject, "at": when(one.at, practice),
            "url": reverse("marketing:lead", args=[one.lead.pk]) if one.lead else "", "begins": one.run is None,
        }
        for one in found
    ]  # fmt: skip


def rules_words(practice: Practice) -> str:
    """Return when nothing leaves, in a sentence."""
    return quiet_words(mailing.rules_of(practice))


def quiet_words(kept: Any) -> str:
    """Return the quiet hours in a sentence."""
    said = []
    if kept.quiet_from != kept.quiet_to:
        said.append(f"from {_hour(kept.quiet_from)} to {_hour(kept.quiet_to)}")
    if kept.quiet_days:
        said.append("on " + ", ".join(DAYS[one] for one in kept.quiet_days))
    return f"Nothing leaves {' nor '.join(said)}." if said else "Mail leaves at any hour."


def _hour(number: int) -> str:
    return f"{number % 12 or 12} {'am' if number < 12 else 'pm'}"


def waits_until(practice: Practice, at: datetime) -> str:
    """Return when mail leaves next, if it is quiet now; empty when it leaves at once."""
    free = awake(at, mailing.quiet_of(practice), practice.tz)
    return when(free, practice) if free > at else ""
