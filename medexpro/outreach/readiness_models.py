"""Readiness: the practice's own wording of standards and tasks, what people say shows them, scores with their day."""

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.practice.models import Member, PracticeModel, VersionedModel


class ReadinessItem(VersionedModel, PracticeModel):
    """A standard or a task as the practice words it: one of ours reworded or put away, or one of its own.

    key: ours from data/readiness.yaml, or the row's own id.
    """

    class Kind(models.TextChoices):
        STANDARD = "standard", "Standard"
        TASK = "task", "Task"

    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    detail = models.CharField(max_length=240, blank=True)
    day = models.PositiveSmallIntegerField(null=True, help_text="Of the plan, for a task")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "key"], name="an_item_of_readiness_stands_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


@sealed(may_follow=("struck_at", "struck_by"))
class ReadinessSaid(PracticeModel):
    """A person's word that a standard is met or a task done, with what shows it. The newest counts; earlier ones stay."""

    kind = models.CharField(max_length=8, choices=ReadinessItem.Kind)
    key = models.CharField(max_length=40)
    note = models.CharField(max_length=240, blank=True)
    link = models.CharField(max_length=300, blank=True, help_text="Where it can be seen")
    good_until = models.DateField(null=True, help_text="Last day it holds; empty: for good")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["practice", "kind", "key", "-at"], name="readiness_said")]


@sealed()
class ReadinessScore(PracticeModel):
    """The score as it was on a day. lines: {key, title, shown, words} of each standard then."""

    on = models.DateField()
    met = models.PositiveSmallIntegerField()
    of = models.PositiveSmallIntegerField()
    lines = models.JSONField(default=list)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["practice", "-at"], name="readiness_scores_by_day")]


class ReadinessPlan(PracticeModel):
    """One run of the thirty days. The newest that has not ended counts."""

    begun_on = models.DateField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice"], name="one_plan_runs_at_a_time", condition=models.Q(ended_at=None)
            )
        ]
