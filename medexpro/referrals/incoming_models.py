"""What providers send through the public page: untrusted text, kept as sent, until a member accepts or declines it."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from medexpro.audit.sealing import sealed
from medexpro.practice.models import Member, PracticeModel
from medexpro.providers.models import Channel, Provider, ProviderType
from medexpro.referrals.source_models import Source


class IncomingState(models.TextChoices):
    """How far the practice is with it."""

    NEW = "new", "New"
    SEEN = "seen", "Being looked at"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    SPAM = "spam", "Spam"


WAITING = (IncomingState.NEW, IncomingState.SEEN)
# What the practice adds; all else stays as it was sent.
FOLLOWS = (
    "state", "seen_at", "seen_by", "settled_at", "settled_by", "reason", "provider", "referral", "track_revoked_at",
)  # fmt: skip


@sealed("OLD.state = 'accepted'", may_follow=FOLLOWS)
@sealed(may_follow=FOLLOWS, lasting=False)
class IncomingReferral(PracticeModel):
    """One referral as a provider typed it. The four checks in it are the provider's statement; a member confirms each.

    The id is made by the page, so that sending it twice keeps it once. source: whose own address it came by.
    What came to nothing is let go of after a year; what was accepted stays.
    """

    number = models.CharField(max_length=12, help_text="By which both sides name it")
    received_at = models.DateTimeField()
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="incoming")
    # Who refers, and how to answer
    provider_given_name = models.CharField(max_length=80, blank=True)
    provider_family_name = models.CharField(max_length=80)
    provider_type = models.CharField(max_length=8, choices=ProviderType)
    provider_npi = models.CharField(max_length=10, blank=True)
    provider_place = models.CharField(max_length=200, blank=True, help_text="Clinic or group")
    provider_phone = models.CharField(max_length=40, blank=True)
    provider_fax = models.CharField(max_length=40, blank=True)
    provider_email = models.EmailField(blank=True)
    reply_by = models.CharField(max_length=8, choices=Channel)
    # For whom
    given_name = models.CharField(max_length=80, blank=True)
    family_name = models.CharField(max_length=80)
    birth_date = models.DateField()
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    # The provider's statement
    diagnosis = models.CharField(max_length=160, blank=True, help_text="In the provider’s words")
    icd10 = models.JSONField(default=list, help_text="Codes of the release in force when it was sent")
    wording = models.TextField(blank=True, max_length=2000, help_text="What is asked for, quoted")
    exit_on = models.DateField(null=True, help_text="Day the client left medical care")
    limits = models.TextField(blank=True, max_length=2000, help_text="Limits and precautions, quoted")
    next_visit_on = models.DateField(null=True, help_text="Next visit with the provider")
    signed_name = models.CharField(max_length=160)
    signed_words = models.CharField(max_length=400, help_text="What the signature means, as the page said it")
    # What became of it
    state = models.CharField(max_length=8, choices=IncomingState, default=IncomingState.NEW)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=240, blank=True, help_text="Why it was declined, for the practice")
    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="incoming")
    referral = models.OneToOneField(
        "referrals.Referral", null=True, on_delete=models.PROTECT, related_name="incoming"
    )
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    track_until = models.DateTimeField(help_text="Until when the provider may look how it stands")
    track_revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "state", "-received_at"], name="incoming_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "number"], name="an_incoming_referral_has_its_number"
            ),
            models.CheckConstraint(
                condition=Q(source__isnull=False) | ~Q(provider_phone="", provider_fax="", provider_email=""),
                name="whoever_refers_can_be_answered",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", referral__isnull=False, provider__isnull=False)
                | (~Q(state="accepted") & Q(referral=None)),
                name="what_was_accepted_became_a_referral",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""), name="a_declined_referral_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def client_name(self) -> str:
        """Return the name of whom it is for, as typed."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def provider_name(self) -> str:
        """Return the name of who refers, as typed."""
        return f"{self.provider_given_name} {self.provider_family_name}".strip()

    @property
    def is_waiting(self) -> bool:
        """Return whether nobody has settled it yet."""
        return self.state in WAITING

    def can_be_tracked(self, at: datetime) -> bool:
        """Return whether the tracking address still answers."""
        return self.track_revoked_at is None and at < self.track_until


@sealed(
    "EXISTS (SELECT 1 FROM referrals_incomingreferral r WHERE r.id = OLD.incoming_id AND r.state = 'accepted')"
)
@sealed(lasting=False)
class IncomingFile(PracticeModel):
    """The paper that came along: looked into and kept as it will go on file."""

    incoming = models.OneToOneField(IncomingReferral, on_delete=models.PROTECT, related_name="paper")
    content = models.BinaryField()
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"Paper of {self.incoming}"
