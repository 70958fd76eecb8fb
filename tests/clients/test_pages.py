"""The pages of a client's record, as each person sees them."""

import io
import json
import time
from datetime import date

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.audit.trail import EXPORT
from medexpro.clients import operations
from medexpro.clients.models import Client, ClientDocument
from medexpro.kernel.ids import uuid7
from tests.conftest import MORNING, TODAY
from tests.pages import form_of, text_of


@pytest.fixture(autouse=True)
def today(clock):
    """Every page here is looked at on one morning."""
    clock("2026-10-13 09:30")


def many(cast, count):
    """Add clients, each with a referral's worth of details."""
    Client.objects.bulk_create(
        Client(
            practice=cast.northbridge, given_name=f"Given{n:03}", family_name=f"Family{n:03}",
            name_search=f"given{n:03} family{n:03}", birth_date=date(1950, 1, 1), phone_search=f"614555{n:04}",
        )
        for n in range(count)
    )  # fmt: skip


def queries(browser, url):
    """Return how many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


class TestList:
    def test_search_finds_names_in_any_order_phones_and_birth_dates(self, cast, sign_in):
        operations.update(cast.janet, phone="(614) 555-0134", by=cast.ben, at=MORNING)
        browser = sign_in(cast.ben)
        for typed in ("jan", "ellery janet", "ELL", "5550134", "3/4/1958"):
            assert "Janet Ellery" in text_of(browser.get(reverse("clients:list"), {"q": typed})), typed
        for typed in ("anet", "zzz", "999999", "' OR 1=1 --", "%"):
            assert "Janet Ellery" not in text_of(browser.get(reverse("clients:list"), {"q": typed})), typed

    def test_nobody_sees_another_practices_clients(self, cast, sign_in):
        assert "Stranger" not in text_of(sign_in(cast.ana).get(reverse("clients:list")))
        assert (
            json.loads(sign_in(cast.ana).get(reverse("clients:find"), {"q": "stran"}).content)["found"] == []
        )

    def test_an_assistant_lists_only_assigned_clients(self, cast, sign_in):
        browser = sign_in(cast.asa)
        assert "Ellery" not in text_of(browser.get(reverse("clients:list")))
        operations.assign(cast.janet, cast.asa, by=cast.ana, at=MORNING)
        assert "Ellery" in text_of(browser.get(reverse("clients:list")))

    def test_typing_answers_with_the_list_alone(self, cast, sign_in):
        response = sign_in(cast.ana).get(
            reverse("clients:list"), {"q": "jan"}, headers={"HX-Request": "true"}
        )
        assert response.content.decode().strip().startswith('<div id="found">')

    @pytest.mark.parametrize("person", ["ana", "ben", "asa"])
    def test_the_list_costs_the_same_for_14_clients_or_140(self, cast, sign_in, person):
        browser, url = sign_in(cast.members[person]), reverse("clients:list")
        many(cast, 13)
        browser.get(url)
        few = queries(browser, url)
        many(cast, 140)
        assert queries(browser, url) == few <= 6

    def test_pages_past_the_end_and_nonsense_pages_are_pages(self, cast, sign_in):
        many(cast, 60)
        browser = sign_in(cast.ana)
        assert "26–50 of 61" in text_of(browser.get(reverse("clients:list"), {"page": "2"}))
        for page in ("99", "0", "-1", "x", "9" * 30):
            assert browser.get(reverse("clients:list"), {"page": page}).status_code == 200

    def test_the_trail_keeps_that_a_list_was_read(self, cast, sign_in):
        sign_in(cast.ana).get(reverse("clients:list"), {"q": "ellery"})
        event = Event.objects.get(kind="record:list:read")
        assert event.detail == {"page": "clients", "filters": {"show": "", "searched": True}, "count": 1}


class TestAdding:
    def test_a_name_is_enough(self, cast, sign_in):
        browser = sign_in(cast.ben)
        given = form_of(browser.get(reverse("clients:add"))) | {"family_name": "Dahl"}
        response = browser.post(reverse("clients:add"), given)
        joan = Client.objects.get(family_name="Dahl")
        assert response.url == reverse("clients:show", args=[joan.pk])

    def test_a_double_click_adds_one(self, cast, sign_in):
        browser = sign_in(cast.ben)
        given = form_of(browser.get(reverse("clients:add"))) | {"family_name": "Dahl"}
        browser.post(reverse("clients:add"), given)
        browser.post(reverse("clients:add"), given)
        assert Client.objects.filter(family_name="Dahl").count() == 1

    def test_creating_costs_at_most_ten_queries(self, cast, sign_in):
        many(cast, 140)
        browser = sign_in(cast.ben)
        given = form_of(browser.get(reverse("clients:add"))) | {"family_name": "Dahl", "given_name": "Joan"}
        with CaptureQueriesContext(connection) as captured:
            browser.post(reverse("clients:add"), given)
        work = [q["sql"] for q in captured if "SAVEPOINT" not in q["sql"]]
        assert len(work) <= 10, work

    def test_duplicates_are_shown_and_a_second_one_is_made_knowingly(self, cast, sign_in):
        browser = sign_in(cast.ben)
        given = form_of(browser.get(reverse("clients:add"))) | {
            "family_name": "ellery",
            "given_name": "janet",
        }
        response = browser.post(reverse("clients:add"), given)
        assert "Is it this person?" in text_of(response)
        assert 'value="janet"' in response.content.decode()
        browser.post(reverse("clients:add"), given | {"knowingly": "yes"})
        assert Client.objects.filter(name_search="janet ellery").count() == 2

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"family_name": ""}, "Type a name"),
            ({"birth_date": "1/1/2030"}, "can’t lie in the future"),
            ({"birth_date": "yesterday"}, "Write the day as"),
            ({"birth_date": "2/30/1950"}, "There is no such day"),
            ({"family_name": "x" * 300}, "At most 80 characters"),
            ({"family_name": "a\x00b"}, "a sign we can’t keep"),
        ],
    )
    def test_a_slip_is_said_at_the_field_and_nothing_typed_is_lost(self, cast, sign_in, typed, sentence):
        browser = sign_in(cast.ben)
        given = (
            form_of(browser.get(reverse("clients:add")))
            | {"family_name": "Dahl", "phone": "555-0177"}
            | typed
        )
        response = browser.post(reverse("clients:add"), given)
        assert response.status_code == 200
        assert sentence in text_of(response)
        assert "555-0177" in response.content.decode()
        assert not Client.objects.filter(phone="555-0177").exists()

    def test_emoji_and_chinese_names_are_names(self, cast, sign_in):
        browser = sign_in(cast.ben)
        for name in ("王小明", "Ana 🙂", "O’Brien-ß"):
            given = form_of(browser.get(reverse("clients:add"))) | {"family_name": name}
            assert browser.post(reverse("clients:add"), given).status_code == 302
            assert name in text_of(browser.get(reverse("clients:list"), {"q": name}))


class TestDetails:
    def test_two_tabs_each_keep_their_own_field(self, cast, sign_in):
        url = reverse("clients:details", args=[cast.janet.pk])
        ben, ana = sign_in(cast.ben), sign_in(cast.ana)
        bens, anas = form_of(ben.get(url)), form_of(ana.get(url))
        ben.post(url, bens | {"phone": "555-0101"})
        response = ana.post(url, anas | {"email": "janet@example.org"})
        assert "they wrote “555-0101”" in text_of(response)
        ana.post(url, form_of(response))
        janet = Client.objects.get(pk=cast.janet.pk)
        assert (janet.phone, janet.email) == ("555-0101", "janet@example.org")

    def test_both_versions_are_shown_when_two_change_the_same(self, cast, sign_in):
        url = reverse("clients:details", args=[cast.janet.pk])
        ben, ana = sign_in(cast.ben), sign_in(cast.ana)
        bens, anas = form_of(ben.get(url)), form_of(ana.get(url))
        ben.post(url, bens | {"phone": "555-0101"})
        response = ana.post(url, anas | {"phone": "555-0202"})
        assert "they wrote “555-0101”; yours, “555-0202”, stands below" in text_of(response)
        assert Client.objects.get(pk=cast.janet.pk).phone == "555-0101"
        ana.post(url, form_of(response))
        assert Client.objects.get(pk=cast.janet.pk).phone == "555-0202"

    def test_a_tampered_version_loses_nothing_either(self, cast, sign_in):
        url = reverse("clients:details", args=[cast.janet.pk])
        browser = sign_in(cast.ben)
        given = form_of(browser.get(url)) | {"version": "x", "base": "{[", "phone": "1"}
        assert browser.post(url, given).status_code in {200, 302}

    def test_height_is_typed_in_inches_and_kept_in_centimetres(self, cast, sign_in):
        url = reverse("clients:details", args=[cast.janet.pk])
        browser = sign_in(cast.ben)
        browser.post(url, form_of(browser.get(url)) | {"height_cm_0": "64", "height_cm_1": "[in_i]"})
        assert str(Client.objects.get(pk=cast.janet.pk).height_cm) == "162.6"
        browser.post(url, form_of(browser.get(url)) | {"phone": "555-0101"})
        assert str(Client.objects.get(pk=cast.janet.pk).height_cm) == "162.6"
        response = browser.post(
            url, form_of(browser.get(url)) | {"height_cm_0": "640", "height_cm_1": "[in_i]"}
        )
        assert "640" in response.content.decode()


class TestChart:
    @pytest.mark.parametrize(
        ("person", "sees"),
        [("ana", True), ("rhea", True), ("mia", True), ("ben", False), ("bill", False), ("olga", False)],
    )
    def test_demographics_for_all_and_the_record_for_those_who_read_it(self, cast, sign_in, person, sees):
        operations.assign(cast.janet, cast.ana, by=cast.ana, at=MORNING)
        operations.record_allergy(cast.janet, words="Latex", by=cast.ana, at=MORNING)
        browser = sign_in(cast.members[person])
        page = text_of(browser.get(reverse("clients:show", args=[cast.janet.pk])))
        assert "Janet Ellery" in page
        assert ("No episode yet" in page) is sees
        health = browser.get(reverse("clients:health", args=[cast.janet.pk]))
        assert health.status_code == (200 if sees else 403)

    def test_another_practices_client_is_not_found(self, cast, sign_in):
        for name in ("show", "health", "documents", "agreements", "people", "details"):
            url = reverse(f"clients:{name}", args=[cast.stranger.pk])
            assert sign_in(cast.ana).get(url).status_code == 404, name

    def test_reading_is_in_the_trail_once_in_15_minutes(self, cast, sign_in):
        browser = sign_in(cast.ana)
        for _ in range(3):
            browser.get(reverse("clients:show", args=[cast.janet.pk]))
        assert Event.objects.filter(kind="record:page:read", client_id=cast.janet.pk).count() == 1

    def test_what_to_ask_is_said_until_it_is_answered(self, cast, sign_in):
        url = reverse("clients:show", args=[cast.janet.pk])
        page = text_of(sign_in(cast.ben).get(url))
        assert "Someone to call in an emergency." in page
        assert "Signature: Agreement on medical exercise." in page
        operations.add_contact(
            cast.janet, name="Paul Ellery", phone="555-0144", is_emergency=True, by=cast.ben, at=MORNING
        )
        page = text_of(sign_in(cast.ben).get(url))
        assert "Someone to call in an emergency." not in page
        assert "Paul Ellery, 555-0144" in page

    def test_a_client_without_an_episode_costs_few_queries(self, cast, sign_in):
        browser, url = sign_in(cast.ana), reverse("clients:show", args=[cast.janet.pk])
        browser.get(url)
        assert queries(browser, url) <= 10

    def test_a_nonsense_episode_in_the_address_is_no_fault(self, cast, sign_in):
        url = reverse("clients:show", args=[cast.janet.pk])
        for wanted in ("x", str(uuid7()), "'"):
            assert sign_in(cast.ana).get(url, {"episode": wanted}).status_code == 200


class TestHealth:
    def test_facts_are_added_changed_removed_and_brought_back(self, cast, sign_in):
        browser = sign_in(cast.ana)
        url = reverse("clients:add_fact", args=[cast.janet.pk, "medication"])
        given = form_of(browser.get(url)) | {
            "words": "Metoprolol 50 mg",
            "effects": ["hr_affecting_medicine"],
        }
        for _ in range(2):  # Clicked twice.
            assert browser.post(url, given).status_code == 302
        medicine = cast.janet.medications.get()
        assert medicine.effects == ["hr_affecting_medicine"]
        change = reverse("clients:change_fact", args=["medication", medicine.pk])
        browser.post(change, form_of(browser.get(change)) | {"words": "Metoprolol 25 mg"})
        assert cast.janet.medications.get().words == "Metoprolol 25 mg"
        page = browser.post(reverse("clients:remove_fact", args=["medication", medicine.pk]), follow=True)
        assert "Medicine is removed." in text_of(page)
        browser.post(reverse("clients:restore_fact", args=["medication", medicine.pk]))
        assert "Metoprolol 25 mg" in text_of(browser.get(reverse("clients:health", args=[cast.janet.pk])))

    def test_two_tabs_on_one_surgery(self, cast, sign_in):
        surgery = operations.record_surgery(
            cast.janet, procedure="Right knee replacement", surgeon=cast.dr_raman, by=cast.ana, at=MORNING
        )
        url = reverse("clients:change_fact", args=["surgery", surgery.pk])
        one, other = sign_in(cast.ana), sign_in(cast.ana)
        first, second = form_of(one.get(url)), form_of(other.get(url))
        assert one.post(url, first | {"approach": "posterior"}).status_code == 302
        response = other.post(url, second | {"joint": "Knee "})
        assert "they wrote “posterior”" in text_of(response)
        other.post(url, form_of(response))
        surgery.refresh_from_db()
        assert (surgery.approach, surgery.joint, surgery.surgeon) == ("posterior", "knee", cast.dr_raman)

    def test_a_surgery_in_the_future_is_refused_at_its_field(self, cast, sign_in):
        browser = sign_in(cast.ana)
        url = reverse("clients:add_fact", args=[cast.janet.pk, "surgery"])
        given = form_of(browser.get(url)) | {"procedure": "Hip", "performed_on": "1/1/2027"}
        response = browser.post(url, given)
        assert "The day of surgery can’t lie in the future." in text_of(response)
        assert 'value="Hip"' in response.content.decode()

    def test_a_surgeon_of_another_practice_cannot_be_chosen(self, cast, sign_in):
        browser = sign_in(cast.dana)
        url = reverse("clients:add_fact", args=[cast.stranger.pk, "surgery"])
        given = form_of(browser.get(url)) | {
            "procedure": "Hip",
            "surgeon_0": str(cast.dr_raman.pk),
            "surgeon_1": "R",
        }
        browser.post(url, given)
        assert cast.stranger.surgeries.get().surgeon is None

    def test_an_unknown_kind_is_not_found(self, cast, sign_in):
        url = reverse("clients:add_fact", args=[cast.janet.pk, "horoscope"])
        assert sign_in(cast.ana).get(url).status_code == 404


def long_ago(browser):
    """Let it be ten minutes since this person showed who they are."""
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 600}]
    session.save()
    return browser


def scan():
    made = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(made)
    return made.getvalue()


class TestPapers:
    def test_a_scan_is_put_on_file_and_handed_out_with_care(self, cast, sign_in):
        ben, ana = sign_in(cast.ben), sign_in(cast.ana)
        url, paper = reverse("clients:documents", args=[cast.janet.pk]), scan()
        given = form_of(ben.get(url)) | {
            "kind": "referral", "title": "Referral <Raman>", "file": SimpleUploadedFile("../../x.exe", paper),
        }  # fmt: skip
        assert ben.post(url, given).status_code == 302
        document = ClientDocument.objects.get()
        assert ben.get(reverse("clients:file", args=[document.pk])).status_code == 403
        response = ana.get(reverse("clients:file", args=[document.pk]))
        assert b"".join(response.streaming_content) == paper
        assert response["Content-Disposition"] == 'inline; filename="Referral _Raman_.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Type"] == "application/pdf"
        assert "sandbox" in response["Content-Security-Policy"]
        assert sign_in(cast.dana).get(reverse("clients:file", args=[document.pk])).status_code == 404
        assert Event.objects.filter(detail__page="document file").exists()

    def test_a_paper_is_read_on_the_page_and_taken_out_by_few(self, cast, sign_in):
        """Rhea and Mia read originals; only who may export, and just confirmed it is them, takes one away."""
        document = operations.add_document(
            cast.janet, file=io.BytesIO(scan()), size=100, by=cast.ben, at=MORNING
        )
        cast.janet.assignments.create(practice=cast.northbridge, member=cast.ana, started_on=TODAY)
        read, taken = (reverse(f"clients:{name}", args=[document.pk]) for name in ("file", "download"))
        for member in (cast.rhea, cast.mia):
            browser = sign_in(member)
            assert browser.get(read)["Content-Disposition"].startswith("inline")
            assert browser.get(taken).status_code == 403
            assert (
                taken not in browser.get(reverse("clients:documents", args=[cast.janet.pk])).content.decode()
            )
        assert not Event.objects.filter(kind=EXPORT).exists()
        ana = sign_in(cast.ana)
        for _ in range(2):
            response = ana.get(taken)
            assert response["Content-Disposition"].startswith("attachment")
            assert "sandbox" in response["Content-Security-Policy"]
        assert Event.objects.filter(kind=EXPORT, client_id=cast.janet.pk).count() == 2

    def test_taking_a_paper_out_asks_who_it_is(self, cast, sign_in):
        document = operations.add_document(
            cast.janet, file=io.BytesIO(scan()), size=100, by=cast.ben, at=MORNING
        )
        ana = long_ago(sign_in(cast.ana))
        taken = reverse("clients:download", args=[document.pk])
        answer = ana.get(taken)
        assert answer.status_code == 302 and answer["Location"].startswith(reverse("practice:reauthenticate"))
        assert not Event.objects.filter(kind=EXPORT).exists()
        given = {"password": "correct horse battery", "next": taken}
        assert ana.post(answer["Location"], given)["Location"] == taken
        assert ana.get(taken).status_code == 200

    def test_a_removed_document_is_not_handed_out(self, cast, sign_in):
        document = operations.add_document(
            cast.janet, file=io.BytesIO(scan()), size=100, by=cast.ben, at=MORNING
        )
        browser = sign_in(cast.ana)
        browser.post(reverse("clients:remove_document", args=[document.pk]))
        assert browser.get(reverse("clients:file", args=[document.pk])).status_code == 404
        browser.post(reverse("clients:restore_document", args=[document.pk]))
        assert browser.get(reverse("clients:file", args=[document.pk])).status_code == 200

    def test_a_photo_of_40_mb_gets_a_sentence_and_keeps_what_was_typed(self, cast, sign_in):
        browser = sign_in(cast.ben)
        url = reverse("clients:documents", args=[cast.janet.pk])
        photo = SimpleUploadedFile("photo.jpg", b"\xff\xd8" + b"x" * (40 * 1024 * 1024))
        response = browser.post(
            url, form_of(browser.get(url)) | {"kind": "photo", "title": "Gait", "file": photo}
        )
        assert "The file has 40 MB; 15 MB is the limit." in text_of(response)
        assert 'value="Gait"' in response.content.decode()

    def test_an_agreement_is_read_signed_and_withdrawn(self, cast, sign_in):
        browser = sign_in(cast.ben)
        url = reverse("clients:sign", args=[cast.janet.pk, "service"])
        page = browser.get(url)
        assert "supervised exercise and functional training" in text_of(page)
        given = form_of(page)
        assert given["signed_name"] == "Janet Ellery"
        empty = browser.post(url, given)
        assert "Sign with finger, pen or mouse, or type the full name." in text_of(empty)
        assert browser.post(url, given | {"signature_0": "M10 20 L30 40"}).status_code == 302
        consent = cast.janet.consents.get()
        listed = browser.get(reverse("clients:agreements", args=[cast.janet.pk]))
        assert "Signed by Janet Ellery, Oct 13, 2026 · text 1 · drawn" in text_of(listed)
        browser.post(reverse("clients:withdraw", args=[consent.pk]), {"reason": "By letter of Oct 12"})
        consent.refresh_from_db()
        assert consent.withdrawn_at


class TestTrail:
    def test_the_owner_sees_who_read_and_others_do_not(self, cast, sign_in):
        sign_in(cast.ana).get(reverse("clients:health", args=[cast.janet.pk]))
        url = reverse("clients:trail", args=[cast.janet.pk])
        assert "Ana Torres Opened a page of the record health" in text_of(sign_in(cast.olga).get(url))
        assert sign_in(cast.ben).get(url).status_code == 403
