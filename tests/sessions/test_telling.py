"""What lets the session go on and obliges us to tell the provider is owed once the note is signed."""

from medexpro.clearance.models import ToTell
from medexpro.sessions import operations
from tests import scenario
from tests.conftest import MORNING
from tests.sessions.floor import Tablet


def test_signing_owes_what_the_provider_is_to_hear_of(cast):
    session = operations.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    tablet = Tablet(session, cast.ana)
    tablet.takes_vitals(86, 58)
    tablet.send("start")
    for entry in session.entries.all():
        tablet.send("skip", entry=str(entry.pk), reason="Kept light")
    assert not ToTell.objects.exists()
    signed = operations.sign(session, recently_signed_in=True, by=cast.ana, at=tablet.later(40).at)
    [owed] = ToTell.objects.all()
    assert (owed.code, owed.session_id, owed.told_at) == ("bp_low_asymptomatic", signed.pk, None)
    assert "Under 90 systolic" in owed.sentence
