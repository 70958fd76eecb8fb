"""What of the reference data a record was made with, and which of our working rules a practice approved by name."""

from typing import Any

import msgspec
from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.kernel import reference as ref
from medexpro.kernel.ids import uuid7

RECORDS: dict[str, type[ref.Record]] = {
    "measure": ref.Measure,
    "norm": ref.NormSet,
    "gate": ref.Gate,
    "limit_set": ref.LimitSet,
    "protocol": ref.Protocol,
    "exercise": ref.Exercise,
    "wording": ref.WordingEntry,
}


@sealed()
class KnowledgeVersion(models.Model):
    """One version of one entry, kept as it was. Episodes and documents refer to its rows; none is ever changed."""

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
            models.UniqueConstraint(
                fields=["kind", "key", "hash"], name="each_content_of_an_entry_is_kept_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} v{self.version}"

    @property
    def record(self) -> Any:
        """Return the entry as it was, as the typed record the rules weigh."""
        return msgspec.convert(self.content, RECORDS[self.kind], strict=False)


class ApprovalQuerySet(models.QuerySet):
    def of(self, practice: Any) -> "ApprovalQuerySet":
        """Return the approvals of one practice (the practice or its id)."""
        return self.filter(practice_id=getattr(practice, "pk", practice))


@sealed()
class Approval(models.Model):
    """A named member of a practice approved one version of an entry that holds working rules of ours.

    The practice and the member stand above this area, so their ids and the name are kept, not a reference.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice_id = models.UUIDField()
    version = models.ForeignKey(KnowledgeVersion, on_delete=models.PROTECT, related_name="approvals")
    approved_by_id = models.UUIDField()
    approved_by_name = models.CharField(max_length=200, help_text="As it read on the day")
    approved_at = models.DateTimeField()
    objects = models.Manager.from_queryset(ApprovalQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "version"], name="a_practice_approves_a_version_once"
            )
        ]
