"""Session commands: applied once, in order, weighed by the server, never lost."""

import pytest

from medexpro.audit.models import Event
from medexpro.sessions import operations
from medexpro.sessions.models import SessionCommand
from tests import scenario
from tests.conftest import MORNING
from tests.sessions.floor import Tablet


@pytest.fixture
def session(cast):
    return operations.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)


@pytest.fixture
def tablet(session, cast):
    return Tablet(session, cast.ana)


def started(tablet):
    tablet.takes_vitals()
    assert tablet.send("start")["outcome"] == "applied"
    return tablet


def test_a_session_opens_filled_from_the_program(session):
    entries = list(session.entries.all())
    assert len(entries) == 8
    assert {entry.category for entry in entries} <= {"strength", "functional", "balance", "walking"}


def test_opening_twice_on_one_day_is_one_session(session, cast):
    assert operations.open_session(session.episode, by=cast.ana, at=MORNING).pk == session.pk


def test_nothing_taken_keeps_the_gate_closed(tablet):
    answer = tablet.send("start")
    assert answer["outcome"] == "refused"
    assert {finding["code"] for finding in answer["findings"]} >= {
        "bp_systolic-not-taken",
        "red_flag_question-not-taken",
    }


def test_readings_inside_all_limits_let_the_session_start(tablet):
    assert tablet.takes_vitals()["gate"]["state"] == "go"
    assert tablet.send("start")["outcome"] == "applied"


def test_pressure_over_the_ceiling_holds_until_a_later_reading_is_inside(tablet):
    assert tablet.takes_vitals(184, 88)["gate"]["state"] == "hold"
    assert tablet.send("start")["outcome"] == "refused"
    answer = tablet.later(10).takes_pressure(146, 84)
    assert answer["gate"]["state"] == "go"
    assert tablet.send("start")["outcome"] == "applied"
    kept = [str(r.value.normalize()) for r in tablet.session.readings.filter(measure="bp_systolic")]
    assert len(kept) == 2
    kinds = list(Event.objects.filter(subject_id=str(tablet.session.pk)).values_list("kind", flat=True))
    assert "sessions:gate:closed" in kinds and "sessions:gate:cleared" in kinds


def test_165_over_95_closes_aerobic_work_only(tablet):
    gate = tablet.takes_vitals(165, 95)["gate"]
    assert gate["closed"] == ["aerobic"]
    assert tablet.send("start")["outcome"] == "applied"
    aerobic = tablet.session.entries.filter(part="aerobic").first()
    strength = tablet.session.entries.filter(part="resistance").first()
    sets = [{"quantity": "10", "load": None}]
    assert tablet.send("log", entry=str(aerobic.pk), sets=sets)["outcome"] == "refused"
    assert tablet.send("log", entry=str(strength.pk), sets=sets)["outcome"] == "applied"


def test_a_red_flag_stops_and_cannot_be_started_past(tablet):
    tablet.takes_pressure(128, 82)
    tablet.send("reading", measure="resting_hr", value="68", moment="pre")
    tablet.send("reading", measure="pain_nrs", value="2", moment="pre")
    assert tablet.send("red_flags", items=["rf_chest_or_breath"])["gate"]["state"] == "stop"
    assert (
        tablet.send("answer", code="metirf_chest_pain_breath", reason="she says it is fine")["outcome"]
        == "refused"
    )
    assert tablet.send("start")["outcome"] == "refused"
    assert tablet.send("red_flags", items=[])["outcome"] == "refused"


def test_record_and_hold_gives_the_finding_to_the_provider_and_holds_the_episode(tablet, cast):
    tablet.takes_vitals()
    tablet.send("red_flags", items=["rf_chest_or_breath"])
    assert tablet.send("hold", observed="Short of breath on the way in")["outcome"] == "applied"
    episode = tablet.session.episode
    episode.refresh_from_db()
    back = episode.refer_backs.get()
    assert (episode.status, back.provider) == ("referred_back", cast.dr_raman)
    with pytest.raises(operations.SessionRefused):
        operations.open_session(episode, by=cast.ana, at=tablet.later(24 * 60).at)


def test_a_decide_finding_goes_on_only_with_the_providers_answer_recorded(tablet):
    tablet.takes_vitals()
    assert tablet.send("red_flags", items=["rf_swelling"])["gate"]["state"] == "decide"
    assert tablet.send("start")["outcome"] == "refused"
    assert tablet.send("answer", code="metirf_swelling", reason="  ")["outcome"] == "refused"
    answer = tablet.send(
        "answer", code="metirf_swelling", reason="Dr. Raman by phone: usual, go on without impact"
    )
    assert answer["gate"]["state"] == "go"


def test_the_same_command_twice_is_applied_once(tablet):
    started(tablet)
    entry = tablet.session.entries.first()
    command = tablet.command(
        "log", entry=str(entry.pk), sets=[{"quantity": "12", "load": None}], effort=4, pain=1
    )
    assert tablet.resend(command)["outcome"] == "applied"
    assert tablet.resend(command)["outcome"] == "duplicate"
    assert SessionCommand.objects.filter(id=command["id"]).count() == 1


def test_one_id_with_another_body_is_found_out(tablet):
    command = tablet.command("note", text="first")
    tablet.resend(command)
    assert tablet.resend(command | {"body": {"text": "second"}})["outcome"] == "mismatch"


def test_a_gap_waits_for_what_is_missing(tablet):
    first, second = tablet.command("note", text="one"), tablet.command("note", text="two")
    assert tablet.resend(second) | {"id": None} == {"id": None, "outcome": "waiting", "expected": 1}
    assert tablet.resend(first)["outcome"] == "applied"
    assert tablet.resend(second)["outcome"] == "applied"
    tablet.session.refresh_from_db()
    assert tablet.session.note == "two"


def test_two_devices_on_one_note_see_both_versions_and_nothing_is_lost(tablet, cast):
    other = Tablet(tablet.session, cast.ana, name="laptop")
    assert tablet.send("note", text="from the tablet")["outcome"] == "applied"
    answer = other.send("note", text="from the laptop")
    assert answer["outcome"] == "conflict"
    assert (answer["mine"], answer["theirs"]) == ({"text": "from the laptop"}, {"text": "from the tablet"})
    assert SessionCommand.objects.get(id=answer["id"]).body == {"text": "from the laptop"}
    assert other.send("note", text="both")["outcome"] == "applied"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("reading", {"measure": "bp_systolic", "value": "900"}),
        ("reading", {"measure": "bp_systolic", "value": "一百"}),
        ("reading", {"measure": "nothing", "value": "1"}),
        ("reading", {"measure": "pain_nrs", "value": "NaN"}),
        ("log", {"sets": [{"quantity": "-1"}]}),
        ("log", {"sets": []}),
        ("log", {"sets": "many"}),
        ("log", {"sets": [{"quantity": "10"}], "pain": 11}),
        ("minutes", {"seconds": {"strength": 999999}}),
        ("minutes", {"seconds": {"surgery": 60}}),
        ("skip", {"reason": " "}),
        ("close", {"decision": "cure"}),
        ("close", {"response": "cured"}),
        ("note", {"text": "x" * 5000}),
        ("red_flags", {"items": ["made_up"]}),
    ],
)
def test_impossible_entries_are_refused_in_words_and_kept(tablet, kind, body):
    started(tablet)
    if kind in ("log", "skip"):
        body = body | {"entry": str(tablet.session.entries.first().pk)}
    answer = tablet.send(kind, **body)
    assert answer["outcome"] == "refused" and answer["sentence"].endswith((".", "again.", "lost."))
    assert SessionCommand.objects.get(id=answer["id"]).body == body


def test_an_unusual_reading_is_asked_about_once_and_kept_with_who_confirmed_it(tablet):
    asked = tablet.send("reading", measure="spo2", value="71", moment="pre")
    assert (asked["outcome"], asked["ask"], asked["field"]) == ("refused", True, "spo2")
    assert "71 % is unusual" in asked["sentence"] and not tablet.session.readings.exists()
    kept = tablet.send("reading", measure="spo2", value="71", moment="pre", confirmed=True)
    assert kept["outcome"] == "applied" and tablet.session.readings.count() == 1
    said = Event.objects.filter(kind="sessions:reading:taken").latest("id")
    assert (said.detail["unusual_confirmed"], said.member_id) == (True, tablet.member.pk)


@pytest.mark.parametrize("data", [None, [], "text", {}, {"kind": "note"}, {"id": "no"}])
def test_what_is_no_command_is_said_to_be_none(cast, data):
    from medexpro.sessions import commands

    assert commands.apply(data, by=cast.ana, at=MORNING)["outcome"] == "malformed"


def test_over_the_ceiling_asks_what_was_done_about_it(tablet):
    started(tablet)
    entry = str(tablet.session.entries.filter(part="resistance").first().pk)
    sets = [{"quantity": "10", "load": "20"}]
    assert tablet.send("log", entry=entry, sets=sets, effort=8, pain=2)["outcome"] == "refused"
    assert (
        tablet.send("log", entry=entry, sets=sets, effort=8, pain=2, reason="Load down, rested")["outcome"]
        == "applied"
    )


def test_another_practices_session_does_not_exist(tablet, cast):
    from medexpro.kernel.refusals import NotFound

    dana = Tablet(tablet.session, cast.dana)
    with pytest.raises(NotFound):
        dana.send("note", text="hello")


def log_everything(tablet):
    started(tablet)
    for entry in tablet.session.entries.all():
        tablet.send("log", entry=str(entry.pk), sets=[{"quantity": "10", "load": None}], effort=4, pain=1)


def test_signing_needs_a_recent_sign_in_and_locks(tablet, cast):
    log_everything(tablet)
    with pytest.raises(operations.SignInNeeded):
        operations.sign(tablet.session, recently_signed_in=False, by=cast.ana, at=MORNING)
    signed = operations.sign(tablet.session, recently_signed_in=True, by=cast.ana, at=MORNING)
    assert signed.state == "signed" and signed.content_hash == operations.content_hash(signed)
    assert tablet.send("note", text="too late")["outcome"] == "refused"
    signed.refresh_from_db()
    assert signed.note == ""


def test_open_exercises_keep_a_session_from_being_signed(tablet, cast):
    started(tablet)
    with pytest.raises(operations.SessionRefused, match="Log or skip first"):
        operations.sign(tablet.session, recently_signed_in=True, by=cast.ana, at=MORNING)


def test_nothing_is_signed_before_a_closed_gate(tablet, cast):
    log_everything(tablet)
    assert tablet.later(5).send("red_flags", items=["rf_chest_or_breath"])["gate"]["state"] == "stop"
    with pytest.raises(operations.SessionRefused, match="The gate is closed"):
        operations.sign(tablet.session, recently_signed_in=True, by=cast.ana, at=MORNING)


def test_a_decision_for_the_next_time_says_why(tablet, cast):
    log_everything(tablet)
    tablet.send("close", response="well", decision="advance", reason="")
    with pytest.raises(operations.SessionRefused, match="why the next time is different"):
        operations.sign(tablet.session, recently_signed_in=True, by=cast.ana, at=MORNING)
    tablet.send("close", response="well", decision="advance", reason="Two easy sessions in a row")
    signed = operations.sign(tablet.session, recently_signed_in=True, by=cast.ana, at=MORNING)
    assert (signed.response, signed.decision) == ("well", "advance")


def test_an_assistants_note_waits_for_a_co_sign_and_never_its_own(cast):
    episode = scenario.programmed(cast)
    episode.client.assignments.create(practice=cast.northbridge, member=cast.asa, started_on="2026-08-01")
    session = operations.open_session(episode, by=cast.asa, at=MORNING)
    tablet = Tablet(session, cast.asa)
    log_everything(tablet)
    signed = operations.sign(session, recently_signed_in=True, by=cast.asa, at=MORNING)
    assert signed.state == "awaiting_cosign"
    from medexpro.kernel.refusals import NotAllowed

    with pytest.raises(NotAllowed):
        operations.cosign(signed, recently_signed_in=True, by=cast.asa, at=MORNING)
    assert operations.cosign(signed, recently_signed_in=True, by=cast.ana, at=MORNING).state == "signed"


def test_an_addendum_is_added_and_the_note_stays(tablet, cast):
    log_everything(tablet)
    signed = operations.sign(tablet.session, recently_signed_in=True, by=cast.ana, at=MORNING)
    before = signed.content_hash
    operations.add_addendum(signed, text="Called Dr. Raman's office.", by=cast.ana, at=MORNING)
    signed.refresh_from_db()
    assert signed.addenda.count() == 1 and operations.content_hash(signed) == before


def test_next_time_opens_with_what_was_done_last(tablet, cast):
    started(tablet)
    for entry in tablet.session.entries.all():
        tablet.send("log", entry=str(entry.pk), sets=[{"quantity": "12", "load": "30"}], effort=4, pain=1)
    operations.sign(tablet.session, recently_signed_in=True, by=cast.ana, at=MORNING)
    following = operations.open_session(tablet.session.episode, by=cast.ana, at=tablet.later(48 * 60).at)
    entry = following.entries.first()
    assert following.number == 2 and entry.last["sets"] == [{"quantity": "12", "load": "30"}]
