"""The pages of referrals: taking one in, the four checks, who needs a word today."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.clients.models import Client
from medexpro.episodes.models import Episode
from medexpro.providers.models import Provider
from medexpro.referrals import operations, standing
from medexpro.referrals.models import Referral
from tests.clients.test_pages import scan
from tests.conftest import MORNING, TODAY
from tests.pages import form_of, text_of
from tests.referrals.conftest import WORDS

TAKE_IN = "/referrals/take-in/"


@pytest.fixture(autouse=True)
def today(clock):
    """Every page here is looked at on one morning."""
    clock("2026-10-13 09:30")


def paper(cast):
    """Return what the front desk types from a whole referral for a new client."""
    return {
        "family_name": "Dahl", "given_name": "Joan", "birth_date": "5/1/1961",
        "provider_0": str(cast.dr_raman.pk), "provider_1": "Priya Raman, MD",
        "written_on": "10/7/2026", "valid_to": "1/7/2027", "purpose": "Right knee replacement", "wording": WORDS,
        "code_1_0": "Z96.651", "code_1_1": "Presence of right artificial knee joint",
        "exit_confirmed_on": "9/30/2026",
    }  # fmt: skip


def test_the_front_desk_takes_in_a_referral_for_a_new_client_in_one_go(cast, codes, sign_in):
    browser = sign_in(cast.ben)
    given = form_of(browser.get(TAKE_IN)) | paper(cast) | {"confirmed": ["written", "coded", "exited"]}
    given["scan"] = SimpleUploadedFile("fax.pdf", scan())
    response = browser.post(TAKE_IN, given)
    referral = Referral.objects.get()
    assert response.url == reverse("referrals:show", args=[referral.pk])
    assert (referral.client.name, referral.provider, referral.received_on) == (
        "Joan Dahl",
        cast.dr_raman,
        TODAY,
    )
    assert referral.scan.kind == "referral"
    assert [answer.kind for answer in standing.of(referral, TODAY).answers if not answer.met] == ["wording"]
    assert Episode.objects.get().title == "Right knee replacement"


def test_a_double_clicked_intake_is_one_intake(cast, codes, sign_in):
    browser = sign_in(cast.ben)
    given = form_of(browser.get(TAKE_IN)) | paper(cast)
    for _ in range(2):
        browser.post(TAKE_IN, given)
    counts = (
        Referral.objects.count(),
        Client.objects.filter(family_name="Dahl").count(),
        Episode.objects.count(),
    )
    assert counts == (1, 1, 1)


def test_a_provider_is_added_on_the_way(cast, codes, sign_in):
    browser = sign_in(cast.ben)
    new = {"provider_0": "", "provider_1": "", "provider_family_name": "Osei", "provider_type": "DO"}
    given = form_of(browser.get(TAKE_IN)) | paper(cast) | new
    wrong = browser.post(TAKE_IN, given | {"provider_npi": "1234567890"})
    assert "The last digit does not fit the others." in text_of(wrong)
    assert not Client.objects.filter(family_name="Dahl").exists()  # All of it, or nothing.
    browser.post(TAKE_IN, given | {"provider_npi": "1234567893"})
    assert Referral.objects.get().provider == Provider.objects.get(npi="1234567893")


def test_a_likely_duplicate_is_offered_before_a_second_record(cast, codes, sign_in):
    browser = sign_in(cast.ben)
    given = (
        form_of(browser.get(TAKE_IN))
        | paper(cast)
        | {"family_name": "Ellery", "given_name": "Janet", "birth_date": ""}
    )
    response = browser.post(TAKE_IN, given)
    assert "Is it this person?" in text_of(response)
    assert not Referral.objects.exists()
    browser.post(TAKE_IN, given | {"use_match": str(cast.janet.pk)})
    assert Referral.objects.get().client == cast.janet


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"family_name": "", "given_name": ""}, "Say who the referral is for."),
        ({"received_on": "1/1/2030"}, "can’t lie in the future"),
        ({"received_on": ""}, "Received on is needed."),
        ({"code_1_0": "", "code_1_1": "some knee"}, "typed but not chosen"),
        ({"code_1_0": "X99.999"}, "is not a code of"),
        ({"valid_to": "1/1/2020"}, "The last day lies before"),
        (
            {"exit_confirmed_on": "", "confirmed": ["exited"]},
            "Nothing says that the client has left medical care.",
        ),
        ({"birth_date": "1/1/2030"}, "A birth date can’t lie in the future."),
        ({"provider_0": "nonsense"}, ""),
        ({"new_id": "nonsense", "knowingly": "maybe", "version": "x", "base": "["}, ""),
    ],
)
def test_a_slip_is_said_in_a_sentence_and_nothing_typed_is_lost(cast, codes, sign_in, typed, sentence):
    browser = sign_in(cast.ben)
    given = form_of(browser.get(TAKE_IN)) | paper(cast) | typed
    response = browser.post(TAKE_IN, given)
    if sentence:
        assert response.status_code == 200
        assert sentence in text_of(response)
        assert WORDS in response.content.decode()
        assert not Referral.objects.exists()
    else:
        assert response.status_code == 302


def test_a_scan_of_40_mb_keeps_everything_else(cast, codes, sign_in):
    browser = sign_in(cast.ben)
    given = form_of(browser.get(TAKE_IN)) | paper(cast)
    given["scan"] = SimpleUploadedFile("scan.pdf", b"%PDF-" + b"x" * (40 * 1024 * 1024))
    response = browser.post(TAKE_IN, given)
    assert "The file has 40 MB; 15 MB is the limit." in text_of(response)
    assert not Client.objects.filter(family_name="Dahl").exists()


def test_the_four_checks_are_answered_one_by_one(cast, take_in, sign_in):
    referral = take_in(wording="Please strengthen.")
    browser = sign_in(cast.ana)
    page = browser.get(reverse("referrals:show", args=[referral.pk]))
    assert "4 things are missing" in text_of(page)
    browser.post(reverse("referrals:confirm", args=[referral.pk]))
    assert referral.checks.count() == 3
    answer = reverse("referrals:answer", args=[referral.pk])
    refused = browser.post(answer, {"kind": "wording", "met": "yes"})
    assert "If it is met all the same, say why." in text_of(refused)
    part = browser.post(
        answer,
        {"kind": "wording", "met": "yes", "note": "He means us, by phone"},
        headers={"HX-Request": "true"},
    )
    assert part.content.decode().strip().startswith('<div id="checks"')
    assert "Complete and in force" in text_of(part)
    browser.post(answer, {"kind": "wording", "met": "no"})
    assert not standing.of(Referral.objects.get(), TODAY).is_complete
    assert browser.post(answer, {"kind": "zodiac", "met": "yes"}).status_code == 200


@pytest.mark.parametrize(
    ("person", "reads"), [("ana", True), ("ben", True), ("rhea", True), ("bill", False), ("olga", False)]
)
def test_the_providers_words_are_for_those_who_need_them(cast, take_in, sign_in, person, reads):
    referral = take_in()
    page = text_of(sign_in(cast.members[person]).get(reverse("referrals:show", args=[referral.pk])))
    assert (WORDS in page) is reads


def test_acknowledging_and_declining(cast, take_in, sign_in):
    referral = take_in()
    browser = sign_in(cast.ben)
    for channel in ("fax", "pigeon"):
        browser.post(reverse("referrals:acknowledge", args=[referral.pk]), {"channel": channel})
    referral.refresh_from_db()
    assert (referral.acknowledged_channel, referral.acknowledged_by) == ("fax", cast.ben)
    url = reverse("referrals:decline", args=[referral.pk])
    assert "is needed" in text_of(browser.post(url, {"reason": " "}))
    browser.post(url, {"reason": "No place for neurological conditions"})
    assert Episode.objects.get().status == "declined"
    assert "Declined Oct 13, 2026" in text_of(browser.get(reverse("referrals:show", args=[referral.pk])))


def test_two_tabs_on_one_referral(cast, take_in, sign_in):
    url = reverse("referrals:change", args=[take_in().pk])
    ben, ana = sign_in(cast.ben), sign_in(cast.ana)
    bens, anas = form_of(ben.get(url)), form_of(ana.get(url))
    assert ben.post(url, bens | {"purpose": "Knee"}).status_code == 302
    response = ana.post(url, anas | {"valid_to": "2/1/2027"})
    assert "they wrote “Knee”" in text_of(response)
    ana.post(url, form_of(response))
    referral = Referral.objects.get()
    assert (referral.purpose, referral.valid_to, referral.provider) == (
        "Knee",
        date(2027, 2, 1),
        cast.dr_raman,
    )
    assert [code.icd10 for code in referral.codes.all()] == ["Z96.651"]


def test_the_list_says_who_needs_a_word_first(cast, take_in, sign_in):
    def referral(name, **fields):
        client = Client.objects.create(practice=cast.northbridge, family_name=name, name_search=name.lower())
        return take_in(client=client, **fields)

    done = {"confirmed": ["written", "wording", "coded", "exited"]}
    complete = referral("Quiet", **done)
    ending = referral("Ending", valid_to=TODAY + timedelta(days=5), **done)
    incomplete = referral("Incomplete", exit_confirmed_on=None)
    for one in (complete, ending, incomplete):
        operations.acknowledge(one, channel="fax", by=cast.ben, at=MORNING)
    referral("Late", received_on=date(2026, 10, 5), written_on=date(2026, 10, 2), **done)
    page = sign_in(cast.ben).get(reverse("referrals:list"))
    assert [row["client"] for row in page.context["rows"]] == ["Late", "Ending", "Incomplete"]
    said = text_of(page)
    assert "Acknowledge now due Oct 6, 7 days over" in said
    assert "Renewal, 5 days left" in said
    everything = sign_in(cast.ben).get(reverse("referrals:list"), {"show": "all", "page": "zzz"})
    assert len(everything.context["rows"]) == 4


def test_pages_cost_the_same_for_few_referrals_and_many(cast, take_in, sign_in):
    browser, url = sign_in(cast.ana), reverse("referrals:list")

    def cost(address):
        browser.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    first = take_in()
    few = cost(url)
    for number in range(40):
        client = Client.objects.create(
            practice=cast.northbridge, family_name=f"F{number}", name_search=f"f{number}"
        )
        take_in(client=client)
    assert cost(url) == few <= 12
    assert cost(reverse("referrals:show", args=[first.pk])) <= 15


def test_reading_a_referral_is_in_the_trail(cast, take_in, sign_in):
    sign_in(cast.ben).get(reverse("referrals:show", args=[take_in().pk]))
    assert Event.objects.filter(
        kind="record:page:read", detail__page="referral", client_id=cast.janet.pk
    ).exists()


def test_another_practices_referral_is_not_found(cast, take_in, sign_in):
    referral = take_in()
    dana = sign_in(cast.dana)
    assert dana.get(reverse("referrals:show", args=[referral.pk])).status_code == 404
    assert dana.post(reverse("referrals:confirm", args=[referral.pk])).status_code == 404
    assert "Ellery" not in text_of(dana.get(TAKE_IN, {"client": str(cast.janet.pk)}))
