"""The note as it reads after signing: everything a reader needs to judge the session, by name."""

from decimal import Decimal

import pytest

from medexpro.clearance import operations as clearance
from medexpro.sessions import operations
from tests import scenario
from tests.conftest import MORNING
from tests.sessions.floor import Tablet


@pytest.fixture
def signed(cast):
    session = operations.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    tablet = Tablet(session, cast.ana)
    tablet.takes_vitals(164, 88)
    tablet.later(10).takes_pressure(146, 86)
    tablet.send("start")
    first, *rest = session.entries.all()
    tablet.send("skip", entry=str(first.pk), reason="Equipment taken")
    for entry in rest:
        tablet.send("log", entry=str(entry.pk), sets=[{"quantity": "10", "load": None}], effort=4, pain=1)
    tablet.send("note", text="Steps felt easy.")
    tablet.send("close", response="tired", decision="regress", reason="Short night")
    return operations.sign(session, recently_signed_in=True, by=cast.ana, at=tablet.later(40).at)


def test_a_signed_note_names_readings_findings_response_and_decision(signed, cast, sign_in):
    page = sign_in(cast.ana).get(f"/sessions/{signed.pk}/").content.decode()
    for words in ("164/88 mmHg", "146/86 mmHg", "within the limit again", "None new or worse", "Steps felt easy.",
                  "Equipment taken", "Tired", "Step back", "Short night", signed.content_hash[:12]):  # fmt: skip
        assert words in page, words


def test_what_several_gates_say_of_one_pressure_stands_once_in_the_note(cast, sign_in):
    session = operations.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    tablet = Tablet(session, cast.ana)
    tablet.takes_vitals(190, 88)
    tablet.later(10).takes_pressure(146, 86)
    tablet.send("start")
    for entry in session.entries.all():
        tablet.send("skip", entry=str(entry.pk), reason="Short of time")
    operations.sign(session, recently_signed_in=True, by=cast.ana, at=tablet.later(40).at)
    page = sign_in(cast.ana).get(f"/sessions/{session.pk}/").content.decode()
    assert page.count("within the limit again") == 1
    assert page.count("METI general limits") == 2 and "180/110" in page


def test_red_flags_are_named_in_the_note_not_counted(cast, sign_in):
    session = operations.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    tablet = Tablet(session, cast.ana)
    tablet.takes_vitals()
    tablet.send("red_flags", items=["rf_night_pain"])
    tablet.send("hold", observed="Pain woke her twice")
    page = sign_in(cast.rhea).get(f"/sessions/{session.pk}/").content.decode()
    assert "Night pain" in page and "Not signed" in page


def test_the_floor_says_what_closes_today_and_why(cast, sign_in):
    episode = scenario.programmed(cast)
    clearance.tighten(
        cast.northbridge, measure="resting_hr", op=">", value=Decimal(104), by=cast.olga, reason="Our advisor", at=MORNING
    )  # fmt: skip
    session = operations.open_session(episode, by=cast.ana, at=MORNING)
    answer = sign_in(cast.ana).get(f"/sessions/{session.pk}/")
    reasons = {reason.what: reason for reason in answer.context["closing"]}
    ceiling = next(one for what, one in reasons.items() if "above 180 mmHg" in what)
    assert ceiling.url == "/knowledge/gate/bp_session_ceiling/"
    assert ceiling.source and ceiling.mark == "Read in a reproduction of the source"
    own = next(one for what, one in reasons.items() if "above 104" in what)
    assert own.url == "" and "Olga" in own.source
    # What is asked of the heart alone closes nothing for a client without it.
    assert not any("weight" in what.lower() for what in reasons)
    assert "What closes today" in answer.content.decode()
