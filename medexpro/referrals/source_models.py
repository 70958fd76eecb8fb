"""Referral sources as relationships to keep: who they are to us, and every touch, never edited."""

import secrets

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.practice.models import Member, PracticeModel, VersionedModel
from medexpro.practice.querysets import PracticeQuerySet
from medexpro.providers.models import Channel, Organisation, Provider

# Easy to read out and to type from paper: no 0 and o, no 1, i and l. 31 signs to the power of 8 can't be tried out.
CODE_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 8


def new_code() -> str:
    """Return the random code of a source's own address. It says nothing of who the source is."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


class SourceKind(models.TextChoices):
    """What a source is to the practice."""

    PHYSICIAN = "physician", "Physician"
    SURGEON = "surgeon", "Surgeon"
    NURSE = "nurse", "Nurse practitioner or physician assistant"
    THERAPIST = "pt", "Physical or occupational therapist"
    CHIROPRACTOR = "chiropractor", "Chiropractor"
    CLINIC = "clinic", "Clinic or group"
    EMPLOYER = "employer", "Employer"
    ATTORNEY = "attorney", "Attorney or case manager"
    COMMUNITY = "community", "Club, community or fitness"
    OTHER = "other", "Other"


class SaidStage(models.TextChoices):
    """What a person may say of a source where no fact of ours tells."""

    TARGET = "target", "Target"
    CONTACTED = "contacted", "Contacted"
    MET = "met", "Met"


class SourceQuerySet(PracticeQuerySet):
    """Sources with who they are."""

    def named(self) -> "SourceQuerySet":
        """Return them with the names their pages print. No query a row."""
        return self.select_related("provider__organisation", "organisation", "owner__user")


class Source(VersionedModel, PracticeModel):
    """One relationship: with a provider or an organisation, exactly one, and one relationship with each.

    Where the provider is retired, the relationship and its log stay.
    """

    provider = models.OneToOneField(
        Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="source"
    )
    organisation = models.OneToOneField(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="source"
    )
    kind = models.CharField(max_length=12, choices=SourceKind, default=SourceKind.PHYSICIAN)
    interests = models.JSONField(default=list, help_text="Conditions they send or care for, in their words")
    is_ideal = models.BooleanField(default=False, help_text="One of those the practice wants most")
    owner = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    preferred_channel = models.CharField(
        max_length=8, choices=Channel, blank=True, help_text="How they like to hear of us; empty: not known"
    )
    said_stage = models.CharField(
        max_length=9, choices=SaidStage, blank=True, help_text="Counts only where no fact of ours tells"
    )
    next_step = models.CharField(max_length=160, blank=True)
    next_on = models.DateField(null=True, blank=True)
    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    is_active = models.BooleanField(default=True, help_text="Off: kept, and asked for nothing any more")

    objects = SourceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice", "next_on"], name="sources_by_next_step")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(provider=None, organisation__isnull=False)
                | models.Q(provider__isnull=False, organisation=None),
                name="a_source_is_a_person_or_an_organisation",
            ),
            models.CheckConstraint(
                condition=models.Q(next_on=None) | ~models.Q(next_step=""),
                name="a_next_step_has_words",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return who it is, as a letter addresses them."""
        return self.provider.formal_name if self.provider else str(self.organisation)

    @property
    def short_name(self) -> str:
        """Return how people in the practice say it."""
        return self.provider.short_name if self.provider else str(self.organisation)

    @property
    def place(self) -> str:
        """Return the organisation a person works in."""
        return str(self.provider.organisation or "") if self.provider else ""

    @property
    def is_retired(self) -> bool:
        """Return whether nobody should be asked any more: put away, or the provider has retired."""
        return not self.is_active or (self.provider is not None and not self.provider.is_active)


class TouchKind(models.TextChoices):
    """How we were in touch."""

    LETTER = "letter", "Letter"
    CALL = "call", "Call"
    VISIT = "visit", "Visit"
    TALK = "talk", "Talk"
    LUNCH = "lunch", "Lunch or coffee"
    REPORT = "report", "Report"
    THANKS = "thanks", "Thank-you"
    PAGE = "page", "Referral page"
    EMAIL = "email", "E-mail"
    OTHER = "other", "Other"


@sealed(may_follow=("struck_at", "struck_by"))
class Touchpoint(PracticeModel):
    """One touch. Never edited: a slip is struck out and stays in the log.

    follow_up_on: the first day on which to follow it up. ref: what it was, such as the number of a letter.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="touches")
    kind = models.CharField(max_length=8, choices=TouchKind)
    on = models.DateField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="When it was written down")
    note = models.CharField(max_length=400, blank=True)
    ref = models.CharField(max_length=120, blank=True)
    follow_up_on = models.DateField(null=True, blank=True)
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["practice", "-on"], name="touches_by_day")]
        ordering = ["-on", "-at", "-id"]

    def __str__(self) -> str:
        return self.get_kind_display()
