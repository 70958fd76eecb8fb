"""Session logs: what was done, by whom, as the commands said; signed is signed."""

from typing import Any

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.episodes.models import Episode, EpisodeRow
from medexpro.practice.models import Member, Practice, PracticeModel
from medexpro.programs.models import Program, ProgramExercise, ServiceCategory


class SessionState(models.TextChoices):
    """Where a session log stands. HELD: exercise was stopped, and what was found went back to the provider."""

    OPEN = "open", "Open"
    HELD = "held", "Stopped"
    READY = "ready", "Ready to sign"
    AWAITING_COSIGN = "awaiting_cosign", "Awaits co-sign"
    SIGNED = "signed", "Signed"
    VOID = "void", "Did not take place"


class NotHeld(models.TextChoices):
    """Why a session that was opened did not take place."""

    NO_SHOW = "no_show", "The client did not come"
    CANCELLED = "cancelled", "It was cancelled"
    MISTAKE = "mistake", "Opened by mistake"


class Response(models.TextChoices):
    """How the client took the session, as they said at its end."""

    WELL = "well", "Taken well"
    TIRED = "tired", "Tired"
    SORE = "sore", "Sore"
    WORSE = "worse", "Worse than before"


class Decision(models.TextChoices):
    """What comes next time. Anything but to hold says why."""

    ADVANCE = "advance", "Advance"
    HOLD = "hold", "Hold"
    REGRESS = "regress", "Step back"
    STOP = "stop", "Stop"


class Place(models.TextChoices):
    """Where a session takes place."""

    SITE = "site", "At the practice"
    HOME = "home", "At the client’s home"
    ONLINE = "online", "Online"


# What a co-sign still adds to a note that its writer has signed.
COSIGNING = ("state", "version", "cosigned_at", "cosigned_by", "cosigned_name")
IN_A_SIGNED_NOTE = (
    "(SELECT note.state FROM session_logs_sessionlog note WHERE note.id = OLD.session_id) "
    "IN ('signed', 'awaiting_cosign')"
)


@sealed("OLD.state IN ('signed', 'void')")
@sealed("OLD.state = 'awaiting_cosign'", may_follow=COSIGNING)
class SessionLog(EpisodeRow):
    """One session with one client. `version` counts applied commands; the tablet sends the one it knows."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="sessions")
    program = models.ForeignKey(Program, null=True, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="sessions")
    state = models.CharField(max_length=16, choices=SessionState, default=SessionState.OPEN)
    opened_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, help_text="When the gate let exercise begin")
    ended_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=8, choices=Place, default=Place.SITE)
    red_flags = models.JSONField(null=True, help_text="Symptom ids new or worse; [] is the answer none")
    red_flags_at = models.DateTimeField(null=True)
    signs = models.JSONField(
        null=True, help_text="Signs of today as {symptom, at, when}; [] is the answer none"
    )
    answers = models.JSONField(
        default=dict, help_text="Finding code to {reason, provider answer, by, at} for DECIDE"
    )
    findings = models.JSONField(default=list, help_text="As last weighed")
    minutes = models.JSONField(default=dict, help_text="Service category to seconds")
    marks = models.JSONField(
        default=dict,
        help_text="The gate as last weighed; who touched what last; how it was stopped; why it did not take place; "
        "the booking of a group that came together",
    )
    note = models.TextField(blank=True)
    response = models.CharField(max_length=20, blank=True, choices=Response)
    decision = models.CharField(max_length=12, blank=True, choices=Decision)
    decision_reason = models.CharField(max_length=240, blank=True)
    next_plan = models.CharField(max_length=240, blank=True)
    version = models.PositiveIntegerField(default=0)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    signed_name = models.CharField(max_length=200, blank=True)
    cosigned_at = models.DateTimeField(null=True)
    cosigned_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    cosigned_name = models.CharField(max_length=200, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the signed content")

    @property
    def is_closed(self) -> bool:
        """Return whether nothing is logged in it any more: what is still open was not done."""
        return self.state in (SessionState.SIGNED, SessionState.AWAITING_COSIGN, SessionState.VOID)

    @property
    def stopped(self) -> dict[str, Any] | None:
        """Return what stopped the session, {at, observed}: it stays visible under every signature. None: it was not."""
        return self.marks.get("stopped")

    @property
    def group(self) -> str | None:
        """Return the id of the booking whose group this client came with; None for a session alone."""
        return self.marks.get("group")

    @property
    def proposed_by(self) -> str:
        """Return who proposed what comes next time without being one who decides it; "" where a professional did."""
        return self.marks.get("proposed_by", "")

    @property
    def decided(self) -> str:
        """Return the decision for the next time, once it is one: an assistant's proposal is, with a professional's hand."""
        return "" if self.proposed_by and self.state != SessionState.SIGNED else self.decision

    @property
    def not_held_words(self) -> str:
        """Return why the session did not take place; "" where it did."""
        void = self.marks.get("void")
        return ". ".join(filter(None, (NotHeld(void["why"]).label, void["words"]))) if void else ""

    @property
    def state_words(self) -> str:
        """Return where the log stands, in words; a signed one that was stopped says so."""
        words = self.get_state_display()
        return f"{words}, stopped" if self.stopped and self.state != SessionState.HELD else words

    class Meta:
        indexes = [
            models.Index(fields=["practice", "episode", "-number"], name="sessions_of_episode"),
            models.Index(fields=["practice", "episode", "state"], name="sessions_of_episode_by_state"),
            models.Index(fields=["practice", "state", "-opened_at"], name="sessions_by_state"),
            models.Index(
                fields=["practice", "opened_at"],
                name="sessions_not_signed",
                condition=models.Q(signed_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "number"], name="sessions_of_an_episode_are_numbered_once"
            )
        ]


@sealed()
class SessionReading(EpisodeRow):
    """One vital sign or score taken in a session. All stay: a recheck never replaces what was read before."""

    # Millions of rows: no index but those below, which every writing has to keep.
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    session = models.ForeignKey(SessionLog, on_delete=models.PROTECT, related_name="readings", db_index=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+", db_index=False)
    measure = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=12, decimal_places=4)
    unit = models.CharField(max_length=20)
    moment = models.CharField(max_length=10, choices=[("pre", "Before"), ("in", "During"), ("post", "After")])
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["session", "at"], name="readings_of_session"),
            models.Index(fields=["episode", "at"], name="readings_of_episode"),
        ]


@sealed(IN_A_SIGNED_NOTE)
class ExerciseEntry(EpisodeRow):
    """One exercise of one session as done, skipped or swapped."""

    # As with readings: no index but the one below.
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    session = models.ForeignKey(SessionLog, on_delete=models.PROTECT, related_name="entries", db_index=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+", db_index=False)
    planned = models.ForeignKey(
        ProgramExercise, null=True, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    exercise = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=12, choices=ServiceCategory)
    part = models.CharField(max_length=20, default="resistance")
    order = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=8,
        choices=[("open", "Open"), ("done", "Done"), ("skipped", "Skipped"), ("swapped", "Swapped")],
        default="open",
    )
    sets = models.JSONField(default=list, help_text="List of {quantity, load}: one per set done")
    quantity_unit = models.CharField(max_length=12)
    load_unit = models.CharField(max_length=12, blank=True)
    target = models.JSONField(default=dict, help_text="Sets, quantity, load, effort as the program said")
    last = models.JSONField(default=dict, help_text="What was done last time")
    effort = models.PositiveSmallIntegerField(null=True, help_text="RPE 0-10")
    pain = models.PositiveSmallIntegerField(null=True, help_text="0-10")
    reason = models.CharField(max_length=240, blank=True, help_text="For skip, swap, or over a ceiling")
    logged_at = models.DateTimeField(null=True, help_text="When effort and pain were said")

    class Meta:
        ordering = ["order", "id"]
        indexes = [models.Index(fields=["session", "order"], name="entries_of_session")]


@sealed()
class SessionCommand(PracticeModel):
    """One command from a tablet, kept with its answer: applied once, whatever the network does."""

    id = models.UUIDField(editable=False, help_text="Made on the device")
    key = models.BigAutoField(primary_key=True)
    # As with readings: no index but those of the constraints below.
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_index=False)
    session = models.ForeignKey(SessionLog, on_delete=models.PROTECT, related_name="commands", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    body = models.JSONField(default=dict)
    payload_hash = models.CharField(max_length=64)
    device_at = models.DateTimeField(help_text="The tablet's clock; kept, not trusted")
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, help_text="applied, conflict or refused")
    answer = models.JSONField(default=dict, help_text="What was said, without the gate as it stood")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "id"], name="a_command_is_applied_once"),
            models.UniqueConstraint(
                fields=["session", "device", "seq"], name="a_device_numbers_its_commands_once"
            ),
        ]


@sealed()
class Addendum(EpisodeRow):
    """A dated addition to a signed note. The note itself never changes."""

    session = models.ForeignKey(SessionLog, on_delete=models.PROTECT, related_name="addenda")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    signed_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
