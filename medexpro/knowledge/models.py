"""What of the reference data a record was made with: an append-only table, and approvals by name."""

from django.db import models

from medexpro.kernel.ids import uuid7


class KnowledgeVersion(models.Model):
    """One version of one entry, kept as it was. Episodes and documents refer to its rows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    content = models.JSONField()
    verification = models.CharField(max_length=20, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "hash"], name="each_content_of_an_entry_is_kept_once")
        ]
