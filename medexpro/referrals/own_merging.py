"""What this area keeps about a client, as a merge of two records sees it."""

from medexpro.clients import merging
from medexpro.referrals.models import Referral, ReferralCheck, ReferralCode
from medexpro.web import words


def register() -> None:
    """Name the tables, when the app starts."""
    merging.moves(Referral, "referral", "referrals", order=30, line=_referral, related=["provider"])
    merging.moves(ReferralCode, "code of a referral", "codes of referrals", order=31, told=False)
    merging.moves(ReferralCheck, "check of a referral", "checks of referrals", order=32, told=False)


def _referral(row: Referral) -> str:
    named = f"{row} from {row.provider.short_name}" if row.provider else str(row)
    return f"{named}, {words.day(row.received_on)}"
