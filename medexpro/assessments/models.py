"""Assessments, measurements and goals."""

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.clients.models import Side
from medexpro.episodes.models import Episode, EpisodeRow
from medexpro.knowledge.models import KnowledgeVersion
from medexpro.practice.models import Member, PracticeModel, VersionedModel


class Assessment(VersionedModel, EpisodeRow):
    """One occasion of measuring: the baseline, a reassessment, or a check in between. Half-done survives."""

    class Kind(models.TextChoices):
        BASELINE = "baseline", "Baseline"
        REASSESSMENT = "reassessment", "Reassessment"
        CHECK = "check", "Check in between"

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="assessments")
    kind = models.CharField(max_length=14, choices=Kind)
    planned = models.JSONField(default=list, help_text="Measure ids to take, in order")
    left_out = models.JSONField(default=dict, help_text="Planned measures not taken, each with the reason")
    note = models.TextField(blank=True)
    noted = models.JSONField(
        default=dict,
        help_text="Short notes by field: {text, version, by, name, at, was}; was: what stood before a correction",
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["practice", "episode", "started_at"], name="assessments_of_episode")]
        constraints = [
            models.UniqueConstraint(
                fields=["episode"],
                name="one_unfinished_assessment_at_a_time",
                condition=models.Q(finished_at=None),
            )
        ]


class Measurement(VersionedModel, EpisodeRow):
    """One result: its trials as typed, the kept value, side, device. Removed results stay, marked."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="measurements")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="measurements")
    measure = models.CharField(max_length=40)
    definition = models.ForeignKey(KnowledgeVersion, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=5, choices=Side, default=Side.NONE)
    trials = models.JSONField(
        default=list, help_text="List of {n, value, unit, canonical, meant}: typed text, exact decimal"
    )
    value = models.DecimalField(max_digits=14, decimal_places=6, help_text="Kept value in the measure's unit")
    unit = models.CharField(max_length=20)
    device = models.CharField(max_length=80, blank=True)
    aid = models.CharField(max_length=80, blank=True)
    modified = models.CharField(max_length=160, blank=True, help_text="How the protocol was changed")
    confirmed_implausible = models.BooleanField(default=False)
    measured_at = models.DateTimeField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked = models.JSONField(
        default=list,
        help_text="Questions answered before this was kept: {kind, trial, sentence, by, name, at}",
    )
    corrections = models.JSONField(
        default=list, help_text="What stood here before each change made after the assessment was finished"
    )
    removed_at = models.DateTimeField(null=True)
    removed_reason = models.CharField(max_length=240, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "episode", "measure", "side", "measured_at"], name="measurements_series"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "measure", "side"],
                name="one_result_per_measure_and_side_in_an_assessment",
                condition=models.Q(removed_at=None),
            )
        ]


class Goal(VersionedModel, EpisodeRow):
    """A goal for 30 or 90 days: a measure with a target, and the activity it stands for."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        MET = "met", "Met"
        CHANGED = "changed", "Replaced"
        DROPPED = "dropped", "Dropped"

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="goals")
    horizon_days = models.PositiveSmallIntegerField(choices=[(30, "30 days"), (90, "90 days")])
    measure = models.CharField(max_length=40)
    side = models.CharField(max_length=5, choices=Side, default=Side.NONE)
    target = models.DecimalField(max_digits=14, decimal_places=6)
    activity = models.CharField(max_length=160, help_text="What the client will do: climb the stairs at home")
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    met_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=240, blank=True, help_text="Why it was dropped or replaced")
    set_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()


class StepNames(VersionedModel, PracticeModel):
    """What a practice calls the steps of an assessment. One row at most; a step without a name keeps ours."""

    names = models.JSONField(default=dict, help_text="Step id: the practice's own name for it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="a_practice_names_its_steps_once")]


@sealed()
class TableChoice(PracticeModel):
    """Which table a measure is compared with: for one episode, or without one for the practice. Never edited.

    The newest row is in force; an episode's goes before the practice's.
    """

    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="table_choices")
    measure = models.CharField(max_length=40)
    table = models.CharField(
        max_length=80,
        blank=True,
        help_text="Key of the table or equation; empty takes the measure's own order",
    )
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["practice", "episode", "at"], name="table_choices_in_force")]


@sealed("OLD.taken_at IS NOT NULL")
class Asking(VersionedModel, EpisodeRow):
    """Questionnaires given to a client: on the practice's tablet, by a link to their phone, or typed from paper.

    What was answered is kept as it comes, and stays here unchanged once it was taken into the record.
    """

    class How(models.TextChoices):
        TABLET = "tablet", "On this tablet"
        PHONE = "phone", "On the client’s phone"
        PAPER = "paper", "On paper, typed here"

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="askings")
    how = models.CharField(max_length=6, choices=How)
    side = models.CharField(max_length=5, choices=Side, default=Side.NONE)
    forms = models.JSONField(default=list, help_text="List of {id, version}: the questionnaires, in order")
    answers = models.JSONField(default=dict, help_text="Questionnaire id: its answers by item")
    token_hash = models.CharField(
        max_length=64, blank=True, db_index=True, help_text="SHA-256 of the link's token"
    )
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When the practice ended the link")
    answered_at = models.DateTimeField(null=True, help_text="When the client said they were done")
    taken_at = models.DateTimeField(null=True, help_text="When the scores went into an assessment")
    taken = models.JSONField(default=dict, help_text="Questionnaire id: {value, measurement} as it was taken")
    asked_at = models.DateTimeField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["practice", "episode", "asked_at"], name="askings_of_episode")]
