"""Referrals as the front desk takes them in."""

from datetime import date

import pytest

from medexpro.knowledge.codes.models import Code, Release
from medexpro.referrals import operations
from tests.conftest import MORNING

WORDS = "Medical exercise training for function after knee replacement."


@pytest.fixture
def codes(db):
    """One release with the code the referrals here give."""
    Release.objects.create(
        release="2026-test", name="ICD-10-CM, test", valid_from=date(2026, 4, 1), sha256="0", rows=1, billable=1,
        loaded_at=MORNING,
    )  # fmt: skip
    Code.objects.create(
        id=1, place=1, code="Z96651", dotted="Z96.651", billable=True, parent="Z96.65",
        title="Presence of right artificial knee joint", valid_from=date(2026, 4, 1),
    )  # fmt: skip


@pytest.fixture
def take_in(cast, codes):
    """Return a function that takes in a whole referral for Janet by Ben, changed by what is given."""

    def take(**changed):
        given = {
            "provider": cast.dr_raman,
            "received_on": date(2026, 10, 12),
            "written_on": date(2026, 10, 7),
            "valid_to": date(2027, 1, 7),
            "wording": WORDS,
            "icd10": ["Z96.651"],
            "exit_confirmed_on": date(2026, 9, 30),
            "by": cast.ben,
            "at": MORNING,
        } | changed
        client = given.pop("client", cast.janet)
        return operations.take_in(client, **given)

    return take
