"""What referrals tell on the timeline."""

from django.urls import reverse

from medexpro.practice.permissions import Permission
from medexpro.record import timeline
from medexpro.record.timeline import CLIENT, Found, Kind, Line, joined
from medexpro.referrals.models import Referral

READ = (Permission.REFERRALS_READ,)


def register() -> None:
    """Tell of referrals, when the app starts."""
    timeline.add(
        Kind("referral", "referrals", "referrals", READ, rows, "received_on", received,
             plain=("purpose", "provider__given_name", "provider__family_name"), who="received_by", is_day=True)
    )  # fmt: skip
    timeline.add(
        Kind("referral_declined", "referrals", "ban", READ, rows, "declined_at", declined,
             plain=("purpose",), told="declined_reason")
    )  # fmt: skip


def rows():
    """Return the client's referrals."""
    return Referral.objects.filter(client=CLIENT)


def received(row: Found, reads: bool) -> Line:
    """Return a referral as a line."""
    purpose, given, family = row.plain[:3]
    return Line(
        "Referral received",
        reverse("referrals:show", args=[row.id]),
        joined(purpose, f"{given} {family}".strip()),
    )


def declined(row: Found, reads: bool) -> Line:
    """Return a declined referral as a line."""
    return Line("Referral declined", reverse("referrals:show", args=[row.id]), row.plain[0])
