"""What belongs to a practice: found from the models, so that a new table is taken out too."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils.text import slugify

from medexpro.knowledge.models import KnowledgeVersion
from medexpro.practice.models import Member, Practice, User

# What stays behind, and why.
LEFT_OUT = {
    "practice.Invitation": "Invitations that wait; their links would open.",
    "practice.PasswordLink": "Links for new passwords.",
    "scheduling.Feed": "Calendar addresses; whoever wants one makes a new one.",
    "clients.ClientSheet": "Lists that wait to be brought in; they go after a day.",
    "clients.SheetRow": "Rows of lists that wait to be brought in.",
    "reports.DraftBatch": "What was drafted in one go; the drafts themselves are taken.",
    "marketing.PageRun": "Pages of a screening day that were printed; they go after a day.",
    "marketing.LeadDraft": "What visitors had typed into the lead form; it goes after a week.",
    "clients.DuplicateLook": "When all clients were last compared; they are compared again.",
    "fhir.Upload": "Files that wait to be brought in; they go after a day.",
    "session_logs.SessionCommand": "What tablets sent; what they entered stands in the session logs.",
    "audit.ReadMark": "Which read event was the last; the events themselves are taken.",
    "codes.Release": "The code set, which is public and comes with the program.",
    "codes.Code": "The code set, which is public and comes with the program.",
    "codes.Word": "The code set, which is public and comes with the program.",
    "codes.Piece": "The code set, which is public and comes with the program.",
}
# What a table is called, where its own name is ours rather than the practice's.
NAMES = {
    "audit.Event": "Trail",
    "practice.User": "People who sign in",
    "practice.BreakGlass": "Records opened by the owner",
    "knowledge.KnowledgeVersion": "Reference data used",
    "knowledge.Approval": "Working rules approved",
    "knowledge.FiguresTurned": "Unverified figures turned on or off",
    "knowledge.OwnEntry": "Own versions of the reference data",
    "clients.ContactPerson": "Contacts of clients",
    "clients.Consent": "Agreements",
    "clients.Surgery": "Surgeries",
    "clients.Allergy": "Allergies",
    "clients.OutsideReading": "Readings from other records",
    "clients.ClientDocument": "Papers on file",
    "clients.ImportedRow": "Rows of lists brought in",
    "clients.ClientMerge": "Records made one",
    "clients.LikelyPair": "Records that may be of one person",
    "wording.LetStand": "Words let stand",
    "record.Message": "Messages to colleagues",
    "record.MessageTo": "Messages to colleagues, who read them",
    "record.Disclosure": "Records given out",
    "fhir.ImportedFact": "Facts of records brought in",
    "scheduling.Series": "Series of bookings",
    "scheduling.WorkingHours": "Working hours",
    "scheduling.GroupPlace": "Places in groups",
    "scheduling.Wish": "Waiting list",
    "scheduling.Offer": "Waiting list, what was offered",
    "scheduling.Reminder": "Reminders of bookings",
    "assessments.Asking": "Questionnaires",
    "assessments.StepNames": "Steps of an assessment, own names",
    "episodes.StatusChange": "Episodes, changes of status",
    "clearance.KnownState": "Screenings, known states",
    "clearance.Decision": "Clearance decisions",
    "clearance.ToTell": "What a provider is to hear of",
    "clearance.ReferBack": "Referred back",
    "clearance.WrittenPlan": "Written plans of providers",
    "clearance.ProviderLimit": "Limits of providers",
    "clearance.PracticeLimit": "Limits of the practice",
    "programs.ProgramExercise": "Programs, exercises",
    "programs.PhaseDecision": "Programs, decisions on phases",
    "programs.HomeExercise": "Home programs, exercises",
    "programs.HomeSheet": "Home programs, as given",
    "programs.HomeDone": "Home programs, done at home",
    "session_logs.SessionReading": "Sessions, readings",
    "session_logs.ExerciseEntry": "Sessions, exercises",
    "session_logs.Addendum": "Sessions, addenda",
    "session_logs.SessionLog": "Sessions",
    "reports.Document": "Reports and letters",
    "reports.Delivery": "Reports and letters, how they were sent",
    "reports.SentCopy": "Reports and letters, as sent",
    "reports.PrintBatch": "Reports and letters, print batches",
    "reports.Question": "Questions to providers",
    "reports.Answer": "Answers of providers",
    "reports.Proposal": "Answers of providers, what they change",
    "marketing.ScreeningDay": "Screening days",
    "marketing.Participant": "Screening days, participants",
    "marketing.ParticipantResult": "Screening days, results",
    "marketing.Agreement": "Screening days, agreements",
    "marketing.PageGiven": "Screening days, pages given",
    "marketing.PublicPage": "Public page",
    "marketing.Article": "Public page, articles",
    "marketing.NotContacted": "Addresses nobody writes to again",
    "marketing.AddressTrouble": "Addresses mail came back from",
    "marketing.MailRules": "When we write to people outside",
    "marketing.Campaign": "Campaigns",
    "marketing.LeadCount": "Leads let go of, counts",
    "marketing.SequenceVersion": "Sequences of mails",
    "marketing.SequenceRun": "Sequences of mails, who is on the way",
    "marketing.Newsletter": "Newsletters",
    "marketing.Mail": "Mails to people outside",
    "marketing.CohortFigures": "Figures of groups, as published",
    "marketing.Story": "Stories",
    "marketing.StoryVersion": "Stories, texts",
    "marketing.StoryConsent": "Stories, what clients agreed to",
    "positioning.Profile": "Clarity sheet and brand",
    "positioning.Service": "Service menu",
    "positioning.Bio": "Bios of members",
    "referrals.ReferralCode": "Referrals, codes",
    "referrals.ReferralCheck": "Referrals, checks",
    "referrals.IncomingReferral": "Referrals from the web",
    "referrals.IncomingFile": "Referrals from the web, papers",
    "referrals.Source": "Referral sources",
    "referrals.Touchpoint": "Referral sources, touches",
    "outreach.Letter": "Letters to referral sources",
    "outreach.Enclosure": "Letters to referral sources, enclosures",
    "outreach.LetterDelivery": "Letters to referral sources, how they were sent",
    "outreach.Improvement": "Improvements found",
}
# Passwords and what opens links are nobody's to read, and don't come back: people choose a new password.
SECRET_FIELDS = {"password", "last_login", "token_hash", "opt_in_hash"}


@dataclass(frozen=True)
class Table:
    """One table that belongs to a practice. client_path: leads from a row to the client, if any."""

    model: type[models.Model]
    client_path: str = ""

    @property
    def label(self) -> str:
        """Return the name by which the program knows the table."""
        return self.model._meta.label

    @property
    def title(self) -> str:
        """Return what the table holds, in words."""
        said = NAMES.get(self.label) or str(self.model._meta.verbose_name_plural)
        return said[:1].upper() + said[1:]

    @property
    def name(self) -> str:
        """Return what its files are called."""
        return slugify(self.title)

    @property
    def fields(self) -> list[Any]:
        """Return the columns that are taken out."""
        return [field for field in self.model._meta.concrete_fields if field.name not in SECRET_FIELDS]

    def rows(self, practice: Practice) -> models.QuerySet:
        """Return the practice's rows, in the order they were made."""
        known = self.model._base_manager.all()
        if self.model is Practice:
            return known.filter(pk=practice.pk)
        if self.model is User:
            return known.filter(pk__in=Member.objects.filter(practice=practice).values("user_id")).order_by(
                "pk"
            )
        if self.model is KnowledgeVersion:
            return known.filter(models.Q(practice_id=None) | models.Q(practice_id=practice.pk)).order_by("pk")
        rows = known.filter(practice_id=practice.pk).order_by("pk")
        if self.is_further_from_client:
            rows = rows.annotate(whose=models.F(f"{self.client_path}_id"))
        return rows

    @property
    def is_further_from_client(self) -> bool:
        """Return whether a row belongs to a client and does not name them itself; `rows` then say `whose` it is."""
        return self.client_path not in {"", "self", "client"}


@cache
def tables() -> tuple[Table, ...]:
    """Return all tables that are taken out, each behind those its rows refer to."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("medexpro.")]
    wanted = [model for model in ours if model._meta.label not in LEFT_OUT]
    found: list[type[models.Model]] = []
    waiting = list(wanted)
    while waiting:
        ready = [model for model in waiting if not (_refers_to(model) & set(waiting)) - {model}]
        if not ready:
            raise RuntimeError(f"These refer to each other: {', '.join(m._meta.label for m in waiting)}")
        found += ready
        waiting = [model for model in waiting if model not in ready]
    return tuple(Table(model, _path(model)) for model in found)


def _refers_to(model: type[models.Model]) -> set[type[models.Model]]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}


def _path(model: type[models.Model]) -> str:
    """Return the way from a row to its client: its own column, else that of what it hangs on."""
    names = {field.name: field for field in model._meta.concrete_fields if field.is_relation}
    if model._meta.label == "clients.Client":
        return "self"
    if "client" in names:
        return "client"
    for name in ("episode", "session", "program", "document", "wish", "booking", "referral", "message"):
        if name in names and (further := _path(names[name].related_model)) not in {"", "self"}:
            return f"{name}__{further}"
    return ""


def plain(value: Any) -> Any:
    """Return a stored value as JSON keeps it, exactly."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value


def as_line(values: dict[str, Any]) -> str:
    """Return a row as one line of JSON."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def from_lines(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of lines of JSON."""
    for line in lines:
        if line.strip():
            yield json.loads(line)
