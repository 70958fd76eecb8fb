"""Messages between colleagues about a client, and disclosures: what of a record was given to whom, and why."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from medexpro.audit.sealing import sealed
from medexpro.clients.models import Client, ClientRow, follows_the_person
from medexpro.practice.models import Member, PracticeModel
from medexpro.practice.permissions import Permission
from medexpro.practice.querysets import PracticeQuerySet

LONGEST = 2000


class MessageQuerySet(PracticeQuerySet):
    client_path = "client"
    needs = Permission.MESSAGES_USE

    def read_by(self, member: Member) -> "MessageQuerySet":
        """Return those a member may read: their own, those to them, those to everyone who may see the client."""
        mine = MessageTo.objects.filter(member=member).values("message")
        return self.visible_to(member).filter(Q(by=member) | Q(to_team=True) | Q(pk__in=mine))


@follows_the_person
@sealed(may_follow=("client",))
class Message(ClientRow):
    """One message about a client to colleagues. Never changed, never deleted, no part of the note."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="messages")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(validators=[MaxLengthValidator(LONGEST)])
    to_team = models.BooleanField(default=False, help_text="To everyone who may see the client")

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "messages to colleagues"
        indexes = [models.Index(fields=["practice", "client", "-at"], name="messages_of_client")]


class MessageToQuerySet(PracticeQuerySet):
    client_path = "message__client"
    needs = Permission.MESSAGES_USE


@sealed(may_follow=("read_at",))
class MessageTo(PracticeModel):
    """A member a message went to, and when they read it."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="to")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(null=True)

    objects = MessageToQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "messages to colleagues, who read them"
        indexes = [models.Index(fields=["practice", "member", "read_at"], name="messages_to_member")]
        constraints = [
            models.UniqueConstraint(fields=["message", "member"], name="a_message_reaches_a_colleague_once")
        ]


class DisclosureQuerySet(PracticeQuerySet):
    client_path = "client"
    needs = Permission.CLIENTS_EXPORT


@follows_the_person
@sealed(
    may_follow=(
        "worked_at", "done", "total", "what", "failed", "ready_at", "gone_at", "size", "sha256", "taken_at", "client",
    )
)  # fmt: skip
class Disclosure(ClientRow):
    """A client's whole record, made to be given to someone: to whom, why, by whom, when it was taken out.

    The files wait for a day outside the database; this row stays.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="disclosures")
    recipient = models.CharField(max_length=160, help_text="Who gets it")
    reason = models.CharField(max_length=240, help_text="Why they get it")
    with_messages = models.BooleanField(default=False, help_text="Messages between colleagues included")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="When it was asked for")
    worked_at = models.DateTimeField(help_text="When its making last went on")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=1)
    what = models.CharField(max_length=120, blank=True, help_text="What is being written")
    failed = models.CharField(max_length=240, blank=True)
    ready_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True, help_text="When its files were removed")
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes of the ZIP file")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the ZIP file")
    taken_at = models.DateTimeField(null=True, help_text="When it was first downloaded")

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["practice", "client", "-at"], name="disclosures_of_client"),
            models.Index(fields=["practice", "gone_at"], name="disclosures_with_files"),
        ]
