"""The four documents beside letter and report: what each says, who signs it, what makes it due and what clears it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from medexpro.assessments import operations as assessments
from medexpro.clearance import operations as clearance
from medexpro.clients.operations import facts
from medexpro.episodes import operations as episodes
from medexpro.kernel.refusals import NotAllowed
from medexpro.providers import operations as providers
from medexpro.referrals import operations as referrals
from medexpro.reports import acknowledging, contents, listing, operations, sending
from medexpro.reports.models import Document
from medexpro.sessions import operations as sessions
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING, TODAY
from tests.pages import text_of as page_text
from tests.pdf.reading import claims_of, text_of
from tests.reports.reporting import FIRST, LATER, measured_twice, signed
from tests.sessions import floor


def said(document: Document) -> str:
    """Return the words of a signed document’s page."""
    return " ".join(text_of(bytes(document.pdf)).split())


def owed(member, at, kind: str) -> list[str]:
    """Return what is due of one kind, in words."""
    return [one.words for one in listing.due(member, at) if one.kind == kind]


def drafted(episode, kind, *, by, at=LATER) -> Document:
    return operations.draft(episode, kind, by=by, at=at)


def finished(episode, kind, *, by, at=LATER) -> Document:
    return operations.sign(drafted(episode, kind, by=by, at=at), recently_signed_in=True, by=by, at=at)


# Acknowledgement


def test_the_front_desk_acknowledges_in_writing_and_the_referral_knows(cast):
    episode = scenario.referred(cast)
    assert owed(cast.ben, MORNING, "acknowledgement") == [
        "Acknowledgement due tomorrow, Oct 14: the referral came Oct 13"
    ]
    letter = acknowledging.write(episode.referral, by=cast.ben, at=MORNING)
    shown = contents_fingerprint(letter, MORNING)
    sent = acknowledging.sign_and_send(
        letter, "fax", to="555-0117", shown=shown, recently_signed_in=True, by=cast.ben, at=MORNING
    )
    letter.refresh_from_db()
    episode.referral.refresh_from_db()
    assert (letter.state, sent.delivery.to) == ("sent", "555-0117")
    assert (episode.referral.acknowledged_by, episode.referral.acknowledged_channel) == (cast.ben, "fax")
    assert owed(cast.ben, MORNING, "acknowledgement") == []


def contents_fingerprint(letter, at):
    from medexpro.reports.snapshots import fingerprint

    made = contents.contents_of(letter, at=at)
    return fingerprint(made.snapshot, contents.letterhead_of(letter.practice))


def test_an_acknowledgement_says_what_is_missing_and_nothing_clinical(cast):
    episode = scenario.referred(cast)
    referrals.answer_check(episode.referral, kind="exited", met=False, note="", by=cast.ben, at=MORNING)
    episode.referral.refresh_from_db()
    text = said(finished(episode, "acknowledgement", by=cast.ben, at=MORNING))
    assert "received your referral of Mrs. Ellery on October 13" in text
    assert "Confirmation that the client has left medical care" in text and "It is attached" in text
    assert "The referral in writing" not in text  # That check is met.
    assert (
        "Surgery" not in text and "knee" not in text.lower()
    )  # Neither history nor the episode’s own words.
    assert "Front desk" in text and "professional" not in text  # Nobody is called what they are not.


def test_only_an_acknowledgement_is_the_front_desks_to_sign(cast):
    episode = measured_twice(cast)
    for kind in ("introductory_letter", "assessment_summary", "progress_report", "change_in_status"):
        with pytest.raises(NotAllowed):
            drafted(episode, kind, by=cast.ben)
    for person in (cast.asa, cast.bill, cast.rhea):
        with pytest.raises(NotAllowed):
            drafted(episode, "acknowledgement", by=person)


def test_a_provider_told_by_phone_is_owed_no_letter(cast):
    episode = scenario.referred(cast)
    referrals.acknowledge(episode.referral, channel="phone", by=cast.ben, at=MORNING)
    assert owed(cast.ana, MORNING + timedelta(days=3), "acknowledgement") == []


def test_a_weekend_does_not_make_an_acknowledgement_late(cast):
    friday = MORNING + timedelta(days=3)
    scenario.referred(cast, at=friday)
    [due] = owed(cast.ana, friday + timedelta(days=2), "acknowledgement")
    assert due == "Acknowledgement due tomorrow, Oct 19: the referral came Oct 16"
    assert "1 day over" in owed(cast.ana, friday + timedelta(days=4), "acknowledgement")[0]


def test_the_page_writes_signs_and_sends_for_the_front_desk(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    episode = scenario.referred(cast)
    ben, address = sign_in(cast.ben), reverse("reports:acknowledgement", args=[episode.referral_id])
    assert address in ben.get(reverse("referrals:show", args=[episode.referral_id])).content.decode()
    assert ben.post(address).status_code == 302
    page = ben.get(address).content.decode()
    assert ben.get(reverse("reports:acknowledgement_picture", args=[episode.referral_id])).status_code == 200
    shown = page.split('name="shown" value="')[1].split('"')[0]
    stale = ben.post(address, {"channel": "fax", "to": "555-0117", "days": "14", "shown": "of-before"})
    assert stale.status_code == 409 and "look again" in stale.content.decode()
    done = ben.post(address, {"channel": "link", "days": "14", "shown": shown})
    assert "shown once" in done.content.decode()
    assert Document.objects.get().state == "sent"
    assert ben.get(reverse("reports:show", args=[Document.objects.get().pk])).status_code == 403


def test_a_referral_without_an_episode_is_acknowledged_by_phone(cast, sign_in):
    episode = scenario.referred(cast)
    other = referrals.take_in(
        cast.janet, provider=cast.dr_raman, received_on=TODAY, channel="fax", by=cast.ben, at=MORNING
    )
    answer = sign_in(cast.ben).post(reverse("reports:acknowledgement", args=[other.pk]))
    assert answer.status_code == 409 and "by phone" in answer.content.decode()
    assert episode.referral_id != other.pk


# Assessment summary


def test_a_summary_names_six_domains_goals_and_the_program(cast):
    episode = scenario.programmed(cast)
    measured(episode, FIRST, by=cast.ana)
    episode.refresh_from_db()
    document = finished(episode, "assessment_summary", by=cast.ana, at=MORNING + timedelta(hours=1))
    text = said(document)
    assert document.number == "S-2026-0001" and "Summary S-2026-0001" in text
    for name in ("Function", "Strength", "Flexibility", "Stability", "Endurance", "Balance", "not measured"):
        assert name in text
    assert "measured on October 13" in text and "13.8" in text and "Proposed program" in text
    claims = claims_of(bytes(document.pdf))
    assert (claims["pdfaid:part"], claims["pdfaid:conformance"], claims["pdfuaid:part"]) == ("2", "A", "1")


def test_a_signed_summary_keeps_the_table_it_was_signed_with(cast):
    episode = scenario.programmed(cast)
    grip = {("grip_strength", "right"): ["21.6"], ("grip_strength", "left"): ["20"]}
    measured(episode, FIRST | grip, by=cast.ana)
    episode.refresh_from_db()
    document = finished(episode, "assessment_summary", by=cast.ana, at=MORNING + timedelta(hours=1))
    assert "(Tomkinson 2025, international grip strength)" in said(document)
    # Each result is drawn on its scale; the chair stand has its middle half.
    rows = [row for domain in document.snapshot["domains"] for row in domain["rows"]]
    chair = next(row for row in rows if row["name"].startswith("Rising"))
    assert chair["gauge"]["low"] < chair["gauge"]["high"]
    assessments.choose_table(
        episode, measure="grip_strength", table="grip_steiber_2016_germany.csv", by=cast.ana, at=MORNING + timedelta(hours=2)
    )  # fmt: skip
    document.refresh_from_db()
    assert "(Tomkinson 2025, international grip strength)" in said(document)
    later = operations.draft(episode, "assessment_summary", by=cast.ana, at=MORNING + timedelta(hours=3))
    made = contents.contents_of(later, at=MORNING + timedelta(hours=3))
    meanings = [row.meaning for domain in made.snapshot.domains for row in domain.rows]
    assert any("Steiber 2016, grip strength in Germany" in one for one in meanings)


def test_a_summary_before_the_baseline_is_not_signed(cast):
    episode = scenario.programmed(cast)
    with pytest.raises(operations.NothingMeasured, match="nothing to sum up"):
        finished(episode, "assessment_summary", by=cast.ana, at=MORNING)


def test_a_summary_is_owed_until_it_or_a_report_was_signed(cast):
    episode = measured_twice(cast)
    assert len(owed(cast.ana, LATER, "assessment_summary")) == 1
    finished(episode, "progress_report", by=cast.ana)
    assert owed(cast.ana, LATER, "assessment_summary") == []


# Change in status


def test_a_refer_back_is_told_at_once_and_the_notice_clears_it(cast):
    episode = scenario.programmed(cast)
    clearance.refer_back(
        episode, trigger="calf_clot", observed="Left calf swollen since Sunday", by=cast.ana, at=LATER
    )
    assert owed(cast.ana, LATER, "change_in_status") == ["Change in status due today: referred back Dec 9"]
    assert "1 day over" in owed(cast.ana, LATER + timedelta(days=1), "change_in_status")[0]
    episode.refresh_from_db()
    text = said(finished(episode, "change_in_status", by=cast.ana, at=LATER + timedelta(minutes=5)))
    assert "No exercise since December 9" in text and "Left calf swollen since Sunday" in text
    assert "Exercise may go on" in text
    assert owed(cast.ana, LATER + timedelta(days=1), "change_in_status") == []


def test_a_stopped_session_is_told_with_what_was_measured(cast):
    tablet = floor.Tablet(sessions.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING), cast.ana)
    tablet.takes_vitals(184, 88)
    tablet.send("red_flags", items=["rf_chest_or_breath"])
    assert tablet.send("hold", observed="Pressure high twice, short of breath")["outcome"] == "applied"
    later = MORNING + timedelta(minutes=30)
    assert owed(cast.ana, later, "change_in_status")
    episode = tablet.session.episode
    episode.refresh_from_db()
    text = said(finished(episode, "change_in_status", by=cast.ana, at=later))
    assert "Pressure high twice, short of breath" in text
    assert "As measured" in text and "184 mmHg" in text and "limit 180 mmHg" in text


def test_the_referring_providers_own_answer_says_that_they_know(cast):
    episode = scenario.programmed(cast)
    back = clearance.refer_back(episode, trigger="x", observed="Left calf swollen", by=cast.ana, at=LATER)
    clearance.record_answer(
        back, answer="Seen, go on.", provider=cast.dr_raman, go_on=True, by=cast.ana,
        at=LATER + timedelta(hours=1),
    )  # fmt: skip
    assert owed(cast.ana, LATER + timedelta(days=1), "change_in_status") == []


@pytest.mark.parametrize("kind", ["hold", "withdrawn", "surgery"])
def test_a_hold_a_withdrawn_clearance_and_surgery_are_told(cast, kind, clock):
    clock("2026-12-09 08:30")
    episode = scenario.programmed(cast)
    if kind == "hold":
        episodes.hold(episode, reason="Travelling for three weeks", by=cast.ana, at=LATER)
    elif kind == "withdrawn":
        clearance.withdraw(episode, reason="Dr. Raman called", by=cast.ana, at=LATER)
    else:
        facts.record_surgery(
            cast.janet, procedure="Carpal tunnel release", performed_on=cast.northbridge.day(LATER), by=cast.ana,
            at=LATER,
        )  # fmt: skip
    [due] = owed(cast.ana, LATER + timedelta(days=1), "change_in_status")
    words = {"hold": "put on hold", "withdrawn": "clearance withdrawn", "surgery": "surgery told"}
    assert words[kind] in due
    episode.refresh_from_db()
    finished(episode, "change_in_status", by=cast.ana, at=LATER + timedelta(hours=1))
    assert owed(cast.ana, LATER + timedelta(days=1), "change_in_status") == []


def test_no_notice_is_signed_when_nothing_changed_unless_somebody_writes_what(cast):
    """A fall is told in the session and written by hand."""
    document = drafted(scenario.programmed(cast), "change_in_status", by=cast.ana)
    with pytest.raises(operations.NothingMeasured, match="Nothing has changed"):
        operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER)
    document = operations.write(
        document, {"lead": "Mrs. Ellery fell at home on Monday."}, by=cast.ana, at=LATER
    )
    assert "fell at home" in said(operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER))


def test_a_replaced_notice_tells_again_what_it_told(cast):
    episode = scenario.programmed(cast)
    clearance.refer_back(episode, trigger="x", observed="Left calf swollen", by=cast.ana, at=LATER)
    episode.refresh_from_db()
    first = finished(episode, "change_in_status", by=cast.ana)
    newer = operations.replace(first, by=cast.ana, at=LATER + timedelta(hours=1))
    assert "No exercise since" in contents.contents_of(newer, at=LATER + timedelta(hours=1)).texts["lead"]


# Discharge summary


def test_a_discharge_owes_its_summary_which_says_goals_and_what_is_next(cast):
    episode = measured_twice(cast)
    episodes.discharge(
        episode, ended_reason="goals_met", goals_reached="Stairs one foot per step", next_step="maintenance",
        by=cast.ana, at=LATER,
    )  # fmt: skip
    assert owed(cast.ana, LATER, "discharge_summary") == ["Discharge summary due today: discharged Dec 9"]
    episode.refresh_from_db()
    text = said(finished(episode, "discharge_summary", by=cast.ana))
    assert "ended on December 9: goals met" in text and "Stairs one foot per step" in text
    assert "Functional Maintenance follows here" in text and "Final" in text
    assert (
        listing.due(cast.ana, LATER + timedelta(days=1)) == []
        or owed(cast.ana, LATER + timedelta(days=1), "discharge_summary") == []
    )


def test_a_discharge_shows_what_was_reached_freezes_it_and_goes_on_to_the_summary(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    episode = measured_twice(cast)
    assessments.set_goal(
        episode, horizon_days=90, measure="lefs", target=Decimal(62), activity="climb the stairs at home",
        by=cast.ana, at=LATER,
    )  # fmt: skip
    ana, address = sign_in(cast.ana), reverse("episodes:discharge", args=[episode.pk])
    text = page_text(ana.get(address))
    assert "Climb the stairs at home" in text and "13.8 s to 9.6 s" in text
    done = ana.post(
        address, {"ended_reason": "steady", "next_step": "membership", "goals_reached": "14 stairs"}
    )
    assert done["Location"].startswith(reverse("reports:of_episode", args=[episode.pk]))
    episode.refresh_from_db()
    tug = next(one for one in episode.final_measures if one["measure"] == "tug")
    assert (tug["baseline"], tug["last"]) == ("13.8 s", "9.6 s")
    page = ana.get(done["Location"])
    assert "discharged Dec 9" in page_text(page) and 'value="discharge_summary"' in page.content.decode()
    document = finished(episode, "discharge_summary", by=cast.ana)
    assert "Not met: climb the stairs at home" in said(document).replace("Climb", "climb")


def test_an_episode_that_goes_on_gets_no_discharge_summary(cast):
    with pytest.raises(operations.NothingMeasured, match="has not ended"):
        finished(measured_twice(cast), "discharge_summary", by=cast.ana)


def test_a_discharge_of_long_ago_is_history(cast):
    episode = measured_twice(cast)
    episodes.discharge(episode, ended_reason="moved", by=cast.ana, at=LATER)
    assert owed(cast.ana, LATER + timedelta(days=90), "discharge_summary")
    assert owed(cast.ana, LATER + timedelta(days=91), "discharge_summary") == []


# What a provider wants


def test_a_provider_who_does_without_is_owed_only_what_is_left(cast):
    measured_twice(cast)
    providers.change(
        cast.dr_raman, unwanted_documents=["introductory_letter", "assessment_summary", "change_in_status"],
        by=cast.ana, at=LATER,
    )  # fmt: skip
    cast.dr_raman.refresh_from_db()
    assert cast.dr_raman.unwanted_documents == ["introductory_letter", "assessment_summary"]
    kinds = [one.kind.value for one in listing.due(cast.ana, LATER)]
    assert "progress_report" in kinds and not {"introductory_letter", "assessment_summary"} & set(kinds)


def test_a_provider_may_want_reports_more_often_and_never_more_seldom(cast):
    signed(cast)
    providers.change(cast.dr_raman, report_days=14, by=cast.ana, at=LATER)
    [due] = owed(cast.ana, LATER + timedelta(days=10), "progress_report")
    assert due == "Progress report due Dec 23: 14 days after the last report"
    with pytest.raises(providers.ProviderRefused, match="7 to 30 days"):
        providers.change(cast.dr_raman, report_days=60, by=cast.ana, at=LATER)


# The list


def test_the_visit_that_brings_a_report_forward_is_named(cast):
    signed(cast)
    episode = Document.objects.get().episode
    visit = cast.northbridge.day(LATER) + timedelta(days=10)
    episodes.change(episode, next_provider_visit_on=visit, by=cast.ana, at=LATER)
    [due] = owed(cast.ana, LATER + timedelta(days=7), "progress_report")
    assert due == "Progress report due tomorrow, Dec 17: before the provider’s visit on Dec 19"


def test_the_late_stand_first_and_the_front_desk_reads_no_reason(cast, sign_in, clock):
    episode = measured_twice(cast)
    clearance.refer_back(episode, trigger="x", observed="Left calf swollen", by=cast.ana, at=LATER)
    clock("2026-12-09 10:00")
    lates = [one.late for one in listing.due(cast.ana, LATER)]
    assert lates == sorted(lates, reverse=True) and len(set(lates)) == 2
    text = page_text(sign_in(cast.ben).get(reverse("reports:index")))
    assert "Change in status due today" in text and "referred back" not in text
    assert "referred back" in page_text(sign_in(cast.ana).get(reverse("reports:index")))


def test_the_chart_says_what_is_due_why_and_offers_it(cast, sign_in, clock):
    episode = measured_twice(cast)
    clock("2026-12-09 10:00")
    page = sign_in(cast.ana).get(reverse("reports:of_episode", args=[episode.pk]))
    text = page_text(page)
    assert "Due to Dr. Raman" in text and "30 days after the baseline" in text
    assert 'value="assessment_summary"' in page.content.decode()


def test_every_document_that_was_signed_is_read_aloud_at_the_link(cast, client, clock):
    clock("2026-12-09 10:00")
    episode = measured_twice(cast)
    clearance.refer_back(episode, trigger="x", observed="Left calf swollen", by=cast.ana, at=LATER)
    made = [finished(episode, kind, by=cast.ana) for kind in ("assessment_summary", "change_in_status")]
    made.append(finished(episode, "acknowledgement", by=cast.ben))
    episodes.discharge(episode, ended_reason="goals_met", by=cast.ana, at=LATER)
    episode.refresh_from_db()
    made.append(finished(episode, "discharge_summary", by=cast.ana))
    for document in made:
        by = cast.ben if document.kind == "acknowledgement" else cast.ana
        token = sending.send(document, "link", by=by, at=LATER).token
        page = client.get(reverse("portal:document", args=[token])).content.decode()
        assert document.get_kind_display() in page and "What it says" in page


def test_the_pages_of_documents_ask_few_queries(cast, sign_in, clock, django_assert_max_num_queries):
    clock("2026-12-09 10:00")
    episode = measured_twice(cast)
    acknowledging.write(episode.referral, by=cast.ben, at=LATER)
    ana = sign_in(cast.ana)
    budgets = {
        reverse("reports:index"): 8,
        reverse("reports:of_episode", args=[episode.pk]): 11,
        reverse("reports:acknowledgement", args=[episode.referral_id]): 8,
        reverse("episodes:discharge", args=[episode.pk]): 13,
    }
    for address, most in budgets.items():
        ana.get(address)
        with django_assert_max_num_queries(most):
            assert ana.get(address).status_code == 200
