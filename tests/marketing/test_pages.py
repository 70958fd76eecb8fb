"""The pages of screening days and leads, as each person of the practice sees them."""

import json

import pytest
from django.test import Client as Browser
from django.urls import reverse

from medexpro.kernel.ids import uuid7
from medexpro.marketing import operations
from medexpro.marketing.models import Lead, Participant, ParticipantResult, ScreeningDay
from medexpro.practice import tokens
from tests.conftest import MORNING
from tests.marketing import screening
from tests.pages import form_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(cast, clock) -> ScreeningDay:
    clock("2026-10-13 09:30")
    return screening.day(cast)


def at(name, *args) -> str:
    return reverse(f"marketing:{name}", args=args)


def post(browser, day, station, number, values, **more):
    data = {"number": number, **values, **({"none": "1"} if station == "rest" else {}), **more}
    return browser.post(at("enter", day.pk, station), data).json()


def test_a_day_is_set_up_on_its_page(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    ana = sign_in(cast.ana)
    sent = form_of(ana.get(at("add_day"))) | {"name": "Market", "stations": ["rest", "grip"]}
    answer = ana.post(at("add_day"), sent, follow=True)
    assert "Market" in text_of(answer) and ScreeningDay.objects.get().stations == ["rest", "grip"]
    ana.post(at("add_day"), sent)
    assert ScreeningDay.objects.count() == 1
    refused = ana.post(at("add_day"), sent | {"stations": ["grip"], "new_id": str(uuid7())})
    assert "Choose that station too" in text_of(refused)


def test_a_day_is_changed_and_two_writers_meet(cast, sign_in, day):
    ana = sign_in(cast.ana)
    sent = form_of(ana.get(at("change_day", day.pk))) | {"name": "Winter market"}
    operations.change_day(
        day, name=day.name, place="Gym", held_on=day.held_on, stations=day.stations, by=cast.ana, at=MORNING
    )
    again = ana.post(at("change_day", day.pk), sent)
    assert "Gym" in text_of(again)
    sent = form_of(again)
    ana.post(at("change_day", day.pk), sent)
    day.refresh_from_db()
    assert (day.name, day.place) == ("Winter market", "Gym")


def test_the_front_desk_registers_one_after_another(cast, sign_in, day):
    ben = sign_in(cast.ben)
    for number, age in ((1, "68"), (2, "1950")):
        sent = form_of(ben.get(at("register", day.pk))) | {"born": age, "sex": "female"}
        assert sent["number"] == str(number)
        ben.post(at("register", day.pk), sent)
    assert list(Participant.objects.order_by("number").values_list("number", "age", "age_by_year")) == [
        (1, 68, False), (2, 76, True),
    ]  # fmt: skip
    sent = form_of(ben.get(at("register", day.pk))) | {"number": "1", "born": "15", "sex": "male"}
    assert "Number 1 is taken. The next free one is 3." in text_of(ben.post(at("register", day.pk), sent))


def test_a_contact_with_the_agreement_becomes_a_lead_on_the_page(cast, sign_in, day):
    ben = sign_in(cast.ben)
    sent = form_of(ben.get(at("register", day.pk))) | {
        "born": "68", "sex": "female", "first_name": "Maria", "contact": "on", "phone": "555-0175", "family_name": "Ruiz",
    }  # fmt: skip
    ben.post(at("register", day.pk), sent)
    assert Lead.objects.get().name == "Maria Ruiz"
    assert "Maria Ruiz" in text_of(ben.get(at("leads")))


def test_no_measured_value_is_shown_to_the_front_desk(cast, sign_in, day):
    found = screening.measured(day, cast, page=True)
    ben, asa, ana = (sign_in(one) for one in (cast.ben, cast.asa, cast.ana))
    for page in (at("person", found.pk), at("day", day.pk), at("figures", day.pk)):
        assert "24.6" not in text_of(ben.get(page)) and "128" not in text_of(ben.get(page))
    assert "24.6" in text_of(asa.get(at("person", found.pk)))
    assert ben.get(at("person_pdf", found.pk)).status_code == 403
    assert ana.get(at("person_pdf", found.pk)).content.startswith(b"%PDF")


def test_the_owner_sees_figures_and_nobody_by_name(cast, sign_in, day):
    screening.measured(day, cast)
    olga = sign_in(cast.olga)
    shown = olga.get(at("figures", day.pk))
    assert shown.context["figures"].measured == 1 and "Maria" not in text_of(shown)
    assert at("figures", day.pk) in olga.get(at("days")).content.decode()
    assert olga.get(at("day", day.pk)).status_code == 403


def test_an_entry_without_a_script_comes_back_for_the_next_person(cast, sign_in, day):
    screening.person(day, cast)
    asa, page = sign_in(cast.asa), at("station", day.pk, "rest")
    answer = asa.post(page, {"number": "7", "none": "1", **screening.USUAL["rest"]}, follow=True)
    assert answer.redirect_chain and "7 Maria is entered." in text_of(answer)
    slip = {"number": "7", "gait_speed_4m-none-1": "36.4", "way": "run_in"}
    asked = asa.post(at("station", day.pk, "gait"), slip)
    assert "Use 3.64" in text_of(asked) and 'value="36.4"' in asked.content.decode()
    asa.post(at("station", day.pk, "gait"), slip | {"use": "gait_speed_4m-none-1:3.64"})
    assert ParticipantResult.objects.get(station="gait").readings[0]["trials"][0]["value"] == "3.64"


def test_a_tablet_is_answered_in_words_it_shows(cast, sign_in, day):
    screening.person(day, cast)
    asa = sign_in(cast.asa)
    first = post(asa, day, "grip", "7", screening.USUAL["grip"])
    assert (first["outcome"], first["stands"]) == ("refused", True)
    wanted = str(uuid7())
    kept = post(asa, day, "rest", "7", screening.USUAL["rest"], id=wanted)
    assert kept["outcome"] == "kept" and kept["person"]["may"] and kept["person"]["done"] == ["rest"]
    assert post(asa, day, "rest", "7", screening.USUAL["rest"], id=wanted)["outcome"] == "again"
    asks = post(asa, day, "gait", "7", {"gait_speed_4m-none-1": "36.4"})
    assert (asks["outcome"], asks["instead"]) == ("asks", "3.64")
    assert (
        post(asa, day, "gait", "7", {"gait_speed_4m-none-1": "36.4"}, meant="gait_speed_4m-none-1")["outcome"]
        == "kept"
    )
    assert post(asa, day, "chair", "99", screening.USUAL["chair"])["field"] == "number"
    assert "128" not in json.dumps(asa.get(at("roster", day.pk)).json())


def test_a_tablet_hears_of_an_emergency(cast, sign_in, day):
    screening.person(day, cast)
    asa = sign_in(cast.asa)
    said = post(asa, day, "rest", "7", screening.USUAL["rest"], sign="chest_pressure")["person"]
    assert said["standing"] == "emergency" and "911" in said["said"]
    assert "needs help now" in text_of(sign_in(cast.ben).get(at("day", day.pk)))


def test_a_station_that_is_not_this_days_is_not_found(cast, sign_in, day):
    asa = sign_in(cast.asa)
    assert asa.get(at("station", day.pk, "sauna")).status_code == 404
    assert sign_in(cast.dana).get(at("station", day.pk, "rest")).status_code == 404


def test_agreements_later_in_the_day(cast, sign_in, day):
    found = screening.measured(day, cast)
    ben = sign_in(cast.ben)
    bad = ben.post(at("agree", found.pk), {"page": "on"})
    assert "Type the e-mail address" in text_of(bad)
    ben.post(at("agree", found.pk), {"page": "on", "email": "maria@example.org"})
    found.refresh_from_db()
    assert found.email == "maria@example.org"
    ben.post(at("withdraw", found.pk), {"kind": "page"})
    found.refresh_from_db()
    assert found.email == ""


def test_pages_are_printed_and_sent_from_the_board(cast, sign_in, day, settings):
    settings.MEDEXPRO_DEMO = True
    screening.measured(day, cast, 1, page=True)
    ana = sign_in(cast.ana)
    assert "Send 1 link" in text_of(ana.get(at("day", day.pk)))
    assert "1 link is on the way" in text_of(ana.post(at("send_all", day.pk), follow=True))
    running = ana.post(at("print_all", day.pk), {"new_id": str(uuid7())}, follow=True)
    assert "1 page in one go" in text_of(running)


def test_a_link_opens_the_page_and_the_pdf_for_who_holds_it(cast, day):
    found = screening.measured(day, cast, page=True)
    given = screening.sent(found, cast)
    browser, token = Browser(), tokens.token_for(given)
    shown = browser.get(reverse("portal:screening_page", args=[token]))
    said = text_of(shown)
    assert "24.6" in said and "Tomkinson 2025" in said and "not a medical check" in said
    assert browser.get(reverse("portal:screening_page_pdf", args=[token])).content.startswith(b"%PDF")
    given.refresh_from_db()
    assert given.first_opened_at is not None
    operations.end_link(given, by=cast.ana, at=MORNING)
    assert browser.get(reverse("portal:screening_page", args=[token])).status_code == 410
    assert browser.get(reverse("portal:screening_page", args=["nonsense"])).status_code == 404


def test_a_lead_is_changed_moved_on_and_becomes_a_client(cast, sign_in, day):
    lead = screening.measured(day, cast, contact=True, family_name="Ruiz").lead
    ben = sign_in(cast.ben)
    sent = form_of(ben.get(at("lead", lead.pk))) | {"notes": "Call after 5 pm"}
    ben.post(at("lead", lead.pk), sent)
    ben.post(at("move_lead", lead.pk), {"state": "contacted"})
    sent = form_of(ben.get(at("become_client", lead.pk)))
    assert (sent["given_name"], sent["family_name"]) == ("Maria", "Ruiz")
    answer = ben.post(at("become_client", lead.pk), sent, follow=True)
    assert "Maria Ruiz is on file." in text_of(answer)
    lead.refresh_from_db()
    assert (lead.notes, lead.state, lead.client.phone) == ("Call after 5 pm", "client", "555-0175")
    assert ben.get(at("become_client", lead.pk)).status_code == 302


def test_who_is_on_file_is_offered_first(cast, sign_in, day):
    lead = screening.measured(day, cast, contact=True, first_name="Janet", family_name="Ellery").lead
    ben = sign_in(cast.ben)
    sent = form_of(ben.get(at("become_client", lead.pk)))
    assert "This is Janet Ellery" in text_of(ben.post(at("become_client", lead.pk), sent))
    ben.post(at("become_client", lead.pk), sent | {"client": str(cast.stranger.pk)})
    lead.refresh_from_db()
    assert lead.client is None  # Another practice's client is nobody here.
    ben.post(at("become_client", lead.pk), sent | {"client": str(cast.janet.pk)})
    lead.refresh_from_db()
    assert lead.client == cast.janet


@pytest.mark.parametrize("page", ["days", "day", "station", "person", "leads"])
def test_pages_cost_few_questions(cast, sign_in, day, page, django_assert_max_num_queries):
    for number in range(1, 9):
        found = screening.person(day, cast, number, contact=True, phone="555-0175")
        screening.enter(day, cast, "rest", number)
    args = {"day": [day.pk], "station": [day.pk, "grip"], "person": [found.pk]}.get(page, [])
    ana = sign_in(cast.ana)
    ana.get(at(page, *args))
    with django_assert_max_num_queries(15):
        assert ana.get(at(page, *args)).status_code == 200
