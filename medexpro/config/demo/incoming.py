"""The demo's referrals from the web: one by a doctor's own page, whole; one by somebody new, with things to ask for."""

from datetime import date, datetime, timedelta

from medexpro.config.demo.people import House
from medexpro.kernel.ids import uuid7
from medexpro.referrals import incoming, sources
from medexpro.referrals.rules.incoming import EXERCISE_SENTENCE


def arrive(house: House, now: datetime) -> None:
    """Let both come in: yesterday and an hour ago. Nobody has looked at them yet."""
    today = house.practice.day(now)
    source = sources.source_of(house.providers["raman"], by=house.rosa, at=now)
    incoming.receive(
        house.practice, id=uuid7(), source=source, icd10=["M17.11"], at=now - timedelta(hours=20),
        provider_given_name="Priya", provider_family_name="Raman", provider_type="MD", provider_place="Lakeside Orthopedics",
        given_name="Walter", family_name="Quist", birth_date=date(1957, 8, 30), phone="555-0371",
        diagnosis="Right knee, worn joint", wording=EXERCISE_SENTENCE, exit_on=today - timedelta(days=9),
        limits="No jumping. Stairs one at a time until the end of next month.",
        next_visit_on=today + timedelta(days=45), signed_name="Priya Raman, MD",
    )  # fmt: skip
    incoming.receive(
        house.practice, id=uuid7(), icd10=[], at=now - timedelta(hours=1), provider_given_name="Nora",
        provider_family_name="Lindgren", provider_type="NP", provider_npi="1234567893",
        provider_place="Alder Street Medical", provider_phone="555-0377", provider_email="nora@example.org",
        reply_by="phone", given_name="Beatriz", family_name="Amaral", birth_date=date(1949, 2, 11),
        email="beatriz@example.org", diagnosis="Unsteady since the winter",
        wording="Please see her for strength and balance.", signed_name="Nora Lindgren",
    )  # fmt: skip
