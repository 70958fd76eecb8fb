"""Five sessions under way in a served home, and everything that forty tablets on each have brought about there.

`make` and `look` run in the home's own process (`medexpro shell`) and print JSON.
"""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

from tests.conftest import MORNING, make_cast

PASSWORD = "correct horse battery"
NAMES = ("Janet Ellery", "Ruth Ellis", "Omar Haddad", "Lena Fischer", "Paul Novak")

MAKE = "from tests.config import floor_home; floor_home.make()"
LOOK = "from tests.config import floor_home; floor_home.look()"


def make() -> None:
    """In a new home: five clients at Northbridge, each with a program and a session that Ana has started."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher
    from django.core.management import call_command

    from medexpro.clients.models import Client
    from medexpro.sessions import operations
    from tests import scenario
    from tests.sessions.floor import Tablet

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    PBKDF2PasswordHasher.iterations = 1000  # The served practice reads how many from the password itself.
    cast = make_cast()
    sessions = []
    for name in NAMES:
        given, family = name.split()
        client = cast.janet if family == "Ellery" else Client.objects.create(
            practice=cast.northbridge, given_name=given, family_name=family, birth_date=date(1961, 5, 6),
            sex="female", name_search=name.lower(),
        )  # fmt: skip
        episode = scenario.programmed(cast, at=MORNING - timedelta(days=4), client=client)
        session = operations.open_session(episode, by=cast.ana, at=MORNING - timedelta(hours=1))
        tablet = Tablet(session, cast.ana, name="tablet-0")
        tablet.takes_vitals()
        assert tablet.send("start")["outcome"] == "applied"
        sessions.append(
            {
                "practice": str(cast.northbridge.pk),
                "id": str(session.pk),
                "version": tablet.version,
                "entries": [str(entry.pk) for entry in session.entries.all()],
            }
        )
    print(json.dumps({"email": cast.ana.user.email, "sessions": sessions}))


def look() -> None:
    """Print every session as it stands, with its commands in the order they were taken and its events in the trail."""
    from medexpro.audit.models import Event
    from medexpro.sessions.models import SessionLog

    print(json.dumps([_session(one, Event) for one in SessionLog.objects.order_by("pk")]))


def _session(session: Any, events: Any) -> dict[str, Any]:
    return {
        "id": str(session.pk),
        "version": session.version,
        "note": session.note,
        "minutes": session.minutes,
        "readings": sorted(str(one.value.normalize()) for one in session.readings.filter(moment="in")),
        "logged": {str(one.pk): one.reason for one in session.entries.filter(state="done")},
        "commands": [
            {
                "id": str(one.id),
                "device": one.device,
                "seq": one.seq,
                "kind": one.kind,
                "body": one.body,
                "outcome": one.outcome,
                "version": one.answer["version"],
            }
            for one in session.commands.order_by("key")
        ],
        "trail": dict(
            Counter(
                events.objects.filter(subject_type="session_logs.sessionlog", subject_id=str(session.pk))
                .order_by()
                .values_list("kind", flat=True)
            )
        ),
    }
