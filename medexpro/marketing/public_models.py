"""The practice's public page, its articles, and what a visitor has typed so far. Who visits leaves no trace but this."""

from django.db import models
from django.db.models import Q

from medexpro.practice.models import Member, PracticeModel, VersionedModel
from medexpro.scheduling.models import Service


class PublicPage(VersionedModel, PracticeModel):
    """What one practice's page says beside its voice. Whether anybody may read it, `positioning.Profile` says."""

    headline = models.CharField(max_length=90, blank=True, help_text="Empty: the positioning line")
    arrival = models.CharField(
        max_length=160, blank=True, help_text="How one gets in, such as parking at the door"
    )
    questions = models.JSONField(
        null=True, help_text="List of {question, answer}; null takes the product’s own"
    )
    first_visit = models.ForeignKey(
        Service, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="What visitors may ask a time for; empty offers no times",
    )  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="a_practice_has_one_public_page")]


class Article(VersionedModel, PracticeModel):
    """One text on the public page, written in Markdown."""

    class State(models.TextChoices):
        """Whether anybody may read it."""

        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80)
    summary = models.CharField(max_length=200, blank=True)
    body = models.TextField(max_length=20_000, help_text="Markdown without HTML and pictures")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, help_text="When it was first published")
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "slug"], name="an_article_has_its_own_address"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False),
                name="a_published_article_says_since_when",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class LeadDraft(PracticeModel):
    """What a visitor typed into the lead form so far. Its id is in the signed key of the form; it goes after a week.

    answers: by the name of the field. source: where the visitor came from, as `asking.CameFrom` reads it. lead: what it
    became, so that the same form sent twice makes one.
    """

    answers = models.JSONField(default=dict)
    source = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    lead = models.ForeignKey("marketing.Lead", null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["practice", "touched_at"], name="lead_drafts_by_time")]


class NotContacted(PracticeModel):
    """Somebody who had everything of theirs deleted: a keyed hash of the address, so that nobody writes to it again."""

    address_hash = models.CharField(max_length=64)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "address_hash"], name="an_address_is_left_alone_once")
        ]
