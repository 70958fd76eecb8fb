"""The pages of referral sources: the board, one source, touches in two taps, a list brought in."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from medexpro.audit.models import Event
from medexpro.outreach import importing, reading
from medexpro.outreach.asking import asking_of
from medexpro.outreach.import_views import pack
from medexpro.outreach.reading import relations_of
from medexpro.providers import operations as providers
from medexpro.providers.models import Organisation, Provider
from medexpro.referrals import operations as referrals
from medexpro.referrals import sources
from medexpro.referrals.models import Referral
from medexpro.referrals.rules.relations import Need
from medexpro.referrals.source_models import Source, Touchpoint
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import form_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock):
    """Every page here is looked at on one morning."""
    clock("2026-10-13 09:30")


@pytest.fixture
def raman(cast):
    """Return the relationship with Dr. Raman."""
    return sources.source_of(cast.dr_raman, by=cast.ana, at=MORNING)


def others(cast, count):
    """Make so many sources more, each with a client sent and two touches."""
    for n in range(count):
        who = providers.add(given_name=f"A{n}", family_name=f"Other{n}", by=cast.ana, at=MORNING)
        source = sources.source_of(who, by=cast.ana, at=MORNING)
        Referral.objects.create(
            practice=cast.northbridge,
            client=cast.janet,
            provider=who,
            received_on=TODAY - timedelta(days=n + 1),
        )
        for kind in ("letter", "lunch"):
            sources.touch(source, kind=kind, on=TODAY - timedelta(days=n), by=cast.ana, at=MORNING)


def test_the_board_says_who_needs_a_word_and_why_whatever_their_number(cast, raman, sign_in):
    scenario.referred(cast)
    browser, counts = sign_in(cast.ana), []
    for more in (0, 6):
        others(cast, more)
        browser.get("/sources/")
        with CaptureQueriesContext(connection) as asked:
            page = browser.get("/sources/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15, [one["sql"][:90] for one in asked]
    said = text_of(page)
    assert "7 clients referred in 90 days" in said and "Open loops" in said
    # What is owed for a client comes before what the relationship asks for.
    assert "Acknowledgement due tomorrow J. Ellery" in said
    assert [row["next"].action for row in page.context["rows"]][:2] == ["Acknowledge", "Thank"]
    assert page.context["funnel"][2]["count"] == 7 and "100% come this far" in said
    # A reader without the right to edit is offered nothing to do.
    rhea = sign_in(cast.rhea).get("/sources/").content.decode()
    assert "/touch/" not in rhea and "/sources/add/" not in rhea
    assert sign_in(cast.bill).get("/sources/").status_code == 403


def test_one_client_is_thanked_for_once_by_a_person_and_their_clinic(cast, raman):
    clinic = Organisation.objects.create(practice=cast.northbridge, name="Lakeside Orthopedics")
    Provider.objects.filter(pk=cast.dr_raman.pk).update(organisation=clinic)
    place = sources.source_of(clinic, by=cast.ana, at=MORNING)
    Referral.objects.create(
        practice=cast.northbridge,
        client=cast.janet,
        provider=cast.dr_raman,
        received_on=TODAY - timedelta(days=2),
    )
    thanked = [Need.THANKS]
    asks = {one.source.pk: [ask.need for ask in one.asks] for one in relations_of(cast.northbridge, MORNING)}
    assert asks == {raman.pk: thanked, place.pk: []}
    assert [one.asks for one in relations_of(cast.northbridge, MORNING, only=place)] == [[]]
    owed = asking_of(cast.ana, TODAY, closed=list)
    assert [(one.source.pk, one.ask.need) for one in owed] == [(raman.pk, Need.THANKS)]


def test_filters_and_search_find_a_source(cast, raman, sign_in):
    quiet = providers.add(given_name="Grace", family_name="Wu", type="NP", by=cast.ana, at=MORNING)
    sources.source_of(quiet, by=cast.ana, at=MORNING)
    Referral.objects.create(
        practice=cast.northbridge, client=cast.janet, provider=quiet, received_on=TODAY - timedelta(days=91)
    )
    browser = sign_in(cast.ben)
    names = {
        ask: [row["name"] for row in browser.get(f"/sources/?{ask}").context["rows"]]
        for ask in ("show=all", "show=quiet", "show=to_meet", "q=wu", "q=nobody", "show=nonsense")
    }
    assert names["show=all"] == ["Grace Wu, NP", "Priya Raman, MD"]
    assert names["show=quiet"] == names["q=wu"] == names["show=nonsense"] == ["Grace Wu, NP"]
    assert names["show=to_meet"] == ["Priya Raman, MD"] and names["q=nobody"] == []
    assert "91 days quiet" in text_of(browser.get("/sources/"))
    found = browser.get("/sources/find/?q=rama").json()
    assert [one["label"] for one in found["found"]] == ["Priya Raman, MD"] and browser.get(
        "/sources/find/"
    ).json()["found"] == []


def test_a_touch_is_logged_in_two_taps_and_taken_back(cast, raman, sign_in):
    sources.plan_next(raman, step="Call about knees", on=TODAY, by=cast.ana, at=MORNING)
    browser, url = sign_in(cast.ben), f"/sources/{raman.pk}/touch/"
    sent = form_of(browser.get(url))
    assert sent["settles_step"] == "on"
    for _ in range(2):  # A thumb taps twice.
        assert browser.post(url, sent | {"kind": "call"}).status_code in (200, 302)
    row = Touchpoint.objects.get()
    raman.refresh_from_db()
    assert (row.kind, row.on, row.by, raman.next_step) == ("call", TODAY, cast.ben, "")
    # What was typed stays when the day is still to come, and nothing is kept.
    page = browser.post(
        url, sent | {"new_id": "", "kind": "visit", "on": "10/20/2026", "note": "Met =cmd() <b>"}
    )
    assert "That day is still to come" in text_of(page) and "Met =cmd() &lt;b&gt;" in page.content.decode()
    # A touch and a next step are one thing: where the step can't be, the touch waits too.
    browser.post(url, sent | {"new_id": "", "kind": "visit", "next_step": "Coffee", "next_on": "10/1/2026"})
    assert Touchpoint.objects.count() == 1
    browser.post(f"/sources/{raman.pk}/touch/{row.pk}/strike/")
    row.refresh_from_db()
    assert row.struck_by == cast.ben and "Struck out by Ben Okoye" in text_of(
        browser.get(f"/sources/{raman.pk}/")
    )


def test_a_source_page_keeps_health_to_those_who_may_read_it(cast, raman, sign_in):
    scenario.programmed(cast)
    url = f"/sources/{raman.pk}/"
    ana, olga = sign_in(cast.ana), sign_in(cast.olga)
    ana.get(url)
    with CaptureQueriesContext(connection) as asked:
        page = ana.get(url)

    assert len(asked) <= 27  # Half of them the worklist of the provider, whatever its length.
    assert "Janet Ellery" in text_of(page) and "Active" in text_of(page)
    assert not Event.objects.filter(kind="record:page:read").exists()
    assert "Outcome" in text_of(ana.get(f"{url}?measured=yes"))
    assert (
        Event.objects.filter(kind="record:page:read", client_id=cast.janet.pk, detail__page="source").count()
        == 1
    )
    # The owner counts clients and sees no state of anybody's service.
    said = text_of(olga.get(f"{url}?measured=yes"))
    assert "Outcome" not in said and "Active" not in said and "Referrals in" in said
    assert sign_in(cast.dana).get(url).status_code == 404


def test_a_source_is_added_once_changed_by_two_and_kept_when_the_provider_retires(cast, raman, sign_in):
    browser = sign_in(cast.ana)
    empty = form_of(browser.get("/sources/add/"))
    assert "Choose a provider on file" in text_of(browser.post("/sources/add/", empty))
    typed = empty | {
        "family_name": "Novak",
        "given_name": "Lena",
        "interests": "knee, ,  hip",
        "organisation_name": "Fairhaven",
    }
    for _ in range(2):
        browser.post("/sources/add/", typed)
    novak = Source.objects.get(provider__family_name="Novak")
    assert (novak.interests, Provider.objects.filter(family_name="Novak").count()) == (["knee", "hip"], 1)
    browser.post("/sources/add/", empty | {"organisation_name": "Senior Center"})
    assert Source.objects.get(organisation__name="Senior Center").kind == "clinic"

    url = f"/sources/{novak.pk}/change/"
    mine, theirs = form_of(browser.get(url)), form_of(sign_in(cast.ben).get(url))
    sign_in(cast.ben).post(url, theirs | {"is_ideal": "on"})
    page = browser.post(url, mine | {"interests": "balance"})
    novak.refresh_from_db()
    assert page.status_code == 200 and "Someone else changed this" in text_of(page) and novak.is_ideal
    assert page.context["form"].data["interests"] == "balance"

    providers.change(cast.dr_raman, is_active=False, by=cast.ana, at=MORNING)
    said = text_of(browser.get(f"/sources/{raman.pk}/"))
    assert "The relationship and its log are kept" in said
    page = browser.post(f"/sources/{raman.pk}/plan/", {"next_step": "Lunch", "next_on": "10/20/2026"})
    assert "is retired" in text_of(page) and "Lunch" in page.content.decode()


LIST = (
    "NPI,Provider Name,Organization,Office Phone,Specialty\r\n"
    "1234567893,\"Raman, Priya, MD\",Lakeside,555-0116,Orthopedics\r\n"
    ",Zo\u00eb Brandt DO,Elm Street,+1 555 0101,\r\n"
    ",Zoe Brandt,,,\r\n"
    ",=HYPERLINK(\"x\"),,,\r\n"
    "1234567890,Nobody Known,,,\r\n"
    ",,Senior Center,,\r\n"
)  # fmt: skip


def test_a_list_is_looked_through_before_anything_is_kept(cast, raman, sign_in):
    browser = sign_in(cast.ben)
    for encoding in ("utf-8-sig", "cp1252", "utf-16", "utf-8"):
        upload = SimpleUploadedFile("list.csv", LIST.encode(encoding))
        page = browser.post("/sources/import/", {"file": upload})
        why = {
            one.row.number: (one.fate.value, one.why)
            for group in page.context["groups"]
            for one in group["rows"]
        }
        assert why[2] == ("filled", "On file by name: fills in phone, NPI"), encoding
        assert why[3] == ("new", "New provider, new source") and why[4] == ("skipped", "Stands in row 3 too")
        assert why[5][0] == why[6][0] == "refused" and "formula" in why[5][1] and "last digit" in why[6][1]
        assert why[7] == ("new", "New organisation, new source")
    assert Source.objects.count() == 1 and page.context["bring"] == 3

    browser.post("/sources/import/", {"packed": page.context["packed"]})
    assert {one.name for one in Source.objects.named()} == {
        "Priya Raman, MD",
        "Zoë Brandt, DO",
        "Senior Center",
    }
    cast.dr_raman.refresh_from_db()
    assert cast.dr_raman.npi == "1234567893" and Organisation.objects.filter(name="Senior Center").exists()
    assert Event.objects.filter(kind="referrals:source:import").count() == 1
    # The same list again makes nobody twice.
    before = (Source.objects.count(), Provider.objects.count())
    browser.post("/sources/import/", {"packed": page.context["packed"]})
    assert (Source.objects.count(), Provider.objects.count()) == before


NO_LISTS = (
    (b"", "empty"), (b"PK\x03\x04zip", "no CSV"), (b"Shoe,Size\n1,2\n", "No column is headed as a name"),
    (b"Name\n", "no rows"), (b'Name\n"open', "quote"), (b"\x00\xff\xfe\x81", "No column"),
    (b"Name\n" + b"A B\n" * 5001, "5,001 rows"), (b"x" * 1_600_000, "1.6 MB"),
)  # fmt: skip


def test_what_is_no_list_is_said_in_a_sentence(cast, sign_in):
    browser = sign_in(cast.ana)
    for content, said in NO_LISTS:
        page = browser.post("/sources/import/", {"file": SimpleUploadedFile("list.csv", content)})
        assert page.status_code == 200 and said in text_of(page), said
    for packed in ("nonsense", pack(b"x" * 3_000_000)):
        assert "Choose" in text_of(browser.post("/sources/import/", {"packed": packed}))
    assert not Source.objects.exists()


def test_a_list_of_five_thousand_is_weighed_at_once_and_kept_in_parts(cast, django_assert_max_num_queries):
    rows = io.StringIO()
    table = csv.writer(rows)
    table.writerow(["First name", "Last name", "Clinic"])
    table.writerows([f"Given{n}", f"Family{n}", f"Clinic {n % 40}"] for n in range(5000))
    content = rows.getvalue().encode()
    with django_assert_max_num_queries(6):
        weighed = importing.weigh(content, cast.northbridge)
    assert len(weighed) == 5000 and {one.fate for one in weighed} == {importing.Fate.NEW}
    importing_at_once, importing.AT_ONCE = importing.AT_ONCE, 5
    try:
        now, left = importing.bring_in(content, by=cast.ana, at=MORNING)
        again, rest = importing.bring_in(content, by=cast.ana, at=MORNING)
    finally:
        importing.AT_ONCE = importing_at_once
    assert (len(now), left, rest) == (5, 4995, 4990) and {one.row.number for one in again} == {
        7,
        8,
        9,
        10,
        11,
    }
    assert Source.objects.count() == 10


def test_today_and_the_board_say_the_same_of_every_source(cast, raman, django_assert_max_num_queries):
    others(cast, 4)
    gym = Organisation.objects.create(practice=cast.northbridge, name="Lakeside Gym")
    sources.plan_next(
        sources.source_of(gym, by=cast.ana, at=MORNING), step="Talk", on=TODAY, by=cast.ana, at=MORNING
    )
    Provider.objects.filter(family_name="Other1").update(organisation=gym)
    Provider.objects.filter(family_name="Other2").update(is_active=False)
    slip = Source.objects.get(provider__family_name="Other0").touches.first()
    sources.strike(slip, by=cast.ana, at=MORNING)
    for days in (0, 7, 21, 130):
        day = TODAY + timedelta(days=days)
        board = {
            one.source.name: (one.asks[0], one.standing.reason)
            for one in reading.relations_of(cast.northbridge, MORNING + timedelta(days=days))
            if one.asks
        }
        with django_assert_max_num_queries(1):
            found = asking_of(cast.ana, day, closed=frozenset)
        assert {one.source.name: (one.ask, one.reason) for one in found} == board and board
        assert all("Other2" not in name for name in board)
    assert asking_of(cast.dana, TODAY, closed=frozenset) == []


def test_today_says_what_sources_ask_for_with_one_action(cast, raman, sign_in):
    referral = Referral.objects.create(
        practice=cast.northbridge,
        client=cast.janet,
        provider=cast.dr_raman,
        received_on=TODAY - timedelta(days=1),
    )
    referrals.acknowledge(referral, channel="fax", by=cast.ben, at=MORNING)
    page = sign_in(cast.ben).get("/owed/sources-to-hear-from-us/")
    assert (
        "Thank-you owed for the client of Oct 12" in text_of(page)
        and f"/sources/{raman.pk}/touch/?kind=thanks" in page.content.decode()
    )
    sources.touch(raman, kind="thanks", on=TODAY, by=cast.ana, at=MORNING)
    assert "Thank-you owed" not in text_of(sign_in(cast.ben).get("/owed/sources-to-hear-from-us/"))
    # What somebody looks after is theirs alone.
    sources.plan_next(raman, step="Lunch", on=TODAY, by=cast.ana, at=MORNING)
    sources.change(raman, owner=cast.ana, by=cast.ana, at=MORNING)
    assert "Lunch" not in text_of(sign_in(cast.ben).get("/owed/sources-to-hear-from-us/"))
    assert "Lunch" in text_of(sign_in(cast.ana).get("/owed/sources-to-hear-from-us/"))


@pytest.mark.parametrize(
    ("person", "opens"),
    [("ana", "/sources/"), ("olga", "/sources/"), ("ben", "/referrals/"), ("rhea", "/referrals/")],
)
def test_referrals_on_the_rail_opens_what_the_member_works_with(cast, sign_in, person, opens):
    page = sign_in(cast.members[person]).get("/").content.decode()
    assert f'<a href="{opens}" data-go="referrals"' in page
