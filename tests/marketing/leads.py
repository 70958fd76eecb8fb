"""Leads and letters for tests: somebody who asked on the public page, and a day on which mail may leave."""

from datetime import UTC, datetime, timedelta

from medexpro.clients.models import Client
from medexpro.marketing.models import CameBy, Lead
from tests.conftest import MORNING

# A Tuesday, half past nine in the practice.
TUESDAY = MORNING


def asked(cast, name="Ann Miller", email="ann@example.org", *, at=TUESDAY, confirmed=True, **more) -> Lead:
    """Return a lead of the public page who answered the e-mail."""
    given, _, family = name.partition(" ")
    return Lead.objects.create(
        practice=cast.northbridge, given_name=given, family_name=family, email=email, made_at=at, state_at=at,
        state=Lead.State.NEW if confirmed else Lead.State.ASKED, agreed_at=at, text_version=1, text="You may write to me.",
        confirmed_at=at if confirmed else None, **({"source_kind": CameBy.PAGE} | more),
    )  # fmt: skip


def reader(cast, name="Rita Reader", email="rita@example.org") -> Client:
    """Return a client who signed for the newsletter."""
    from medexpro.clients import operations as clients
    from medexpro.clients.operations import people

    given, _, family = name.partition(" ")
    client = people.quick_add(
        given_name=given, family_name=family, email=email, knowingly=True, by=cast.ana, at=TUESDAY
    )
    clients.sign_consent(client, kind="newsletter", version=1, signed_name=name, by=cast.ana, at=TUESDAY)
    return client


def later(**more) -> datetime:
    """Return a moment after the Tuesday morning."""
    return TUESDAY + timedelta(**more)


def wall(text: str, practice) -> datetime:
    """Return an instant by the practice's clock, such as "2026-10-13 19:59"."""
    return datetime.fromisoformat(text).replace(tzinfo=practice.tz).astimezone(UTC)
