"""Providers: people who may refer, clear or operate, and the organisations they work in."""

from django.db import models

from medexpro.practice.models import PracticeModel, VersionedModel
from medexpro.practice.querysets import PracticeQuerySet


class ProviderType(models.TextChoices):
    """What a provider is licensed as. The names are other professions' own."""

    MD = "MD", "Physician (MD)"
    DO = "DO", "Physician (DO)"
    DPM = "DPM", "Podiatrist (DPM)"
    NP = "NP", "Nurse practitioner (NP)"
    PA = "PA", "Physician assistant (PA)"
    PT = "PT", "Physical therapist (PT)"
    OT = "OT", "Occupational therapist (OT)"
    DC = "DC", "Chiropractor (DC)"
    OTHER = "other", "Other"


class Channel(models.TextChoices):
    """How something reaches a provider."""

    LINK = "link", "Secure link"
    FAX = "fax", "Fax"
    PRINT = "print", "Print and post"
    EMAIL = "email", "E-mail (secure address only)"
    PHONE = "phone", "Phone"


class Organisation(VersionedModel, PracticeModel):
    """A clinic, group or hospital as it stands on a letter."""

    name = models.CharField(max_length=200)
    address = models.CharField(max_length=240, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    fax = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "name"], name="organisations_by_name")]

    def __str__(self) -> str:
        return self.name


class Provider(VersionedModel, PracticeModel):
    """One licensed person outside the practice."""

    given_name = models.CharField(max_length=80, blank=True)
    family_name = models.CharField(max_length=80)
    type = models.CharField(max_length=8, choices=ProviderType, default=ProviderType.MD)
    credential = models.CharField(max_length=60, blank=True, help_text="After the name, such as MD")
    specialty = models.CharField(max_length=120, blank=True)
    npi = models.CharField(max_length=10, blank=True, help_text="National Provider Identifier, 10 digits")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="providers"
    )
    phone = models.CharField(max_length=40, blank=True)
    fax = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    email_is_secure = models.BooleanField(
        default=False, help_text="Confirmed to be safe for health data over TLS"
    )
    preferred_channel = models.CharField(max_length=8, choices=Channel, default=Channel.FAX)
    unwanted_documents = models.JSONField(
        default=list, help_text="Kinds of documents this provider asked not to get"
    )
    report_days = models.PositiveSmallIntegerField(
        default=30, help_text="A progress report so often, 30 days at most"
    )
    is_active = models.BooleanField(default=True)
    external_id = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["practice", "family_name", "given_name"], name="providers_by_name"),
            models.Index(fields=["practice", "npi"], name="providers_by_npi"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "external_id"],
                name="an_imported_provider_is_kept_once",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(
                condition=models.Q(report_days__gte=7, report_days__lte=30),
                name="a_progress_report_goes_out_within_30_days",
            ),
        ]

    objects = PracticeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the full name without credential."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def formal_name(self) -> str:
        """Return the name as a letter addresses it: Priya Raman, MD."""
        return f"{self.name}, {self.credential}" if self.credential else self.name

    @property
    def short_name(self) -> str:
        """Return how people in the practice say it: Dr. Raman for physicians, else the full name."""
        doctors = {ProviderType.MD, ProviderType.DO, ProviderType.DPM, ProviderType.DC}
        return f"Dr. {self.family_name}" if self.type in doctors else self.name
