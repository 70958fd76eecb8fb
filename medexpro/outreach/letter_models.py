"""Letters about a relationship and no episode: drafted, frozen, signed, sent. Signed ones never change."""

from typing import Any

from django.db import models
from django.db.models import Q

from medexpro.assessments.models import Assessment
from medexpro.audit.sealing import sealed
from medexpro.episodes.models import Episode, EpisodeRow
from medexpro.practice import permissions
from medexpro.practice.models import Member, PracticeModel, VersionedModel
from medexpro.practice.permissions import Permission
from medexpro.practice.querysets import PracticeQuerySet
from medexpro.providers.models import Channel
from medexpro.referrals.models import Referral
from medexpro.referrals.source_models import Source


class LetterQuerySet(PracticeQuerySet):
    """Letters: those that name nobody are the practice's, those about a client are that client's record."""

    def visible_to(self, member: Any, permission: Permission | None = None) -> "LetterQuerySet":
        """Return the letters a member may know of; one that names a client only to who reads that client's record."""
        rows = self.filter(practice_id=member.practice_id)
        scope = permissions.scope_of(member, Permission.RECORD_READ)
        if scope == "none":
            return rows.none()
        if not permissions.may(member, Permission.RECORD_READ):
            return rows.filter(episode=None)
        if scope == "practice":
            return rows
        return rows.filter(Q(episode=None) | Q(episode__in=Episode.objects.visible_to(member).values("pk")))


@sealed("OLD.signed_at IS NOT NULL", may_follow=("state", "problem", "version", "updated_at"))
class Letter(VersionedModel, PracticeModel):
    """One letter to one referral source.

    episode: the client it names, empty for most. referral: what a thank-you thanks for. batch: those drafted in one go.
    """

    class Kind(models.TextChoices):
        INTRODUCTION = "introduction", "Introduction"
        FOLLOW_UP = "follow_up", "Follow-up"
        THANK_YOU = "thank_you", "Thank-you"
        RESULT = "result", "Result letter"

    class Reader(models.TextChoices):
        """For whom it is worded."""

        PHYSICIAN = "physician", "Physician"
        THERAPIST = "pt", "Physical therapist"
        CHIROPRACTOR = "chiropractor", "Chiropractor"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SIGNED = "signed", "Signed"
        SENT = "sent", "Sent"
        VOID = "void", "Put away"

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=14, choices=Kind)
    reader = models.CharField(max_length=14, choices=Reader, default=Reader.PHYSICIAN)
    number = models.CharField(max_length=20, help_text="Printed, such as N-2026-0042")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="letters")
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="letters")
    words = models.JSONField(default=dict, help_text="What a person wrote, by field")
    enclosed = models.JSONField(default=list, help_text="Keys of what goes along")
    batch = models.UUIDField(null=True)
    problem = models.CharField(max_length=240, blank=True, help_text="Why a batch left it")
    drafted_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    # Frozen when signed
    signed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    signed_name = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True)
    layout = models.CharField(max_length=40, blank=True)
    layout_version = models.CharField(max_length=20, blank=True)
    made_with = models.JSONField(default=dict, help_text="Typst and font versions, letterhead")
    sha256 = models.CharField(max_length=64, blank=True)
    snapshot = models.JSONField(null=True)
    pdf = models.BinaryField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["practice", "state", "drafted_at"], name="letters_by_state"),
            models.Index(fields=["source", "-drafted_at"], name="letters_of_source"),
            models.Index(fields=["practice", "batch"], name="letters_of_batch", condition=~Q(batch=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["practice", "number"], name="letter_numbers_are_used_once"),
            models.UniqueConstraint(
                fields=["source", "kind"],
                name="one_open_letter_of_a_kind_to_a_source",
                condition=Q(state="draft", episode=None, referral=None),
            ),
            models.UniqueConstraint(
                fields=["kind", "episode"],
                name="one_open_letter_of_a_kind_on_an_episode",
                condition=Q(state="draft", episode__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["kind", "referral"],
                name="one_open_letter_of_a_kind_on_a_referral",
                condition=Q(state="draft", referral__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "void"])
                | (Q(signed_at__isnull=False, pdf__isnull=False) & ~Q(sha256="")),
                name="a_signed_letter_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def is_draft(self) -> bool:
        """Return whether its words may still change."""
        return self.state == self.State.DRAFT

    @property
    def is_signed(self) -> bool:
        """Return whether it was signed."""
        return self.signed_at is not None

    @property
    def client(self) -> Any:
        """Return the client it names; None for most letters."""
        return self.episode.client if self.episode else None

    @property
    def client_id(self) -> Any:
        """Return the id of the client it names."""
        return self.episode.client_id if self.episode else None


@sealed()
class Enclosure(PracticeModel):
    """What went along with a signed letter, kept as it was then."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="enclosures")
    kind = models.CharField(max_length=12)
    title = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "kind"], name="an_enclosure_goes_along_once")
        ]

    def __str__(self) -> str:
        return self.title


@sealed(may_follow=("revoked_at", "first_opened_at", "delivered_at", "failed_reason"))
class LetterDelivery(PracticeModel):
    """One sending of one letter: how, to whom, by whom; a link's opening and end; what became of an e-mail."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    to = models.CharField(max_length=200)
    sent_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    first_opened_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True, help_text="When an e-mail left; empty while it waits")
    failed_reason = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["-sent_at", "-id"]
        indexes = [models.Index(fields=["practice", "-sent_at"], name="letters_sent_by_day")]

    @property
    def client_id(self) -> Any:
        """Return the id of the client the letter names."""
        return self.letter.client_id


@sealed(may_follow=("set_aside_at", "set_aside_by"))
class Improvement(EpisodeRow):
    """A change for the better, beyond what must be passed to count, found when an assessment was finished.

    It only offers the result letter: the letter itself weighs the record again. keys: measures and sides.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="improvements")
    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="improvement")
    on = models.DateField()
    keys = models.JSONField(default=list)
    found_at = models.DateTimeField()
    set_aside_at = models.DateTimeField(null=True)
    set_aside_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "on"], name="improvements_to_tell", condition=Q(set_aside_at=None)
            )
        ]
