"""The lead form and what its e-mail leads to: four steps, no cookie, nothing about health in a mail or an address."""

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from medexpro.audit.models import Event
from medexpro.kernel import clock as now
from medexpro.kernel.ids import uuid7
from medexpro.marketing import addresses, mailing
from medexpro.marketing.models import AddressTrouble, Lead, LeadDraft, Mail, NotContacted
from medexpro.marketing.operations import asking, leads, pipeline
from medexpro.positioning import operations as positioning
from medexpro.practice import outside
from medexpro.providers import operations as providers
from medexpro.referrals import sources
from tests.conftest import MORNING
from tests.pages import text_of
from tests.portal.visiting import ANSWERS, HOME, START, Visitor, hidden, link, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(cast, clock, settings):
    """Northbridge's page is open, and somebody comes to it."""
    settings.PUBLIC_URL, settings.EMAIL_HOST = "https://northbridge.example", "mail.example"
    cache.clear()
    clock("2026-10-13 10:00")
    opened(cast)
    return Visitor(clock)


def sent() -> None:
    """The worker sends what is due."""
    mailing.send_due(now=now.now)


def test_from_the_page_to_a_picked_time_and_nothing_of_it_in_the_mail(visitor, mailoutbox):
    assert "25% complete" in text_of(visitor.browser.get(HOME))
    page = visitor.begin(c="flyer-oct")
    assert "50% complete" in text_of(page) and "Step 2 of 4" in text_of(page)
    assert "75% complete" in text_of(visitor.post(**ANSWERS["who"]))
    back = visitor.post(times="morning", go="back")
    assert (
        'value="Margaret Ellison"' in back.content.decode()
        and 'value="margaret@example.org"' in back.content.decode()
    )
    assert "checked" in visitor.post(**ANSWERS["who"]).content.decode()
    last = visitor.post(**ANSWERS["when"])
    assert "100% complete" in text_of(last) and "Knee or hip replacement" in text_of(last)
    assert "Tick this" in text_of(visitor.post()) and visitor.answer.status_code == 422
    done = visitor.post(consent="yes")
    assert (
        "One more tap, in your e-mail" in text_of(done) and not done.cookies and not visitor.browser.cookies
    )
    lead = Lead.objects.get()
    assert (lead.state, lead.given_name, lead.family_name) == ("asked", "Margaret", "Ellison")
    assert (lead.source_kind, lead.campaign, lead.source_page, lead.interest) == (
        "campaign",
        "flyer-oct",
        "practice",
        "joint",
    )
    assert lead.text_version == 1 and "contact me" in lead.text and LeadDraft.objects.get().answers == {}
    sent()
    [letter] = mailoutbox
    whole = letter.message().as_string()
    assert not any(
        word in whole for word in ("Margaret E", "Ellison", "knee", "replacement", "555-0188", "morning")
    )
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"https://northbridge.example{link(lead)}" in letter.body
    # A program that opens links confirms nothing.
    opened_page = visitor.browser.get(link(lead))
    assert "Was it you" in text_of(opened_page) and "Margaret" not in opened_page.content.decode()
    visitor.answer = opened_page
    for _ in range(2):
        assert visitor.post(link(lead)).status_code == 302
        visitor.answer = visitor.browser.get(link(lead))
    lead.refresh_from_db()
    assert lead.state == "new" and lead.confirmed_at
    offered = visitor.answer.context["offered"]
    assert offered and all(one.hour < 12 for _, starts in offered for one in starts)
    start = offered[0][1][0]
    assert (
        "Intake, 45 minutes" in text_of(visitor.answer)
        and ">8:00 am</button>" in visitor.answer.content.decode()
    )
    assert visitor.post(link(lead), go="time", start=start.isoformat()).status_code == 302
    lead.refresh_from_db()
    assert lead.wanted_at == start and str(lead.wanted_member) == "Ana Torres"
    assert "We hold this time for you" in text_of(visitor.browser.get(link(lead)))
    assert Event.objects.filter(kind="marketing:lead:time").count() == 1


def test_a_time_held_for_one_is_offered_to_nobody_else(visitor, cast):
    first, second = visitor.asked(), Visitor(visitor.clock).asked(who={"email": "tom@example.org"})
    start = asking.first_visits.free(
        cast.northbridge, asking.first_visits.service_of(cast.northbridge), at=MORNING
    )
    start = min(start)
    for lead in (first, second):
        with pytest.raises(asking.AskingRefused, match="Confirm your address first"):
            asking.pick_time(lead, start, at=MORNING)
        asking.confirm(lead, at=MORNING)
    asking.pick_time(first, start, at=MORNING)
    with pytest.raises(asking.AskingRefused, match="Somebody took this time"):
        asking.pick_time(second, start, at=MORNING)
    asking.pick_time(first, start, at=MORNING)
    with pytest.raises(asking.AskingRefused, match="Give us a number"):
        asking.ask_call(
            Lead.objects.get(pk=asking.confirm(_without_phone(second), at=MORNING).pk), "", at=MORNING
        )
    assert asking.ask_call(second, "555-0199", at=MORNING).wants_call


def _without_phone(lead):
    Lead.objects.filter(pk=lead.pk).update(phone="")
    return lead


@pytest.mark.parametrize(("typed", "says", "fix"), [
    ("margaret@example", "Something is missing after “example”, like .com", "margaret@example.com"),
    ("margaret@gmial.com", "Did you mean gmail.com?", "margaret@gmail.com"),
    ("margaret example.org", "There is a space in the address.", ""),
    ("a@b.org\r\nBcc: all@example.org", "There is a space in the address.", ""),
    ("", "Your e-mail address is missing.", ""),
])  # fmt: skip
def test_a_bad_address_is_told_at_the_field_with_the_likely_fix(visitor, typed, says, fix):
    visitor.begin()
    page = visitor.post(name="=cmd() <b>Zoë 🦊", email=typed)
    assert page.status_code == 422 and says in text_of(page)
    assert "=cmd() &lt;b&gt;Zoë 🦊" in page.content.decode()
    assert (f'name="use_email" value="{fix}"' in page.content.decode()) == bool(fix)
    if fix:
        assert "75% complete" in text_of(visitor.post(name="Zoë", email=typed, use_email=fix))
        assert LeadDraft.objects.get().answers["email"] == fix


def test_robots_floods_and_forgeries_get_a_sentence_and_make_nothing(visitor, clock):
    visitor.begin()
    data = hidden(visitor.answer.content.decode()) | ANSWERS["who"]
    clock("2026-10-13 11:05")
    for other, says, status in (
        ({"stamp": "forged"}, "was not opened here", 403),
        ({outside.TRAP: "buy"}, "a field was filled in", 422),
        ({"stamp": outside.new_stamp("lead:another", at=MORNING)}, "was not opened here", 403),
    ):
        answer = visitor.browser.post(START, data | other)
        assert (answer.status_code, says in text_of(answer).lower()) == (status, True), says
        assert "margaret@example.org" in answer.content.decode()
    quick = Browser().post(START, {"step": "why", "interest": "joint"})
    quick = Browser().post(START, hidden(quick.content.decode()) | ANSWERS["who"])
    assert quick.status_code == 422 and "very quick" in text_of(quick)
    assert not LeadDraft.objects.exists() and Browser().post(START).status_code == 403
    cache.clear()
    answers = [visitor.browser.post(START, data) for _ in range(30)]
    assert {one.status_code for one in answers} == {200, 429}
    assert "margaret@example.org" in answers[-1].content.decode() and "Wait a minute" in text_of(answers[-1])
    assert LeadDraft.objects.count() == 1
    clock("2026-10-21 12:00")
    assert asking.clear(at=now.now()) == 1


def test_the_same_form_sent_twice_is_one_lead_and_one_mail(visitor):
    lead = visitor.asked()
    before = visitor.answer.content
    form = {"stamp": Stamp.of(lead)} | {"step": "send", "consent": "yes"}
    assert visitor.browser.post(START, form).content == before
    assert asking.ask(LeadDraft.objects.get(lead=lead), at=now.now()) == lead
    assert Lead.objects.count() == Mail.objects.count() == 1
    for _ in range(4):
        Visitor(visitor.clock).asked()
    assert Lead.objects.count() == 5 and Mail.objects.count() == asking.MAILS_A_DAY


class Stamp:
    """The key of the form a lead came from."""

    @staticmethod
    def of(lead: Lead) -> str:
        from django.core import signing

        draft = LeadDraft.objects.get(lead=lead)
        return signing.dumps(
            [str(draft.pk), int(draft.started_at.timestamp())],
            salt=f"form:lead:{lead.practice_id}",
            compress=False,
        )


def test_who_came_by_a_providers_own_address_is_that_sources(visitor, cast):
    source = sources.source_of(cast.dr_raman, by=cast.ana, at=MORNING)
    lead = visitor.asked(came={"r": source.code, "c": "<script>"})
    assert (lead.source_kind, lead.source, lead.campaign) == ("source", source, "")


def test_the_address_of_another_practices_source_is_no_source_here(visitor, cast):
    osei = providers.add(family_name="Osei", by=cast.dana, at=MORNING)
    theirs = sources.source_of(osei, by=cast.dana, at=MORNING)
    lead = visitor.asked(came={"r": theirs.code})
    assert (lead.source_kind, lead.source) == ("page", None)


def test_links_that_are_forged_over_or_anothers_say_so(visitor, cast, clock):
    lead = visitor.asked()
    assert visitor.browser.get(f"{HOME}confirm/nothing/").status_code == 404
    assert visitor.browser.post(link(lead)).status_code == 403
    clock("2026-10-20 11:10")
    over = visitor.browser.get(link(lead))
    assert over.status_code == 410 and "opened for 7 days" in text_of(over)
    positioning.close_page(cast.northbridge, by=cast.olga, at=MORNING)
    way_out = visitor.browser.get(link(lead, "unsubscribe"))
    assert way_out.status_code == 200 and "preview" not in text_of(way_out)
    assert asking.clear(at=now.now()) >= 1 and not Lead.objects.exists()
    assert visitor.browser.get(link(lead, "unsubscribe")).status_code == 404


def test_a_corrected_address_takes_the_link_of_the_wrong_one_with_it(visitor, cast, mailoutbox):
    lead = visitor.asked()
    sent()
    stranger = link(lead)  # Margaret slipped; somebody else got her link.
    asking.confirm(lead, at=now.now())
    lead.refresh_from_db()
    leads.change_lead(lead, email="margaret.e@example.org", by=cast.olga, at=now.now())
    for path in (stranger, stranger.replace("confirm", "forget"), stranger.replace("confirm", "unsubscribe")):
        assert visitor.browser.get(path).status_code == 404
        assert visitor.browser.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 403
    lead.refresh_from_db()
    assert lead.confirmed_at is None and lead.unsubscribed_at is None


def test_a_question_that_still_waits_is_not_sent_to_an_address_that_was_corrected(visitor, cast, mailoutbox):
    lead = visitor.asked()
    Lead.objects.filter(pk=lead.pk).update(email="margaret.e@example.org")
    sent()
    assert not mailoutbox and Mail.objects.get().state == "dropped"


def test_nobody_is_asked_more_often_by_writing_their_address_in_other_ways(visitor):
    for other in ("margaret@", "margaret+1@", "mar.garet+x@", "Margaret+2@", "m.argaret@"):
        Visitor(visitor.clock).asked(who=ANSWERS["who"] | {"email": f"{other}example.org"})
    assert Lead.objects.count() == 5 and Mail.objects.count() == asking.MAILS_A_DAY


def test_of_a_client_who_is_forgotten_the_link_alone_stays(visitor, cast, mailoutbox):
    lead = visitor.asked()
    sent()
    asking.keep(
        cast.northbridge,
        uuid7(),
        ANSWERS["who"] | {"interest": "joint"},
        came=asking.CameFrom(),
        at=now.now(),
    )
    asking.confirm(lead, at=now.now())
    lead.refresh_from_db()
    pipeline.link(lead, cast.janet, by=cast.olga, at=now.now())
    lead.refresh_from_db()
    addresses.note_bounce(
        cast.northbridge, lead.email, f"550 5.1.1 <{lead.email}>: no such user", at=now.now()
    )
    assert asking.forget(lead, at=now.now())
    kept = Lead.objects.get()
    assert kept.client == cast.janet and (kept.email, kept.phone, kept.name) == ("", "", "No name given")
    assert not LeadDraft.objects.filter(answers__email__icontains="margaret").exists()
    assert not Mail.objects.exists()
    assert "margaret" not in AddressTrouble.objects.get().said
    assert "deleted" in pipeline.why_not_undone(kept, at=now.now())


def test_who_unsubscribed_is_not_brought_back_by_the_link_of_the_first_mail(visitor):
    lead = visitor.asked()
    asking.unsubscribe(lead, at=MORNING)
    with pytest.raises(asking.AskingRefused, match="asked us to write no more"):
        asking.confirm(lead, at=MORNING)
    lead.refresh_from_db()
    assert (lead.state, lead.confirmed_at) == ("unsubscribed", None)


def test_one_click_ends_it_and_forgetting_leaves_only_a_hash(visitor, cast, mailoutbox):
    lead = visitor.asked()
    sent()
    assert (
        visitor.browser.post(link(lead, "unsubscribe"), {"List-Unsubscribe": "One-Click"}).status_code == 200
    )
    lead.refresh_from_db()
    assert lead.state == "unsubscribed"
    assert "call us" in text_of(visitor.browser.get(link(lead)))
    visitor.answer = visitor.browser.get(link(lead, "forget"))
    assert Lead.objects.exists()
    assert "Everything is deleted" in text_of(visitor.post(link(lead, "forget")))
    assert not Lead.objects.exists() and not LeadDraft.objects.exists() and not Mail.objects.exists()
    kept = NotContacted.objects.get()
    assert "margaret" not in kept.address_hash
    again = Visitor(visitor.clock)  # The page says the same, and no mail leaves.
    again.asked()
    sent()
    assert not Mail.objects.exists()
    assert len(mailoutbox) == 1 and "One more tap" in text_of(again.answer)
