"""Mail to people outside who asked for it: letters one by one, sequences, newsletters, campaigns, and what they answer to."""

from django.db import models
from django.db.models import Q

from medexpro.audit.sealing import sealed
from medexpro.clients.models import Client
from medexpro.marketing.rules.mailing import MailState
from medexpro.marketing.rules.sequences import SequenceKind
from medexpro.practice.models import Member, PracticeModel, VersionedModel


class MailRules(VersionedModel, PracticeModel):
    """When a practice writes to people outside, and how long it keeps who never came. Without a row, as the fields say."""

    quiet_from = models.PositiveSmallIntegerField(
        default=20, help_text="Hour of the practice's clock from which nothing leaves by itself"
    )
    quiet_to = models.PositiveSmallIntegerField(default=8, help_text="Hour from which it does again")
    quiet_days = models.JSONField(default=list, help_text="Weekdays on which nothing leaves, Monday is 0")
    leads_keep_months = models.PositiveSmallIntegerField(
        default=12, help_text="Months without a word after which a lead that came to nothing is let go of"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice"], name="a_practice_mails_by_one_set_of_rules"),
            models.CheckConstraint(
                condition=Q(quiet_from__lte=23, quiet_to__lte=23), name="quiet_hours_are_hours_of_a_day"
            ),
            models.CheckConstraint(
                condition=Q(leads_keep_months__gte=1, leads_keep_months__lte=60),
                name="leads_are_kept_for_1_to_60_months",
            ),
        ]


class Campaign(PracticeModel):
    """A short code in the address of the public page that says where somebody read of it: a flyer, a talk, an advert."""

    code = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="The address works on; the list hides it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "code"], name="a_campaign_code_means_one_thing"),
        ]

    def __str__(self) -> str:
        return self.name


class LeadCount(PracticeModel):
    """How many leads of a month and source were let go of, and what had become of them. Names nobody."""

    month = models.DateField(help_text="The first day of the month they came in")
    source = models.CharField(max_length=120)
    leads = models.PositiveIntegerField(default=0)
    booked = models.PositiveIntegerField(default=0)
    clients = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "month", "source"], name="leads_let_go_of_are_counted_in_one_place"
            ),
        ]


@sealed("OLD.in_service_at IS NOT NULL", may_follow=("ended_at",))
class SequenceVersion(PracticeModel):
    """One version of the mails of a sequence: a draft until it is put in service, then closed; the next one follows.

    mails: {days, subject, text} each, days after the agreement, rising.
    """

    kind = models.CharField(max_length=12, choices=[(one.value, one.value) for one in SequenceKind])
    number = models.PositiveSmallIntegerField()
    mails = models.JSONField(default=list)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    in_service_at = models.DateTimeField(null=True, help_text="Since when it is written by; empty is a draft")
    put_in_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text="When it was taken out, or the next one followed")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "number"], name="versions_of_a_sequence_are_counted"
            ),
            models.UniqueConstraint(
                fields=["practice", "kind"],
                condition=Q(in_service_at__isnull=False, ended_at=None),
                name="one_version_of_a_sequence_is_in_service",
            ),
            models.UniqueConstraint(
                fields=["practice", "kind"],
                condition=Q(in_service_at=None),
                name="one_draft_of_a_sequence_is_written",
            ),
        ]


class SequenceRun(PracticeModel):
    """One person on the way through a sequence. Where they stand follows from the mails that left."""

    kind = models.CharField(max_length=12, choices=[(one.value, one.value) for one in SequenceKind])
    # The version they began with is the one they go on with.
    sequence = models.ForeignKey(SequenceVersion, on_delete=models.PROTECT, related_name="runs")
    lead = models.ForeignKey("marketing.Lead", null=True, on_delete=models.CASCADE, related_name="runs")
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(help_text="From when its days count")
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(null=True)
    why = models.CharField(
        max_length=20, blank=True, help_text="Why it stopped, a value of rules.sequences.Stop"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lead__isnull=False, client=None) | Q(lead=None, client__isnull=False),
                name="a_sequence_writes_to_a_lead_or_a_client",
            ),
            models.UniqueConstraint(
                fields=["lead", "kind"], condition=Q(lead__isnull=False), name="a_lead_gets_a_sequence_once"
            ),
            models.UniqueConstraint(
                fields=["client", "kind"],
                condition=Q(client__isnull=False),
                name="a_client_gets_a_sequence_once",
            ),
        ]
        indexes = [models.Index(fields=["practice", "stopped_at"], name="sequences_under_way")]


@sealed(
    "OLD.started_at IS NOT NULL",
    may_follow=("state", "total", "finished_at", "version", "updated_at"),
)
class Newsletter(VersionedModel, PracticeModel):
    """One newsletter: a draft, then closed as it was sent, with the reader's place kept in its mails."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SENDING = "sending", "On its way"
        STOPPED = "stopped", "Stopped"
        SENT = "sent", "Sent"

    subject = models.CharField(max_length=120)
    text = models.TextField(max_length=20_000, help_text="Markdown without HTML and pictures")
    to_leads = models.BooleanField(default=True)
    to_clients = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    tested_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["practice", "-created_at"], name="newsletters_by_day")]

    def __str__(self) -> str:
        return self.subject


class Mail(PracticeModel):
    """One mail to one person outside. `key` says what it is for, so that the same is written to nobody twice.

    It is claimed before it leaves, so that of two workers one sends it, and one that was cut off never sends it again.
    bounce_key: in the address its bounce comes back to; it opens nothing.
    """

    class What(models.TextChoices):
        SEQUENCE = "sequence", "Sequence"
        NEWSLETTER = "newsletter", "Newsletter"
        TEST = "test", "Test to oneself"
        OPT_IN = "opt_in", "Was it you"
        OTHER = "other", "Other"

    what = models.CharField(max_length=10, choices=What)
    key = models.CharField(max_length=160)
    to = models.EmailField()
    to_name = models.CharField(max_length=170, blank=True)
    lead = models.ForeignKey("marketing.Lead", null=True, on_delete=models.CASCADE, related_name="mails")
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(SequenceRun, null=True, on_delete=models.CASCADE, related_name="mails")
    step = models.PositiveSmallIntegerField(null=True, help_text="Which mail of its sequence, from 0")
    newsletter = models.ForeignKey(Newsletter, null=True, on_delete=models.PROTECT, related_name="mails")
    subject = models.CharField(max_length=160, blank=True, help_text="As it left; a newsletter keeps its own")
    text = models.TextField(blank=True, help_text="As it left, without the last lines")
    state = models.CharField(
        max_length=10, choices=[(one.value, one.label) for one in MailState], default=MailState.WAITING.value
    )
    bounce_key = models.CharField(max_length=40, unique=True)
    message_id = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Not before")
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When it bounced, failed or was put away")
    answer = models.CharField(max_length=240, blank=True, help_text="What the mail server or the bounce said")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "key"], name="a_mail_is_written_once"),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="mails_by_turn"),
            models.Index(fields=["lead", "-made_at"], name="mails_of_a_lead"),
            models.Index(fields=["practice", "to"], name="mails_by_address"),
        ]


class AddressTrouble(PracticeModel):
    """An address that mail came back from, or whose owner complained: a keyed hash, so that nothing is sent there again."""

    class Kind(models.TextChoices):
        SOFT = "soft", "Put off"
        BOUNCED = "bounced", "Came back"
        COMPLAINED = "complained", "Complained"

    address_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind)
    times = models.PositiveSmallIntegerField(default=1, help_text="How often mail was put off in a row")
    said = models.CharField(max_length=240, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "address_hash"], name="an_address_has_one_trouble"),
        ]
