"""Screening, decisions with limits, precautions, refer back. Decisions are never edited: new ones follow."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from medexpro.audit.sealing import sealed
from medexpro.clients.models import ClientDocument
from medexpro.episodes.models import Episode, EpisodeRow, EpisodeRowQuerySet
from medexpro.practice.models import Member, PracticeModel, VersionedModel
from medexpro.providers.models import Channel, Provider


@sealed("OLD.finished_at IS NOT NULL", may_follow=("decisions", "version", "updated_at"))
class Screening(VersionedModel, EpisodeRow):
    """One answering of our questionnaire; half-done survives."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="screenings")
    questionnaire_version = models.PositiveSmallIntegerField()
    own_questions = models.JSONField(
        default=dict, help_text="The practice’s own questions it was begun with: id to version"
    )
    answers = models.JSONField(default=dict, help_text="Question id to {answer, words}")
    findings = models.JSONField(default=list, help_text="As weighed when it was finished")
    decisions = models.JSONField(
        default=dict, help_text="Finding code to {choice, reason, by, at} for DECIDE findings"
    )
    answered_by = models.CharField(max_length=20, default="professional", help_text="professional or client")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")


@sealed()
class KnownState(EpisodeRow):
    """A symptom or history id of the gate rules as known now: what “new or worse” is compared with. Latest counts."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="known_states")
    item = models.CharField(max_length=60, help_text="Symptom or history id")
    present = models.BooleanField()
    words = models.CharField(max_length=240, blank=True)
    recorded_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "id"]


class Outcome(models.TextChoices):
    """What a clearance decision says."""

    GRANTED = "granted", "Cleared"
    REFUSED = "refused", "Not cleared"
    WITHDRAWN = "withdrawn", "Withdrawn"


class DecisionQuerySet(EpisodeRowQuerySet):
    def in_force(self, on: date) -> Self:
        """Return decisions that cover a day; the newest is the one that counts."""
        covers = Q(valid_to=None) | Q(valid_to__gte=on)
        return self.filter(covers, valid_from__lte=on).order_by("-decided_at", "-id")


@sealed()
class Decision(EpisodeRow):
    """One clearance decision on one day. Never edited: a new one follows, so the table is the history."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="clearances")
    outcome = models.CharField(max_length=10, choices=Outcome)
    findings = models.JSONField(default=list, help_text="The findings as the decider saw them")
    reason = models.TextField(blank=True)
    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="+")
    provider_words = models.TextField(blank=True, help_text="The provider's own words, quoted")
    document = models.ForeignKey(ClientDocument, null=True, on_delete=models.PROTECT, related_name="+")
    vigorous = models.BooleanField(default=False, help_text="The provider allows vigorous work")
    decided_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="Empty for a stop the provider gave by a link: it holds at once",
    )  # fmt: skip
    decided_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="Last day covered; empty until changed")
    continues = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+",
        help_text="The clearance this one carries on after a provider's answer; empty for one of its own",
    )  # fmt: skip

    objects = DecisionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice", "episode", "-decided_at"], name="clearances_of_episode")]


@sealed(
    may_follow=("ended_at", "ended_by", "released_by", "released_on", "released_words", "release_document")
)
class ProviderLimit(EpisodeRow):
    """One limit a provider wrote: the only thing that may loosen ours. Ended, never edited.

    It ends by a newer letter of the same provider, or by a release in a provider's words.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="provider_limits")
    measure = models.CharField(max_length=40)
    op = models.CharField(max_length=1, choices=[(">", "no higher than"), ("<", "no lower than")])
    value = models.DecimalField(
        max_digits=12, decimal_places=4, help_text="Canonical unit; at the limit passes"
    )
    closes = models.CharField(max_length=20, default="session", help_text="Part it closes when passed")
    words = models.CharField(max_length=240, blank=True, help_text="As written")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(ClientDocument, null=True, on_delete=models.PROTECT, related_name="+")
    written_on = models.DateField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="Empty for one the provider set by a link: it only tightens",
    )  # fmt: skip
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="+")
    released_on = models.DateField(null=True, help_text="The day of the provider's release")
    released_words = models.CharField(max_length=240, blank=True, help_text="The release, quoted")
    release_document = models.ForeignKey(
        ClientDocument, null=True, on_delete=models.PROTECT, related_name="+"
    )


@sealed(may_follow=("ended_at", "ended_by", "end_reason"))
class PracticeLimit(PracticeModel):
    """A limit this practice tightened for everyone. It can't be looser than the product's own."""

    measure = models.CharField(max_length=40)
    op = models.CharField(max_length=1, choices=[(">", "no higher than"), ("<", "no lower than")])
    value = models.DecimalField(max_digits=12, decimal_places=4)
    closes = models.CharField(max_length=20, default="session")
    set_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    reason = models.CharField(max_length=240, help_text="Why the practice is tighter")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    end_reason = models.CharField(max_length=240, blank=True, help_text="Why it was ended")


@sealed(may_follow=("ended_at",))
class WrittenPlan(EpisodeRow):
    """A cardiology or diabetes plan a provider wrote: turns what would bar a client into a DECIDE inside its limits."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="written_plans")
    kind = models.CharField(
        max_length=12, choices=[("cardiology", "Cardiology plan"), ("diabetes", "Diabetes plan")]
    )
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    names_service = models.BooleanField(default=False, help_text="The plan names this service")
    words = models.TextField(blank=True)
    document = models.ForeignKey(ClientDocument, null=True, on_delete=models.PROTECT, related_name="+")
    written_on = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)


@sealed("OLD.state = 'released'", may_follow=("version", "updated_at"))
class Precaution(VersionedModel, EpisodeRow):
    """One precaution in force. It never ends by date: only a recorded release lifts it."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="precautions")
    text = models.CharField(max_length=240, help_text="Short phrase, shown wherever the client is")
    detail = models.TextField(blank=True, help_text="The whole of it, in the words of the protocol")
    tags = models.JSONField(default=list, help_text="Contraindication tags of the exercise library it blocks")
    mode = models.CharField(max_length=12, default="block", help_text="block, variant or conditional")
    protocol_item = models.CharField(
        max_length=60, blank=True, help_text="Precaution id in the protocol it came from"
    )
    source = models.CharField(max_length=240, blank=True)
    verification = models.CharField(max_length=20, blank=True)
    state = models.CharField(
        max_length=10,
        choices=[
            ("suggested", "Suggested"),
            ("confirmed", "Confirmed"),
            ("declined", "Not used"),
            ("released", "Released"),
        ],
        default="suggested",
    )
    confirmed_provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_words = models.CharField(
        max_length=240, blank=True, help_text="The provider's instruction, quoted"
    )
    confirmed_on = models.DateField(null=True)
    ask_release_from = models.DateField(null=True, help_text="Only opens the question")
    released_on = models.DateField(null=True)
    released_words = models.CharField(max_length=240, blank=True)
    recorded_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "ask_release_from"],
                name="releases_to_ask_for",
                condition=models.Q(ask_release_from__isnull=False, state__in=("suggested", "confirmed")),
            )
        ]

    @property
    def phrase(self) -> str:
        """Return what the amber strip says; a precaution that waits for the provider's instruction says so."""
        return self.text if self.state == "confirmed" else f"{self.text} (to confirm)"


@sealed("OLD.told_at IS NOT NULL")
class ToTell(EpisodeRow):
    """A finding that let the session go on and that the provider is to hear of, and when they did."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="to_tell")
    session_id = models.UUIDField(help_text="The session it was found in")
    code = models.CharField(max_length=80, help_text="Finding code")
    sentence = models.TextField(help_text="What was found, as weighed")
    figure = models.CharField(max_length=240, blank=True)
    found_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel, blank=True)
    words = models.CharField(max_length=240, blank=True, help_text="What was said")

    class Meta:
        indexes = [models.Index(fields=["practice", "told_at", "due_at"], name="findings_to_tell")]
        constraints = [
            models.UniqueConstraint(fields=["session_id", "code"], name="a_finding_of_a_session_is_told_once")
        ]


@sealed("OLD.closed_at IS NOT NULL", may_follow=("version", "updated_at"))
class ReferBack(VersionedModel, EpisodeRow):
    """Back to the provider: the finding as observed, who was asked, what they answered. It holds the episode."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="refer_backs")
    trigger = models.CharField(max_length=80, help_text="Finding code, or “observed”")
    observed = models.TextField(help_text="What was seen or measured, no cause")
    findings = models.JSONField(default=list)
    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel, blank=True)
    contacted_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    answer = models.TextField(blank=True, help_text="The provider's answer, quoted")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="+")
    answer_document = models.ForeignKey(ClientDocument, null=True, on_delete=models.PROTECT, related_name="+")
    go_on = models.BooleanField(null=True, help_text="Whether the answer lets exercise go on")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    @property
    def codes(self) -> list[str]:
        """Return the codes of every finding that was given back."""
        return [self.trigger, *(finding["code"] for finding in self.findings)]
