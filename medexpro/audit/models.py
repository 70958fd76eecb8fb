"""The trail. No foreign keys: it outlives what it describes."""

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.kernel.ids import uuid7


class EventQuerySet(models.QuerySet):
    def of(self, practice):
        """Return the events of one practice."""
        return self.filter(practice_id=practice.pk)

    def about_client(self, client):
        """Return everything read or changed in one client's record."""
        return self.filter(practice_id=client.practice_id, client_id=client.pk)

    def unsealed(self):
        """Return what no seal covers yet, in the order it will be sealed."""
        return self.filter(position__isnull=True).order_by("id")


@sealed("OLD.position IS NOT NULL", lasting=False)
@sealed(may_follow=("position", "previous_hash", "hash"))
class Event(models.Model):
    """One thing someone did or read. Written once; only the seal (position and hashes) is added later."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice_id = models.UUIDField()
    kind = models.CharField(max_length=80)
    at = models.DateTimeField()
    member_id = models.UUIDField(null=True)
    member_name = models.CharField(max_length=200, blank=True, help_text="As it read on the day")
    client_id = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict, help_text="Codes, counts and changed fields; no free text")
    position = models.BigIntegerField(null=True, editable=False)
    previous_hash = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, blank=True, editable=False)

    objects = models.Manager.from_queryset(EventQuerySet)()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["practice_id", "-at", "-id"], name="trail_of_practice"),
            models.Index(fields=["practice_id", "client_id", "-at", "-id"], name="trail_of_client"),
            models.Index(
                fields=["practice_id", "id"],
                name="trail_unsealed",
                condition=models.Q(position__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "position"],
                name="each_place_in_the_chain_is_taken_once",
                condition=models.Q(position__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class ReadMark(models.Model):
    """The latest read event of one member, client and kind of page, so that a read is one event in 15 minutes."""

    practice_id = models.UUIDField()
    member_id = models.UUIDField()
    client_id = models.UUIDField()
    page = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member_id", "client_id", "page"], name="one_read_mark_per_member_client_and_page"
            )
        ]
