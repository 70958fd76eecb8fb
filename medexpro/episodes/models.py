"""Episodes: the spine everything else hangs on."""

from datetime import date

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.clients.models import Client, ClientRow, ClientRowQuerySet, Condition, Side, Surgery
from medexpro.practice.models import Member, VersionedModel
from medexpro.practice.permissions import Permission
from medexpro.practice.querysets import PracticeQuerySet
from medexpro.referrals.models import Referral


class Status(models.TextChoices):
    """Where an episode stands (DESIGN section 4)."""

    REFERRED = "referred", "Referred"
    SCREENING = "screening", "Screening"
    AWAITING_CLEARANCE = "awaiting_clearance", "Awaiting clearance"
    ACTIVE = "active", "Active"
    ON_HOLD = "on_hold", "On hold"
    REFERRED_BACK = "referred_back", "Referred back"
    DISCHARGED = "discharged", "Discharged"
    DECLINED = "declined", "Declined"


class Category(models.TextChoices):
    """What kind of service this is, derived when the episode starts and then frozen."""

    POST_REHAB = "post_rehab", "Post Rehab"
    MEDICAL_EXERCISE = "medical_exercise", "Medical Exercise"
    MAINTENANCE = "maintenance", "Functional Maintenance"
    CORRECTIVE = "corrective", "Corrective"


class EndReason(models.TextChoices):
    """Why service ended."""

    GOALS_MET = "goals_met", "Goals met"
    STEADY = "steady", "No further change expected for now"
    BACK_TO_PROVIDER = "back_to_provider", "Back with the provider"
    CLIENT_CHOICE = "client_choice", "The client’s choice"
    MOVED = "moved", "Moved away"
    OTHER = "other", "Another reason"


class NextStep(models.TextChoices):
    """What follows an episode."""

    NONE = "", "Not decided"
    MAINTENANCE = "maintenance", "Functional Maintenance here"
    MEMBERSHIP = "membership", "Membership or own training"
    PROVIDER = "provider", "Back to the provider"
    ELSEWHERE = "elsewhere", "Elsewhere"


class EpisodeQuerySet(ClientRowQuerySet):
    needs = Permission.RECORD_READ


class Episode(VersionedModel, ClientRow):
    """One service for one client: from functional deficits to functional independence."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="episodes")
    referral = models.ForeignKey(
        Referral, null=True, blank=True, on_delete=models.PROTECT, related_name="episodes"
    )
    condition = models.ForeignKey(
        Condition, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    surgery = models.ForeignKey(Surgery, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=160, help_text="What it is for, in words: Right knee replacement")
    deficit = models.CharField(max_length=240, blank=True, help_text="What the client can't do yet")
    population = models.JSONField(
        default=list, help_text="Population tags that choose change values and protocols"
    )
    side = models.CharField(max_length=5, choices=Side, default=Side.NONE)
    onset_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.REFERRED)
    category = models.CharField(
        max_length=20, choices=Category, blank=True, help_text="Empty until it starts"
    )
    category_reason = models.CharField(max_length=240, blank=True)
    lead = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="led_episodes"
    )
    opened_on = models.DateField()
    started_on = models.DateField(null=True, blank=True, help_text="First day of service")
    ended_on = models.DateField(null=True, blank=True)
    ended_reason = models.CharField(max_length=20, choices=EndReason, blank=True)
    ended_words = models.TextField(blank=True, help_text="Reason of discharge or decline, in words")
    goals_reached = models.TextField(blank=True, help_text="What the client can do now, at discharge")
    final_measures = models.JSONField(default=list, help_text="Frozen at discharge by the area that measures")
    next_step = models.CharField(max_length=12, choices=NextStep, blank=True)
    next_provider_visit_on = models.DateField(null=True, blank=True)
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="next_episodes"
    )

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["practice", "status", "-opened_on"], name="episodes_by_status"),
            models.Index(fields=["practice", "client", "-opened_on"], name="episodes_of_client"),
            models.Index(fields=["practice", "ended_on"], name="episodes_by_end"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(started_on=None) | ~models.Q(category=""),
                name="an_episode_that_started_has_a_category",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Return whether service may still happen in it."""
        return self.status not in {Status.DISCHARGED, Status.DECLINED}

    def counting_from(self) -> date | None:
        """Return the later of onset and surgery: day 0 of the category rule."""
        days = [day for day in (self.onset_on, self.surgery.performed_on if self.surgery else None) if day]
        return max(days, default=None)


class EpisodeRowQuerySet(PracticeQuerySet):
    """Rows that belong to an episode, and through it to a client."""

    client_path = "episode__client"
    needs = Permission.RECORD_READ


class EpisodeRow(ClientRow):
    """A row of one episode."""

    objects = EpisodeRowQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def client(self) -> Client:
        """Return whose record this is."""
        return self.episode.client  # type: ignore[attr-defined]

    @property
    def client_id(self):
        """Return the id of whose record this is."""
        return self.episode.client_id  # type: ignore[attr-defined]


@sealed()
class StatusChange(EpisodeRow):
    """One move of the status machine: from, to, why, by whom."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="status_changes")
    from_status = models.CharField(max_length=20, choices=Status, blank=True)
    to_status = models.CharField(max_length=20, choices=Status)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
