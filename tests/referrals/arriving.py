"""What tests share of referrals that come in through the public page: one for Joan Dahl, as Dr. Osei types it."""

from datetime import date
from typing import Any

from medexpro.clients.uploads import Checked
from medexpro.kernel.ids import uuid7
from medexpro.referrals import incoming
from medexpro.referrals.incoming_models import IncomingReferral
from tests.clients.test_pages import scan
from tests.conftest import MORNING

WORDS = "Medical exercise training for function after knee replacement."
SENT = {
    "provider_given_name": "Ama", "provider_family_name": "Osei", "provider_type": "MD",
    "provider_npi": "", "provider_place": "Harbor Orthopedics", "provider_phone": "", "provider_fax": "555 0142",
    "provider_email": "", "reply_by": "fax", "given_name": "Joan", "family_name": "Dahl",
    "birth_date": date(1961, 5, 1), "phone": "555 0177", "email": "", "diagnosis": "Right knee replacement",
    "wording": WORDS, "exit_on": date(2026, 9, 30), "limits": "No kneeling before November.",
    "next_visit_on": date(2026, 11, 20), "signed_name": "Ama Osei",
}  # fmt: skip


def received(practice: Any, **changed: Any) -> IncomingReferral:
    """Return a referral that has just come in, with its paper and without a code."""
    given = {"id": uuid7(), "at": MORNING, "file": Checked(scan(), "application/pdf")} | SENT | changed
    row, _ = incoming.receive(practice, **given)
    return row
