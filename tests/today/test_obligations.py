"""Each obligation says why it is owed, leads to where it is done, and is cleared by doing it; each number opens its records."""

from datetime import timedelta

import pytest

from medexpro.clearance import operations as clearance
from medexpro.clients.operations import people
from medexpro.episodes import operations as episodes
from medexpro.episodes.models import Episode
from medexpro.outreach import letters
from medexpro.practice import breakglass
from medexpro.practice.models import Member
from medexpro.providers import operations as providers
from medexpro.referrals import operations as referrals
from medexpro.referrals import sources
from medexpro.reports import listing, operations, sending
from medexpro.sessions import operations as sessions
from medexpro.today import obligations
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import text_of
from tests.reports.reporting import LATER, drafted, measured_twice, signed
from tests.sessions import floor

NOON = "2026-12-09 12:00"  # The day of LATER, in the practice's time.
DAY = timedelta(days=1)


def owed(member, at, kind):
    """Return what a member owes of one kind: (why, verb) in order."""
    found = {one.name: one.rows for one in obligations.owed_to(member, member.practice.day(at))}
    return [(row.why, row.verb) for row in found.get(kind, [])]


# Documents


def test_what_is_signed_and_was_not_sent_is_owed_until_it_leaves(cast):
    document = signed(cast)
    assert owed(cast.ana, LATER, "Signed, not sent") == [
        ("Progress report R-2026-0001, signed Dec 9", "Send")
    ]
    assert owed(cast.ben, LATER, "Signed, not sent") == []  # The front desk sends no report,
    assert owed(cast.rhea, LATER, "Signed, not sent") == []  # who reads only, nothing,
    assert owed(cast.dana, LATER, "Signed, not sent") == []  # and next door nobody knows of it.
    sending.send(document, "fax", to="555-0117", by=cast.ana, at=LATER)
    assert owed(cast.ana, LATER, "Signed, not sent") == []


def test_an_e_mail_in_the_queue_is_on_its_way_and_one_that_failed_is_owed_again(cast, settings):
    settings.MEDEXPRO_DEMO = True
    document = signed(cast)
    providers.change(cast.dr_raman, email="raman@example.org", email_is_secure=True, by=cast.ana, at=LATER)
    scenario_release(cast)
    delivery = sending.send(
        operations.rows_of(cast.ana).get(pk=document.pk), "email", by=cast.ana, at=LATER
    ).delivery
    assert owed(cast.ana, LATER, "Signed, not sent") == []
    sending.note_failed(delivery, reason="The mail server did not take it.", at=LATER)
    [(why, _)] = owed(cast.ana, LATER + DAY, "Signed, not sent")
    assert why.endswith("It did not leave: The mail server did not take it")


def scenario_release(cast):
    from medexpro.clients.agreements import RELEASE_TO_PROVIDER
    from medexpro.clients.models import Consent

    Consent.objects.create(
        practice=cast.northbridge, client=cast.janet, kind=RELEASE_TO_PROVIDER, text_version=1, text_hash="x",
        signed_name="Janet Ellery", signed_at=MORNING, recorded_by=cast.ana,
    )  # fmt: skip


def test_a_draft_is_gone_on_with_where_it_is_due_and_stands_alone_where_it_is_not(cast):
    document = drafted(cast)
    [report] = [line for line in owed(cast.ana, LATER, "Reports owed") if "Progress report" in line[0]]
    assert report[0].endswith("Draft R-2026-0001 waits") and report[1] == "Go on"
    assert owed(cast.ana, LATER, "Drafts to sign") == []  # Said once.
    notice = operations.draft(document.episode, "change_in_status", by=cast.ana, at=LATER)
    assert owed(cast.ana, LATER, "Drafts to sign") == [
        ("Change in status C-2026-0001, drafted Dec 9", "Go on")
    ]
    operations.discard(notice, by=cast.ana, at=LATER)
    assert owed(cast.ana, LATER, "Drafts to sign") == []


def test_letters_to_a_retired_provider_ask_for_another_one(cast):
    document = signed(cast)
    operations.draft(document.episode, "change_in_status", by=cast.ana, at=LATER)
    providers.change(cast.dr_raman, is_active=False, by=cast.ana, at=LATER)
    says = "Dr. Raman is no longer active: choose who gets it"
    for kind in ("Signed, not sent", "Drafts to sign"):
        [(why, verb)] = owed(cast.ana, LATER, kind)
        assert why.endswith(says) and verb == "Choose another"
    [(why, verb)] = owed(cast.ana, LATER + 29 * DAY, "Reports owed")
    assert why.endswith(says) and verb == "Choose another"


# Referrals


def test_a_referral_acknowledged_by_phone_waits_for_its_episode(cast):
    older = scenario.referred(cast).referral
    referrals.acknowledge(older, channel="phone", by=cast.ben, at=MORNING)
    newer = referrals.take_in(
        cast.janet, provider=cast.dr_raman, received_on=TODAY + DAY, channel="fax", written_on=TODAY,
        valid_to=TODAY + 180 * DAY, wording="Please go on with medical exercise.", exit_confirmed_on=TODAY,
        icd10=["Z96.651"], by=cast.ben, at=MORNING + DAY,
    )  # fmt: skip
    referrals.confirm_shown(newer, by=cast.ben, at=MORNING + DAY)
    referrals.acknowledge(newer, channel="phone", by=cast.ben, at=MORNING + DAY)
    assert ("No episode yet: acknowledged, phone", "Open") in owed(cast.ben, MORNING + DAY, "Referrals")
    episodes.use_referral(Episode.objects.get(client=cast.janet), newer, by=cast.ben, at=MORNING + DAY)
    newer.refresh_from_db()
    assert owed(cast.ben, MORNING + DAY, "Referrals") == []  # And the one before has had its day.


def test_a_referral_is_renewed_while_somebody_is_served_by_it_and_no_longer(cast):
    episode = scenario.programmed(cast)
    referrals.acknowledge(episode.referral, channel="phone", by=cast.ben, at=MORNING)
    after = MORNING + 200 * DAY  # It covered 180 days.
    assert [why[:7] for why, _ in owed(cast.ben, after, "Referrals")] == ["Expired"]
    episodes.discharge(episode, ended_reason="moved", by=cast.ana, at=after)
    assert owed(cast.ben, after, "Referrals") == []


# Notes


@pytest.fixture
def luis(cast):
    """A second professional of the practice."""
    user = type(cast.ana.user).objects.create_user(
        "luis@example.org", "correct horse battery", full_name="Luis Ortega"
    )
    return Member.objects.create(practice=cast.northbridge, user=user, roles=["professional"])


def test_what_a_colleague_has_on_the_floor_is_theirs_and_what_they_left_open_everyones(cast, luis):
    sessions.open_session(scenario.programmed(cast), by=luis, at=MORNING)
    assert owed(luis, MORNING, "Unsigned notes") == [("Oct 13 · open", "Open")]
    assert owed(cast.ana, MORNING, "Unsigned notes") == []
    assert owed(cast.ana, MORNING + DAY, "Unsigned notes") == [("Oct 13 · open, Luis Ortega", "Open")]


def test_a_note_waits_for_a_co_sign_of_anybody_but_its_writer(cast, luis):
    session = sessions.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    session.state, session.signed_by = "awaiting_cosign", luis
    session.save()
    assert [verb for _, verb in owed(cast.ana, MORNING, "Unsigned notes")] == ["Co-sign"]
    people.assign(cast.janet, cast.mia, by=cast.ana, at=MORNING)
    assert [verb for _, verb in owed(cast.mia, MORNING, "Unsigned notes")] == ["Co-sign"]  # A mentor, too.
    assert owed(luis, MORNING, "Unsigned notes") == []


# Change in status


def test_a_fall_told_at_the_session_is_told_to_the_provider(cast):
    episode = scenario.programmed(cast)
    referrals.acknowledge(episode.referral, channel="phone", by=cast.ben, at=MORNING)
    tablet = floor.Tablet(sessions.open_session(episode, by=cast.ana, at=MORNING), cast.ana)
    answer = tablet.send("red_flags", items=["fall_since_last_visit"])
    assert answer["outcome"] == "applied"
    [due] = [one for one in listing.due(cast.ana, MORNING) if one.kind == "change_in_status"]
    assert due.words == "Change in status due today: fall told Oct 13"
    document = operations.draft(episode, "change_in_status", by=cast.ana, at=MORNING)
    signed_ = operations.sign(
        document, recently_signed_in=True, by=cast.ana, at=MORNING + timedelta(minutes=5)
    )
    assert "told us of a fall" in str(signed_.snapshot) and "Fall since the last visit" in str(
        signed_.snapshot
    )
    assert [one for one in listing.due(cast.ana, MORNING + DAY) if one.kind == "change_in_status"] == []


def test_a_fall_holds_for_the_visit_at_which_it_was_told_and_for_no_other(cast):
    from medexpro.clearance import histories
    from medexpro.clearance.models import KnownState

    episode = scenario.programmed(cast)
    clearance.note_since_last_visit(
        episode, ["fall_since_last_visit", "rf_swelling"], by=cast.ana, at=MORNING
    )
    assert [one.item for one in KnownState.objects.filter(item__startswith="fall")] == [
        "fall_since_last_visit"
    ]
    assert not KnownState.objects.filter(item="rf_swelling", words="Told at the session").exists()
    assert "fall_since_last_visit" not in {one.history for one in histories.known(episode, TODAY)}


# Every number opens its records


def test_every_number_opens_exactly_so_many_records(cast, sign_in, clock):
    episode = measured_twice(cast)
    operations.draft(episode, "change_in_status", by=cast.ana, at=LATER)
    for _ in range(11):
        referrals.take_in(
            cast.janet, provider=cast.dr_raman, received_on=cast.northbridge.day(LATER), open_episode=False,
            by=cast.ben, at=LATER,
        )  # fmt: skip
    clock(NOON)
    ana = sign_in(cast.ana)
    today = ana.get("/")
    kinds = today.context["kinds"]
    names = {kind.name for kind in kinds}
    assert {"Reports owed", "Drafts to sign", "Referrals"} <= names
    for kind in kinds:
        assert f'href="{kind.url}"' in today.content.decode()
        page = ana.get(kind.url)
        assert len(page.context["rows"]) == kind.total == int(kind.count), kind.name
        assert [row.url for row in page.context["rows"]][: len(kind.rows)] == [row.url for row in kind.rows]
    said = sum(kind.total for kind in kinds) + len(today.context["alerts"])
    assert f"{said} things need you" in text_of(today)


def test_more_than_a_page_is_paged_and_nothing_is_left_out(cast, sign_in, clock):
    for _ in range(53):
        referrals.take_in(cast.janet, received_on=TODAY, open_episode=False, by=cast.ben, at=MORNING)
    clock("2026-10-13 09:30")
    ben = sign_in(cast.ben)
    pages = [ben.get("/owed/referrals/", {"page": number}).context["rows"] for number in (1, 2)]
    assert [len(rows) for rows in pages] == [50, 3]
    assert len({row.url for rows in pages for row in rows}) == 53


def test_what_is_not_ones_own_to_do_is_empty_and_an_unknown_kind_is_not_found(cast, sign_in):
    signed(cast)
    ben = sign_in(cast.ben)
    page = ben.get("/owed/signed-not-sent/")
    assert page.status_code == 200 and "Janet" not in text_of(page)
    assert ben.get("/owed/nonsense/").status_code == 404


def test_today_asks_few_questions_with_something_of_everything(
    cast, sign_in, clock, django_assert_max_num_queries
):
    episode = measured_twice(cast)
    operations.draft(episode, "change_in_status", by=cast.ana, at=LATER)
    session = sessions.open_session(episode, by=cast.ana, at=LATER)
    clearance.refer_back(episode, trigger="x", observed="Calf swollen", by=cast.ana, at=LATER)
    referrals.take_in(
        cast.janet, provider=cast.dr_raman, received_on=cast.northbridge.day(LATER), open_episode=False, by=cast.ben,
        at=LATER,
    )  # fmt: skip
    source = sources.source_of(cast.dr_raman, by=cast.ana, at=LATER)
    letters.draft(source, "introduction", by=cast.ana, at=LATER)
    reason = "Their family asked about the account"
    breakglass.open_record(cast.janet.pk, reason=reason, by=cast.olga, at=LATER)
    clock(NOON)
    ana = sign_in(cast.ana)
    said = text_of(ana.get("/"))
    assert "Thank-you owed for the client of Dec 9" in said and "Letter N-2026-0001, drafted Dec 9" in said
    assert f"{cast.olga} read this record on Dec 9: {reason}" in said
    assert str(session.pk) in ana.get("/").content.decode()
    with django_assert_max_num_queries(15):
        ana.get("/")
