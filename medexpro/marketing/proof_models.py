"""Proof: figures of a group of clients as they were published, and stories told with a client's consent."""

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.clients.models import Consent
from medexpro.episodes.models import Episode, EpisodeRow
from medexpro.practice.models import Member, PracticeModel, VersionedModel


@sealed(may_follow=("withdrawn_at", "withdrawn_by"))
class CohortFigures(PracticeModel):
    """Figures of one group and period, frozen when they were published. They name nobody and hold no episode's id.

    figures: as cohorts.Figures gives them, rounded and with their definitions. clients: how many stand behind them.
    """

    since = models.DateField(help_text="First day of discharge that counts")
    until = models.DateField(help_text="Last day of discharge that counts")
    clients = models.PositiveSmallIntegerField()
    figures = models.JSONField(default=list)
    published_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["practice", "-published_at"], name="cohort_figures_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(clients__gte=5), name="no_figures_are_published_of_fewer_than_five"
            ),
        ]


class Story(VersionedModel, EpisodeRow):
    """A story drafted from one episode, without what could name the client. Its text stands in its versions.

    published_number: of the version the public page shows, as long as its consent holds.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="stories")
    drafted_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    published_number = models.PositiveSmallIntegerField(null=True)
    published_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    put_away_at = models.DateTimeField(null=True, help_text="No longer worked on")

    class Meta:
        indexes = [models.Index(fields=["practice", "-drafted_at"], name="stories_by_day")]

    def __str__(self) -> str:
        return f"Story of {self.drafted_at:%Y-%m-%d}"


@sealed()
class StoryVersion(EpisodeRow):
    """One text of a story. A changed text is another version, and what was agreed to one says nothing of the next.

    removed: what the draft left out: {what, why} each, in kinds and never in the words themselves.
    """

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="versions")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField()
    text_hash = models.CharField(max_length=64, help_text="SHA-256 of title and text")
    removed = models.JSONField(default=list)
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["story", "number"], name="a_story_counts_its_versions"),
        ]


@sealed()
class StoryConsent(EpisodeRow):
    """That a client agreed to this very text, and how they signed. It ends when the agreement it stands on is withdrawn."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(StoryVersion, on_delete=models.PROTECT, related_name="consents")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+")
    signed_name = models.CharField(max_length=160)
    signed_as = models.CharField(max_length=20, default="client", help_text="client or guardian")
    signature = models.TextField(
        blank=True, help_text="SVG path; empty where a name was typed or paper signed"
    )
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "consent"], name="an_agreement_covers_a_text_once"),
        ]
