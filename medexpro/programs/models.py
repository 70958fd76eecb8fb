"""The program: made from one protocol version, then the client's own."""

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.clearance.models import ReferBack
from medexpro.episodes.models import Episode, EpisodeRow
from medexpro.knowledge.models import KnowledgeVersion
from medexpro.practice.models import Member, VersionedModel


class Program(VersionedModel, EpisodeRow):
    """This client's plan. It keeps the protocol version it was made from."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="programs")
    protocol = models.ForeignKey(KnowledgeVersion, on_delete=models.PROTECT, related_name="+")
    phase = models.CharField(max_length=20, help_text="Phase id of the protocol")
    sessions_planned = models.PositiveSmallIntegerField(default=24)
    weekdays = models.CharField(max_length=60, blank=True, help_text="Such as Tuesdays and Thursdays")
    effort_ceiling = models.PositiveSmallIntegerField(default=6, help_text="RPE of 10")
    pain_ceiling = models.PositiveSmallIntegerField(default=5, help_text="Pain of 10 in exercise")
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    entry = models.JSONField(
        default=dict, help_text="Entry criterion to {words, by, at}: who confirmed it, and by what"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode"], name="one_program_at_a_time", condition=models.Q(ended_at=None)
            )
        ]


class ServiceCategory(models.TextChoices):
    """What the minutes on the floor are kept by. Codes and units are billing's."""

    STRENGTH = "strength", "Strength and range"
    FUNCTIONAL = "functional", "Functional training"
    BALANCE = "balance", "Balance and control"
    WALKING = "walking", "Walking"


class ProgramExercise(VersionedModel, EpisodeRow):
    """One exercise of the program with its dosage. Swapped or taken out, it stays with the reason."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="exercises")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    exercise = models.CharField(max_length=60, help_text="Exercise id of the library")
    name = models.CharField(max_length=120, help_text="As it read when chosen")
    phase = models.CharField(max_length=20)
    order = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=12, choices=ServiceCategory)
    part = models.CharField(
        max_length=20, default="resistance", help_text="Part a gate closes: aerobic, resistance …"
    )
    sets = models.PositiveSmallIntegerField(default=1)
    quantity = models.DecimalField(max_digits=7, decimal_places=2)
    quantity_unit = models.CharField(max_length=12, help_text="reps, seconds, minutes, metres")
    load = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    load_unit = models.CharField(max_length=12, blank=True)
    effort = models.CharField(max_length=12, blank=True, help_text="RPE aimed at, such as 4-5")
    cue = models.CharField(max_length=160, blank=True)
    contraindication_reason = models.CharField(
        max_length=240, blank=True, help_text="Why it stays in spite of a warning; never past a block"
    )
    added_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_reason = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["order", "id"]


@sealed()
class PhaseDecision(EpisodeRow):
    """Advance, hold, regress or refer back, with the evidence as it stood."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="phase_decisions")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    from_phase = models.CharField(max_length=20)
    to_phase = models.CharField(max_length=20)
    choice = models.CharField(
        max_length=12,
        choices=[
            ("advance", "Advance"),
            ("hold", "Hold"),
            ("regress", "Step back"),
            ("refer_back", "Refer back"),
        ],
    )
    proposed = models.CharField(max_length=12, blank=True, help_text="What the record spoke for")
    evidence = models.JSONField(default=list, help_text="Everything weighed, as it stood")
    reason = models.TextField(blank=True, help_text="Why, where the decision is another than proposed")
    refer_back = models.ForeignKey(
        ReferBack, null=True, on_delete=models.PROTECT, related_name="+", help_text="What it opened"
    )
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


from medexpro.programs.home_models import Felt, HomeDone, HomeExercise, HomeSheet  # noqa: E402, F401
