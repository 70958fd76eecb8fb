"""What providers are asked, and what they answer: kept as said, with what came of it."""

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.clearance.models import Precaution, ReferBack
from medexpro.episodes.models import Episode, EpisodeRow
from medexpro.practice.models import Member
from medexpro.providers.models import Channel, Provider
from medexpro.reports.models import Delivery, Document, Reply


@sealed(
    may_follow=("revoked_at", "first_opened_at", "delivered_at", "failed_reason", "answered_at", "closed_at", "closed_by")
)  # fmt: skip
class Question(EpisodeRow):
    """One question a member asked a provider about a client, how it went out, and when it was answered.

    closed_at: somebody took it back; nobody waits for an answer any more.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="questions")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="questions")
    refer_back = models.ForeignKey(ReferBack, null=True, on_delete=models.PROTECT, related_name="questions")
    text = models.CharField(max_length=600)
    channel = models.CharField(max_length=8, choices=Channel)
    to = models.CharField(max_length=200)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    first_opened_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True, help_text="When its e-mail left; empty while it waits")
    failed_reason = models.CharField(max_length=240, blank=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(
                fields=["practice", "asked_at"],
                name="questions_open",
                condition=models.Q(answered_at=None, closed_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.text


@sealed(may_follow=("seen_at", "seen_by"))
class Answer(EpisodeRow):
    """What somebody said for a provider, once. Its id was made by the page, so that a form sent twice answers once.

    delivery, question: whose link it came by, or what it was recorded with. recorded_by: the member who took it down from
    the phone or a fax; empty for what the link itself told. ticks: the boxes of the document, as printed there.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="answers")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, null=True, on_delete=models.PROTECT, related_name="answers")
    name = models.CharField(max_length=120)
    credential = models.CharField(max_length=60, blank=True)
    meaning = models.CharField(max_length=240, help_text="What they confirmed, as the page said it")
    how = models.CharField(max_length=8, choices=Reply)
    recorded_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    ticks = models.JSONField(default=list)
    words = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, help_text="Of all that was typed")
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-answered_at", "-id"]
        indexes = [
            models.Index(
                fields=["practice", "answered_at"],
                name="answers_not_seen",
                condition=models.Q(seen_at=None),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(delivery__isnull=False) | models.Q(question__isnull=False),
                name="an_answer_came_by_a_delivery_or_a_question",
            )
        ]


@sealed(may_follow=("standing", "decided_by", "decided_at", "decided_why", "made"))
class Proposal(EpisodeRow):
    """One thing an answer changes: at once where it is safer than what holds, else once a member has decided.

    says: the sentence as it was shown. values: what was typed. made: the row that came of it.
    """

    class Kind(models.TextChoices):
        STOP = "stop", "Stop"
        LIMIT = "limit", "Limit"
        RESTRICTION = "restriction", "Limit in words"
        RELEASE = "release", "Release of a precaution"
        CLEARANCE = "clearance", "Clearance"
        GO_ON = "go_on", "Exercise may go on"

    class Standing(models.TextChoices):
        IN_FORCE = "in_force", "In force at once"
        WAITING = "waiting", "Waits for a decision"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Not accepted"

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=12, choices=Kind)
    says = models.CharField(max_length=400)
    values = models.JSONField(default=dict)
    precaution = models.ForeignKey(Precaution, null=True, on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(max_length=9, choices=Standing)
    decided_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_why = models.CharField(max_length=240, blank=True)
    made = models.UUIDField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["practice", "answer"],
                name="proposals_waiting",
                condition=models.Q(standing="waiting"),
            )
        ]
