"""Screening days with their participants, who are nobody's clients; and leads, until one becomes a client."""

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.clients.models import Client, Sex
from medexpro.marketing.mail_models import (
    AddressTrouble,
    Campaign,
    LeadCount,
    Mail,
    MailRules,
    Newsletter,
    SequenceRun,
    SequenceVersion,
)
from medexpro.marketing.public_models import Article, LeadDraft, NotContacted, PublicPage
from medexpro.marketing.rules import leads
from medexpro.practice.models import Member, PracticeModel, VersionedModel
from medexpro.scheduling.models import Service

__all__ = [
    "AddressTrouble",
    "Agreement",
    "AgreementKind",
    "Article",
    "CameBy",
    "Campaign",
    "Lead",
    "LeadCount",
    "LeadDraft",
    "LeftOut",
    "Mail",
    "MailRules",
    "Newsletter",
    "NotContacted",
    "PageGiven",
    "PageRun",
    "Participant",
    "ParticipantResult",
    "PublicPage",
    "ScreeningDay",
    "SequenceRun",
    "SequenceVersion",
]  # fmt: skip


class ScreeningDay(VersionedModel, PracticeModel):
    """One event at which people are measured. Its participants go after a while; what remains are its figures."""

    name = models.CharField(max_length=120)
    place = models.CharField(max_length=160, blank=True)
    held_on = models.DateField()
    stations = models.JSONField(
        default=list, help_text="Keys of data/stations.yaml, in the order people walk them"
    )
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, help_text="From then on nothing is entered")
    cleared_at = models.DateTimeField(null=True, help_text="When its participants were let go of")
    figures = models.JSONField(null=True, help_text="The counts, as they were when the participants went")

    class Meta:
        indexes = [models.Index(fields=["practice", "-held_on"], name="screening_days_by_day")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Return whether people are registered and measured."""
        return self.closed_at is None and self.cleared_at is None


class Participant(VersionedModel, PracticeModel):
    """One person at one day: a number, an age, a sex for the tables. No name has to be given, and no birth date is."""

    day = models.ForeignKey(ScreeningDay, on_delete=models.CASCADE, related_name="participants")
    number = models.PositiveSmallIntegerField(help_text="On the wristband")
    first_name = models.CharField(max_length=40, blank=True)
    age = models.PositiveSmallIntegerField(help_text="Whole years on the day")
    age_by_year = models.BooleanField(
        default=False, help_text="From the year of birth, so it may be one too many"
    )
    sex = models.CharField(max_length=8, choices=Sex, default=Sex.UNKNOWN)
    email = models.EmailField(blank=True, help_text="Only to send the page, with the agreement on file")
    registered_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "number"], name="a_number_is_worn_by_one_person"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.first_name}".strip()


class AgreementKind(models.TextChoices):
    """What a participant may agree to."""

    PAGE = "page", "Send my page"
    CONTACT = "contact", "Contact me"


@sealed(may_follow=("withdrawn_at",), lasting=False)
class Agreement(PracticeModel):
    """What a participant agreed to, in which words, who asked and when. It goes with the participant."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="agreements")
    kind = models.CharField(max_length=8, choices=AgreementKind)
    text_version = models.PositiveSmallIntegerField()
    text = models.TextField(help_text="The words that were on the page")
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "kind"],
                name="one_agreement_of_a_kind_is_in_force",
                condition=models.Q(withdrawn_at=None),
            ),
        ]


class LeftOut(models.TextChoices):
    """Why a station was not done."""

    DECLINED = "declined", "Did not want to"
    UNABLE = "unable", "Could not"
    NO_TIME = "no_time", "No time"


@sealed(may_follow=("struck_at", "struck_by"), lasting=False)
class ParticipantResult(PracticeModel):
    """What one tablet entered at one station for one person. Never edited: the newest entry of a measure stands.

    An entry for the wrong person, or a slip of the finger, is struck out and stays in the history.

    readings: {measure, side, trials: {n, value, unit, canonical, meant}, value, unit, way} each. signs, histories: as
    answered at the station at rest; `asked` says that the question was answered. entered_at: the server's time, less what
    the entry waited on the tablet. payload_hash: the same id with other contents is another entry's.
    """

    day = models.ForeignKey(ScreeningDay, on_delete=models.CASCADE, related_name="results")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="results")
    station = models.CharField(max_length=20)
    readings = models.JSONField(default=list)
    asked = models.BooleanField(default=False)
    signs = models.JSONField(default=list)
    histories = models.JSONField(default=list)
    left_out = models.CharField(max_length=8, choices=LeftOut, blank=True)
    entered_at = models.DateTimeField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    payload_hash = models.CharField(max_length=64)
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["day", "entered_at"], name="results_of_a_screening_day")]


class PageGiven(PracticeModel):
    """One way in which a participant got their page: printed, or an expiring link by e-mail."""

    class How(models.TextChoices):
        PRINT = "print", "Printed"
        LINK = "link", "Link by e-mail"

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="pages")
    how = models.CharField(max_length=5, choices=How)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    to = models.EmailField(blank=True)
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True, help_text="When the e-mail left; empty while it waits")
    first_opened_at = models.DateTimeField(null=True)
    failed_reason = models.CharField(max_length=240, blank=True)


class PageRun(PracticeModel):
    """The pages of a day printed in one go by the worker: how far it is, and the PDF, which goes after a day."""

    day = models.ForeignKey(ScreeningDay, on_delete=models.CASCADE, related_name="runs")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    total = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=240, blank=True)
    pdf = models.BinaryField(null=True)


class CameBy(models.TextChoices):
    """By which way a lead came."""

    EVENT = "event", "Screening day"
    PAGE = "page", "Public page"
    CAMPAIGN = "campaign", "Campaign"
    SOURCE = "source", "Referral source"
    HAND = "hand", "Entered by hand"


class Lead(VersionedModel, PracticeModel):
    """Somebody who agreed to be contacted. How, and in which words they agreed, stays with the lead.

    From the public page they count once the e-mail was answered: until then the lead is ASKED, and goes after a week.
    """

    class State(models.TextChoices):
        ASKED = leads.LeadState.ASKED.value, leads.NAMES[leads.LeadState.ASKED]
        NEW = leads.LeadState.NEW.value, leads.NAMES[leads.LeadState.NEW]
        CONTACTED = leads.LeadState.CONTACTED.value, leads.NAMES[leads.LeadState.CONTACTED]
        BOOKED = leads.LeadState.BOOKED.value, leads.NAMES[leads.LeadState.BOOKED]
        CLIENT = leads.LeadState.CLIENT.value, leads.NAMES[leads.LeadState.CLIENT]
        DECLINED = leads.LeadState.DECLINED.value, leads.NAMES[leads.LeadState.DECLINED]
        UNSUBSCRIBED = leads.LeadState.UNSUBSCRIBED.value, leads.NAMES[leads.LeadState.UNSUBSCRIBED]

    given_name = models.CharField(max_length=80, blank=True)
    family_name = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    notes = models.TextField(blank=True, max_length=2000)
    state = models.CharField(max_length=14, choices=State, default=State.NEW)
    state_at = models.DateTimeField(help_text="Since when it stands so")
    # Where it came from
    source_kind = models.CharField(max_length=8, choices=CameBy, default=CameBy.EVENT)
    source_page = models.CharField(max_length=90, blank=True, help_text="Which of the public pages")
    campaign = models.CharField(max_length=24, blank=True, help_text="The code that was in the address")
    source_day = models.ForeignKey(ScreeningDay, null=True, on_delete=models.PROTECT, related_name="leads")
    source = models.ForeignKey(
        "referrals.Source", null=True, on_delete=models.PROTECT, related_name="leads_sent"
    )
    participant = models.OneToOneField(Participant, null=True, on_delete=models.SET_NULL, related_name="lead")
    # What was agreed to
    text_version = models.PositiveSmallIntegerField()
    text = models.TextField(help_text="The words that were agreed to")
    agreed_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: the public page"
    )
    # The e-mail that asks whether it was really them; its link opens for a week
    opt_in_hash = models.CharField(max_length=64, blank=True, db_index=True)
    opt_in_asked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)
    # What they said on the form, and which time they picked
    interest = models.CharField(max_length=20, blank=True, help_text="Key of data/interests.yaml")
    answers = models.JSONField(default=dict, help_text="The other answers, by the name of the question")
    wanted_at = models.DateTimeField(
        null=True, help_text="The first visit they picked; nothing is booked by it"
    )
    wanted_service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    wanted_member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    wants_call = models.BooleanField(default=False)
    # What is next, and who said so
    next_step = models.CharField(max_length=160, blank=True)
    next_on = models.DateField(null=True)
    contacted_at = models.DateTimeField(null=True, help_text="When somebody last spoke or wrote with them")
    booked_at = models.DateTimeField(null=True, help_text="When they first booked, whatever followed")
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="leads")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["practice", "state", "-made_at"], name="leads_by_state")]
        constraints = [
            # Who became a client and had everything deleted leaves the link alone.
            models.CheckConstraint(
                condition=~models.Q(phone="", email="") | models.Q(state="client"),
                name="a_lead_can_be_reached",
            ),
            models.CheckConstraint(
                condition=models.Q(client=None) | models.Q(state="client"),
                name="a_lead_with_a_client_became_one",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name as we say it."""
        return f"{self.given_name} {self.family_name}".strip() or "No name given"


from medexpro.marketing.proof_models import CohortFigures, Story, StoryConsent, StoryVersion  # noqa: E402, F401
