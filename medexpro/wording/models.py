"""What was let stand: a marked word somebody kept, in which document, by whom."""

from typing import Any

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.practice.models import Member, PracticeModel
from medexpro.practice.querysets import PracticeQuerySet


class LetStandQuerySet(PracticeQuerySet):
    def about(self, subject: Any) -> "LetStandQuerySet":
        """Return what was let stand in one document, letter or message."""
        return self.filter(
            practice_id=subject.practice_id, about_kind=subject._meta.label_lower, about_id=str(subject.pk)
        )


@sealed()
class LetStand(PracticeModel):
    """A marked word that somebody let stand. Written once. Names its document as the trail does, without a reference."""

    about_kind = models.CharField(max_length=60, help_text="Such as reports.document")
    about_id = models.CharField(max_length=40)
    to = models.CharField(max_length=8, help_text="Who reads it: provider, client, public, staff, title")
    field = models.CharField(max_length=60)
    found = models.CharField(max_length=200, help_text="As it was written")
    entry = models.CharField(max_length=80, help_text="The word list's entry")
    sentence = models.CharField(max_length=600, blank=True, help_text="The sentence it stood in")
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = LetStandQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "words let stand"
        indexes = [models.Index(fields=["practice", "about_kind", "about_id"], name="let_stand_in")]

    def __str__(self) -> str:
        return f"{self.found} ({self.entry})"
