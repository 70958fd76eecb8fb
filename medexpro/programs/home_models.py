"""The home program: exercises of the program with a dose for home, the sheets given out, and what the client ticked."""

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.episodes.models import Episode, EpisodeRow
from medexpro.practice.models import Member, VersionedModel
from medexpro.programs.models import Program, ProgramExercise


class HomeExercise(VersionedModel, EpisodeRow):
    """One exercise of the program that the client does at home, with its own dose. Taken out, it stays."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="home")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(ProgramExercise, on_delete=models.PROTECT, related_name="at_home")
    order = models.PositiveSmallIntegerField()
    sets = models.PositiveSmallIntegerField(default=1)
    quantity = models.DecimalField(max_digits=7, decimal_places=2)
    quantity_unit = models.CharField(max_length=12, help_text="reps, seconds, minutes, metres")
    days_a_week = models.PositiveSmallIntegerField(default=3)
    words = models.CharField(max_length=160, blank=True, help_text="How it is done, for the client")
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"], name="an_exercise_is_at_home_once", condition=models.Q(removed_at=None)
            )
        ]


@sealed(may_follow=("revoked_at", "first_opened_at"))
class HomeSheet(EpisodeRow):
    """One giving of the home program: the page as it was printed, and the link where one was made."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="home_sheets")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="home_sheets")
    given_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    first_opened_at = models.DateTimeField(null=True)
    layout_version = models.CharField(max_length=20)
    made_with = models.JSONField(default=dict, help_text="Typst, font and layout versions")
    sha256 = models.CharField(max_length=64)
    # The large ones stand last: SQLite reads through them to whatever stands behind.
    snapshot = models.JSONField()
    pdf = models.BinaryField()

    class Meta:
        ordering = ["-given_at", "-id"]


class Felt(models.TextChoices):
    """How it felt, in the client's words."""

    EASY = "easy", "Easy"
    RIGHT = "right", "About right"
    HARD = "hard", "Hard"


@sealed()
class HomeDone(EpisodeRow):
    """The client ticked “done today” on the page of a link. Of several on one day the last counts."""

    sheet = models.ForeignKey(HomeSheet, on_delete=models.PROTECT, related_name="done")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="home_done")
    on = models.DateField(help_text="The practice's day")
    felt = models.CharField(max_length=8, choices=Felt, blank=True)
    pain = models.PositiveSmallIntegerField(null=True, help_text="Pain of 10 while doing it")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["episode", "-on"], name="home_done_of_episode")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pain=None) | models.Q(pain__lte=10), name="pain_at_home_is_of_10"
            )
        ]
