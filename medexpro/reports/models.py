"""Documents that go out: drafted, frozen, signed, delivered. Signed ones never change."""

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.episodes.models import Episode, EpisodeRow
from medexpro.kernel.documents import DOCUMENT_NAMES, DocumentKind
from medexpro.practice.models import Member, PracticeModel, VersionedModel
from medexpro.providers.models import Channel, Provider


@sealed("OLD.signed_at IS NOT NULL", may_follow=("state", "version", "updated_at"))
class Document(VersionedModel, EpisodeRow):
    """One of the six documents, to one provider."""

    class Kind(models.TextChoices):
        ACKNOWLEDGEMENT = DocumentKind.ACKNOWLEDGEMENT.value, DOCUMENT_NAMES[DocumentKind.ACKNOWLEDGEMENT]
        INTRODUCTORY = DocumentKind.INTRODUCTORY.value, DOCUMENT_NAMES[DocumentKind.INTRODUCTORY]
        SUMMARY = DocumentKind.SUMMARY.value, DOCUMENT_NAMES[DocumentKind.SUMMARY]
        PROGRESS = DocumentKind.PROGRESS.value, DOCUMENT_NAMES[DocumentKind.PROGRESS]
        CHANGE = DocumentKind.CHANGE.value, DOCUMENT_NAMES[DocumentKind.CHANGE]
        DISCHARGE = DocumentKind.DISCHARGE.value, DOCUMENT_NAMES[DocumentKind.DISCHARGE]

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        CHECKED = "checked", "Checked"
        SIGNED = "signed", "Signed"
        SENT = "sent", "Sent"
        RECEIVED = "received", "Received"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        VOID = "void", "Replaced"

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=24, choices=Kind)
    number = models.CharField(max_length=20, help_text="Printed, such as R-2026-0042")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="documents")
    state = models.CharField(max_length=14, choices=State, default=State.DRAFT)
    words = models.JSONField(default=dict, help_text="What a person wrote: sentence, program, next, ask")
    due_on = models.DateField(null=True)
    drafted_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    checked_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    checked_page = models.CharField(max_length=64, blank=True, help_text="Fingerprint of the page as checked")
    # Frozen when signed
    signed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    signed_name = models.CharField(max_length=200, blank=True)
    signed_meaning = models.CharField(max_length=120, blank=True)
    signed_at = models.DateTimeField(null=True)
    layout = models.CharField(max_length=40, blank=True)
    layout_version = models.CharField(max_length=20, blank=True)
    made_with = models.JSONField(default=dict, help_text="Typst and font versions")
    sha256 = models.CharField(max_length=64, blank=True)
    # The large ones stand last: SQLite reads through them to whatever stands behind.
    snapshot = models.JSONField(null=True)
    pdf = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["practice", "state", "due_on"], name="documents_by_state"),
            models.Index(fields=["practice", "episode", "-drafted_at"], name="documents_of_episode"),
            models.Index(fields=["practice", "-drafted_at"], name="documents_by_day"),
            models.Index(
                fields=["episode", "kind", "-signed_at"],
                name="documents_signed",
                condition=models.Q(signed_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["practice", "number"], name="document_numbers_are_used_once"),
            models.UniqueConstraint(
                fields=["episode", "kind", "provider"],
                name="one_open_draft_of_a_kind_to_a_provider",
                condition=models.Q(state__in=["draft", "checked"]),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "checked", "void"])
                | (models.Q(signed_at__isnull=False, pdf__isnull=False) & ~models.Q(sha256="")),
                name="a_signed_document_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def is_draft(self) -> bool:
        """Return whether it is still being written, checked or not."""
        return self.state in UNSIGNED

    @property
    def is_signed(self) -> bool:
        """Return whether it was signed, also when it was replaced since."""
        return self.signed_at is not None


# Not signed yet: the words may still change.
UNSIGNED = frozenset({Document.State.DRAFT, Document.State.CHECKED})


class Reply(models.TextChoices):
    """How we know that the provider has a document, or that they acknowledge it."""

    OPENED = "opened", "link opened"
    FAXED = "faxed", "fax confirmed"
    HANDED = "handed", "handed over"
    TOLD = "told", "told us that it arrived"
    LINK = "link", "by the link"
    PHONE = "phone", "by phone"
    FAX = "fax", "by fax"
    PERSON = "person", "in person"


REPLY_FIELDS = ("received_at", "received_how", "received_from", "received_by", "acknowledged_at", "acknowledged_how",
    "acknowledged_from", "acknowledged_by")  # fmt: skip


SENDING_FIELDS = ("revoked_at", "first_opened_at", "delivered_at", "failed_reason", "failed_for_good", "tries", "undone_at",
    "undone_by")  # fmt: skip


@sealed(may_follow=(*SENDING_FIELDS, *REPLY_FIELDS))
class Delivery(EpisodeRow):
    """One sending of one document: how, to whom, by whom; a link's opening and end; what came back.

    received_by, acknowledged_by: the member who recorded it, empty for what the link itself told. received_from,
    acknowledged_from: the person at the provider's office who said so. gateway: the name of what faxes it; empty where a
    person stands at the machine. undone_at: it was marked as sent by mistake.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="deliveries")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel)
    to = models.CharField(max_length=200)
    sent_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    first_opened_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True, help_text="When we knew that the provider has it")
    received_how = models.CharField(max_length=8, choices=Reply, blank=True)
    received_from = models.CharField(max_length=120, blank=True)
    received_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, help_text="When the provider said it was read")
    acknowledged_how = models.CharField(max_length=8, choices=Reply, blank=True)
    acknowledged_from = models.CharField(max_length=120, blank=True)
    acknowledged_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    gateway = models.CharField(max_length=20, blank=True)
    delivered_at = models.DateTimeField(null=True, help_text="When an e-mail left; empty while it waits")
    failed_reason = models.CharField(max_length=240, blank=True)
    failed_for_good = models.BooleanField(default=False, help_text="Trying again would not help")
    tries = models.PositiveSmallIntegerField(default=0)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-sent_at", "-id"]

    @property
    def waits_for_a_server(self) -> bool:
        """Return whether it leaves by a mail server, which has to take it first."""
        return self.channel == Channel.EMAIL or bool(self.gateway)

    @property
    def by_hand(self) -> bool:
        """Return whether a person fed the machine or the letter box."""
        return self.channel in (Channel.FAX, Channel.PRINT) and not self.gateway


@sealed()
class SentCopy(EpisodeRow):
    """What went out with a cover sheet, as it went out. Without one, the signed bytes of the document are the copy.

    cover: what the cover sheet said. made_with: its layout, fonts and letterhead.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="copy")
    pages = models.PositiveSmallIntegerField()
    cover = models.JSONField()
    made_with = models.JSONField()
    sha256 = models.CharField(max_length=64)
    # Last, as the document's own.
    pdf = models.BinaryField()

    class Meta:
        verbose_name_plural = "sent copies"


class PrintBatch(PracticeModel):
    """Several signed documents to fax or post, in one PDF with their cover sheets, and which of them went out.

    lines: `{"document", "channel", "to", "from", "pages", "cover", "made_with", "delivery"}` each, ids as text; from: the
    first page of it in the PDF, from 0; delivery is empty until it went out.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    lines = models.JSONField(default=list)
    made_at = models.DateTimeField()
    went_at = models.DateTimeField(null=True)
    pdf = models.BinaryField()

    class Meta:
        verbose_name_plural = "print batches"
        indexes = [models.Index(fields=["practice", "-made_at"], name="print_batches_by_day")]


class DraftBatch(PracticeModel):
    """Several documents drafted in one go by the worker: what was asked for, and what became of each line.

    lines: `{"episode", "kind", "outcome", "document", "why"}` each, ids as text; outcome is empty while it waits.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    lines = models.JSONField(default=list)
    started_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True, help_text="When the worker last settled a line")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["finished_at", "started_at"], name="batches_at_work")]


from medexpro.reports.answer_models import Answer, Proposal, Question  # noqa: E402, F401 - tables of this area
