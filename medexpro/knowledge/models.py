"""What of the reference data a record was made with, which working rules a practice approved, and its own versions."""

from datetime import date
from typing import Any

import msgspec
from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.kernel import reference as ref
from medexpro.kernel.ids import uuid7
from medexpro.web import words

RECORDS: dict[str, type[ref.Record]] = {
    "measure": ref.Measure,
    "norm": ref.NormSet,
    "gate": ref.Gate,
    "limit_set": ref.LimitSet,
    "protocol": ref.Protocol,
    "exercise": ref.Exercise,
    "wording": ref.WordingEntry,
}


def own_words(version: int, by: str, on: date) -> str:
    """Return what a practice's own version is called wherever ours would be named."""
    return f"the practice’s own version {version}, by {by} on {words.day(on)}"


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
    # A version of a practice's own: whose it is, who put it in service, on which local day. Empty for ours.
    practice_id = models.UUIDField(null=True)
    own_by = models.CharField(max_length=200, blank=True)
    own_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "hash"], name="each_content_of_an_entry_is_kept_once",
                condition=models.Q(practice_id=None),
            ),
            models.UniqueConstraint(
                fields=["practice_id", "kind", "key", "version"], name="each_own_version_is_kept_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.key} v{self.version}"

    @property
    def is_own(self) -> bool:
        """Return whether it is a practice's own version."""
        return self.practice_id is not None

    @property
    def said(self) -> str:
        """Return which version it is in words: “version 1”, or whose own it is, by whom, since which day."""
        if self.practice_id is None or self.own_on is None:
            return f"version {self.version}"
        return own_words(self.version, self.own_by, self.own_on)

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


@sealed()
class FiguresTurned(models.Model):
    """A named member turned the unverified figures of one entry on for the practice, or off again.

    Never changed: the newest row of an entry says what holds. It holds for the version it was said about, so that
    figures nobody of the practice compared are never on. Practice and member stand above this area: ids and names.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice_id = models.UUIDField()
    version = models.ForeignKey(KnowledgeVersion, on_delete=models.PROTECT, related_name="+")
    turned_on = models.BooleanField()
    reason = models.CharField(max_length=240)
    by_id = models.UUIDField()
    by_name = models.CharField(max_length=200, help_text="As it read on the day")
    at = models.DateTimeField()
    on = models.DateField(help_text="The practice’s local day")
    objects = models.Manager.from_queryset(ApprovalQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["practice_id", "at"], name="turned_by_practice")]


class OwnQuerySet(models.QuerySet):
    def of(self, practice: Any) -> "OwnQuerySet":
        """Return the entries of one practice (the practice or its id)."""
        return self.filter(practice_id=getattr(practice, "pk", practice))

    def of_entry(self, practice: Any, kind: str, key: str) -> "OwnQuerySet":
        """Return every version a practice made of one entry, the newest first, its draft too."""
        return self.of(practice).filter(kind=kind, key=key).order_by("-version", "-made_at")


@sealed("OLD.state IN ('replaced', 'withdrawn')")
@sealed("OLD.state = 'in_service'", may_follow=("state",))
@sealed("OLD.state = 'in_service' AND NEW.state = 'draft'", lasting=False)
class OwnEntry(models.Model):
    """One version of a practice's own: of an entry of ours, or of one that only this practice has.

    A draft holds what was typed, right or not. What was put in service is a checked record and stays as it was; only
    its state moves on: replaced by the next version, or withdrawn. Undoing makes a new row of the former content.
    The practice and the member stand above this area, so their ids and the name are kept, not a reference.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_SERVICE = "in_service", "In service"
        REPLACED = "replaced", "Replaced"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=80)
    # The practice's own count, starting above ours; 0 while it is a draft.
    version = models.PositiveIntegerField(default=0)
    content = models.JSONField(help_text="The record without its id and version")
    hash = models.CharField(max_length=64, help_text="Of the content")
    based_on = models.ForeignKey(
        KnowledgeVersion, null=True, on_delete=models.PROTECT, related_name="+", help_text="Ours it was made from"
    )  # fmt: skip
    # The own version in force before it; 0 when ours was, or nothing.
    follows = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=240, blank=True, help_text="Why")
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(max_length=200, help_text="As it read on the day")
    made_at = models.DateTimeField()
    # The practice's local day on which it was put in service.
    in_service_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    objects = models.Manager.from_queryset(OwnQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice_id", "kind", "key"], name="one_own_version_is_in_service",
                condition=models.Q(state="in_service"),
            ),
            models.UniqueConstraint(
                fields=["practice_id", "kind", "key"], name="one_draft_of_an_entry", condition=models.Q(state="draft")
            ),
            models.UniqueConstraint(
                fields=["practice_id", "kind", "key", "version"], name="own_versions_are_counted",
                condition=~models.Q(state="draft"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.key} v{self.version}"

    @property
    def said(self) -> str:
        """Return which version it is in words."""
        if self.in_service_on is None:
            return f"draft by {self.made_by_name}"
        return own_words(self.version, self.made_by_name, self.in_service_on)

    @property
    def name(self) -> str:
        """Return what people call the entry, as its content says."""
        for field in ("name", "condition", "title", "text"):
            if title := self.content.get(field):
                return str(title)
        return self.key.replace("_", " ")
