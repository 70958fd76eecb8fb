"""Referrals: one written order each, with its four checks."""

from datetime import date

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.clients.models import Client, ClientDocument, ClientRow, follows_the_person
from medexpro.practice.models import Member, VersionedModel
from medexpro.providers.models import Channel, Provider


class CheckKind(models.TextChoices):
    """The four checks a referral needs, each on its own (DOMAIN 1.2)."""

    WRITTEN = "written", "Written referral from a licensed provider"
    WORDING = "wording", "Names medical exercise or functional conditioning"
    CODED = "coded", "Gives a diagnosis with an ICD-10 code"
    EXITED = "exited", "Confirms the client has left medical care"


class Referral(VersionedModel, ClientRow):
    """One written order from one provider for one client."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="referrals")
    provider = models.ForeignKey(
        Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="referrals"
    )
    received_on = models.DateField()
    received_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.FAX)
    written_on = models.DateField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text="Last day covered")
    purpose = models.CharField(
        max_length=160, blank=True, help_text="What for, in a few words: Right knee replacement"
    )
    wording = models.TextField(blank=True, help_text="The provider's own words, quoted")
    icd10 = models.JSONField(
        default=list, editable=False, help_text="The codes of `codes`, for lists and the chart"
    )
    exit_confirmed_on = models.DateField(null=True, blank=True, help_text="Day the client left medical care")
    scan = models.ForeignKey(
        ClientDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    complete_at = models.DateTimeField(
        null=True, blank=True, help_text="When the last of the four checks was met"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_channel = models.CharField(max_length=8, choices=Channel, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_reason = models.CharField(max_length=240, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["practice", "-received_on"], name="referrals_by_day"),
            models.Index(fields=["practice", "client"], name="referrals_of_client"),
            models.Index(fields=["practice", "valid_to"], name="referrals_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "external_id"],
                name="an_imported_referral_is_kept_once",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_to=None)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="a_referral_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.purpose or "Referral"

    def in_force_on(self, day: date) -> bool:
        """Return whether the referral covers a day: not declined, inside its validity."""
        return (
            self.declined_at is None
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


class ReferralCode(ClientRow):
    """One ICD-10-CM code as the referral gives it."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="codes")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    icd10 = models.CharField(max_length=10)
    release = models.CharField(max_length=20, blank=True)
    words = models.CharField(max_length=240, blank=True)


@follows_the_person
@sealed(may_follow=("client",))
class ReferralCheck(ClientRow):
    """One answer to one of the four checks. The latest counts; earlier ones stay."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="checks")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=CheckKind)
    met = models.BooleanField()
    note = models.CharField(max_length=240, blank=True)
    checked_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["checked_at", "id"]


from medexpro.referrals.incoming_models import IncomingFile, IncomingReferral  # noqa: E402, F401
from medexpro.referrals.source_models import Source, Touchpoint  # noqa: E402, F401
