"""Code releases, the codes with the days on which each stood so, and the vocabulary for misspelled words.

A code that a newer release leaves alone stays one row; one that it changes or drops is closed on the day before, so
the table holds every release loaded without holding any code twice.
The word index is `codes_index`, made by the migration: FTS5 in SQLite, a tsvector in PostgreSQL.
"""

from datetime import date

from django.db import models

ICD_10_CM = "icd-10-cm"


class Release(models.Model):
    """One published edition of the code system, loaded here."""

    system = models.CharField(max_length=20, default=ICD_10_CM)
    release = models.CharField(max_length=40, unique=True, help_text="Such as 2026-april")
    name = models.CharField(max_length=80)
    valid_from = models.DateField(unique=True)
    valid_to = models.DateField(null=True, help_text="Last day in force, where the publisher has named it")
    source = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    billable = models.PositiveIntegerField()
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["valid_from"]

    def __str__(self) -> str:
        return self.name


class CodeQuerySet(models.QuerySet):
    def standing(self, on: date):
        """Return the codes as they stood on a day."""
        begun = models.Q(valid_from=None) | models.Q(valid_from__lte=on)
        return self.filter(begun, models.Q(valid_to=None) | models.Q(valid_to__gte=on))


class Code(models.Model):
    """One code or heading, with one wording, and the days on which it stood so."""

    id = models.BigIntegerField(primary_key=True, help_text="Search offers codes in this order")
    place = models.BigIntegerField(db_index=True, help_text="Order of the code book")
    code = models.CharField(max_length=7, help_text="Without the dot")
    dotted = models.CharField(max_length=8)
    billable = models.BooleanField(help_text="False for headings, which can't be chosen")
    parent = models.CharField(
        max_length=7, help_text="Without the dot; a block such as M15-M19 above three signs"
    )
    title = models.TextField()
    inclusion_terms = models.TextField(blank=True, help_text="Joined by “; ”")
    # Days before the first release are answered by it, so what stood in it has no first day.
    valid_from = models.DateField(null=True, help_text="Empty for the first release loaded")
    valid_to = models.DateField(null=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(valid_to=None), name="each_code_has_one_present_wording"
            ),
            models.UniqueConstraint(fields=["code", "valid_from"], name="a_wording_of_a_code_begins_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dotted} {self.title}"


class Word(models.Model):
    """One word of titles and inclusion terms, and how many codes use it."""

    word = models.CharField(max_length=60, unique=True)
    uses = models.PositiveIntegerField()


class Piece(models.Model):
    """Three letters of a word. A misspelled word shares most of its pieces with the right one."""

    piece = models.CharField(max_length=3)
    word = models.ForeignKey(Word, on_delete=models.CASCADE, db_index=False, related_name="pieces")

    class Meta:
        indexes = [models.Index(fields=["piece", "word"], name="words_by_piece")]
