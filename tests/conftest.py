"""The cast every test knows: one practice with all its roles, and a neighbour."""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

# Playwright's synchronous driver runs an event loop; Django would refuse the database beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest
from django.test import Client as Browser
from hypothesis import settings as properties

from tests.mail import smtp_server  # noqa: F401 - a fixture

# On a machine that others use too, a slow example is no failure.
properties.register_profile("unhurried", deadline=None)
properties.load_profile("unhurried")

MORNING = datetime(2026, 10, 13, 13, 30, tzinfo=UTC)
TODAY = date(2026, 10, 13)


@dataclass
class Cast:
    """Northbridge and its people; Southgate next door."""

    northbridge: Any
    southgate: Any
    olga: Any
    ana: Any
    asa: Any
    mia: Any
    ben: Any
    bill: Any
    rhea: Any
    dana: Any
    janet: Any
    dr_raman: Any
    stranger: Any

    @property
    def members(self) -> dict[str, Any]:
        """Return everyone who signs in, by name."""
        names = ("olga", "ana", "asa", "mia", "ben", "bill", "rhea", "dana")
        return {name: getattr(self, name) for name in names}


def make_cast() -> Cast:
    """Create the cast. Janet is a client of Northbridge; Stranger is one of Southgate."""
    from medexpro.clients.models import Client
    from medexpro.practice.models import Member, Practice, User
    from medexpro.practice.roles import Role
    from medexpro.providers.models import Provider

    northbridge = Practice.objects.create(
        name="Northbridge Medical Exercise",
        state="Ohio",
        address="418 Alder Street, Suite 2, Fairhaven, OH 44100",
        phone="555-0142",
        fax="555-0143",
        setup_done_at=MORNING,
        second_factor_required=False,
    )
    southgate = Practice.objects.create(
        name="Southgate Functional Training", setup_done_at=MORNING, second_factor_required=False
    )

    def member(practice, full_name, *roles, **fields):
        email = f"{full_name.split()[0].lower()}@example.org"
        user = User.objects.create_user(email, "correct horse battery", full_name=full_name)
        return Member.objects.create(
            practice=practice, user=user, roles=[str(role) for role in roles], **fields
        )

    mia = member(northbridge, "Mia Lindqvist", Role.MENTOR, credentials="AMES")
    return Cast(
        northbridge=northbridge,
        southgate=southgate,
        olga=member(northbridge, "Olga Brandt", Role.OWNER),
        ana=member(
            northbridge,
            "Ana Torres",
            Role.PROFESSIONAL,
            credentials="MES",
            title="Medical Exercise Specialist",
            mentor=mia,
        ),
        asa=member(northbridge, "Asa Nakamura", Role.ASSISTANT, mentor=mia),
        mia=mia,
        ben=member(northbridge, "Ben Okoye", Role.FRONT_DESK),
        bill=member(northbridge, "Bill Fraser", Role.BILLER),
        rhea=member(northbridge, "Rhea Kapoor", Role.READ_ONLY),
        dana=member(southgate, "Dana Weiss", Role.OWNER, Role.PROFESSIONAL, credentials="MES"),
        janet=Client.objects.create(
            practice=northbridge,
            given_name="Janet",
            family_name="Ellery",
            salutation="Mrs.",
            birth_date=date(1958, 3, 4),
            sex="female",
            dominant_hand="right",
            name_search="janet ellery",
        ),
        dr_raman=Provider.objects.create(
            practice=northbridge,
            given_name="Priya",
            family_name="Raman",
            credential="MD",
            specialty="Orthopedics",
            fax="555-0117",
        ),
        stranger=Client.objects.create(
            practice=southgate, given_name="Sam", family_name="Stranger", name_search="sam stranger"
        ),
    )


def pytest_collection_modifyitems(config, items):
    """Leave out, on PostgreSQL, what asks no database: it was run on SQLite and is the same here."""
    if not os.environ.get("DATABASE_URL"):
        return
    asks = {"db", "transactional_db", "live_server"}

    def belongs(item) -> bool:
        own = "/tests/config/" in item.path.as_posix()  # They start servers and homes of their own.
        return own or item.get_closest_marker("django_db") is not None or bool(asks & set(item.fixturenames))

    left_out = [item for item in items if not belongs(item)]
    items[:] = [item for item in items if belongs(item)]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture
def cast(db) -> Cast:
    """The people every test knows."""
    return make_cast()


@pytest.fixture
def sign_in():
    """Return a function: a browser (Django test client) signed in as a member, just now."""

    def enter(member) -> Browser:
        from django.utils import timezone

        browser = Browser()
        browser.force_login(member.user)
        session = browser.session
        session["member"] = str(member.pk)
        # The sign-in library keeps the moments of authentication here; signing asks for a recent one.
        session["account_authentication_methods"] = [{"method": "password", "at": timezone.now().timestamp()}]
        session["account_authentication_methods_user"] = str(member.user.pk)
        session.save()
        return browser

    return enter


# Nothing of the browser's own runs beside the pages.
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for all tests of a process, since its driver can run only once; each page has a context of its own."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("MEDEXPRO_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def live_server(live_server):
    """Serve until what pages still ask for is answered: the tables are emptied next, and a late request would meet that."""
    from tests.under_way import UnderWay

    under_way = UnderWay()
    yield live_server
    under_way.wait()


@pytest.fixture
def clock():
    """Return a function that sets the one clock: clock("2026-10-13 09:30") in the practice's time."""
    from zoneinfo import ZoneInfo

    import time_machine

    travels = []

    def set_to(text: str) -> datetime:
        at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))
        travel = time_machine.travel(at, tick=True)
        travel.start()
        travels.append(travel)
        return at

    yield set_to
    for travel in reversed(travels):
        travel.stop()
