"""Screening and clearance in the browser: the nine red flags, a provider's limits, the instruction on precautions."""

import pytest

from medexpro.clearance import operations, state
from medexpro.clearance.models import Precaution
from medexpro.clearance.questionnaire import questionnaire
from medexpro.providers.models import Provider
from tests import scenario
from tests.conftest import MORNING
from tests.pages import text_of

NINE = questionnaire().question("red_flags")


@pytest.fixture
def asked(cast):
    """Everything is answered but the nine red flags."""
    episode = scenario.referred(cast)
    form = operations.start_screening(episode, by=cast.ana, at=MORNING)
    for question in questionnaire().questions:
        if question.id != NINE.id:
            operations.answer(form, question.id, {"answer": "no"}, by=cast.ana, at=MORNING)
    return episode


@pytest.fixture
def suggested(cast):
    """The protocol has suggested its precautions."""
    return scenario.programmed(cast)


def nine(**given):
    return {"question": NINE.id} | {
        f"item-{entry.id}": given.get(entry.id, given.get("rest")) for entry in NINE.items
    }


def kept(episode):
    return state.latest_screening(episode).answers.get(NINE.id)


def questions(page: str) -> str:
    """Return the page from its questions to the end of what belongs to this page alone."""
    return page.partition("sc-ask")[2].partition("</main>")[0]


def test_no_red_flag_is_answered_beforehand(cast, sign_in, asked):
    page = sign_in(cast.ana).get(f"/clearance/{asked.pk}/screening/?q=red_flags").content.decode()
    assert "checked" not in questions(page)


@pytest.mark.parametrize("given", [{}, {"rf_swelling": "known"}])
def test_a_red_flag_that_was_not_asked_about_is_asked_first(cast, sign_in, asked, given):
    sent = {key: value for key, value in nine(**given).items() if value}
    answer = sign_in(cast.ana).post(f"/clearance/{asked.pk}/screening/answer/", sent)
    assert answer.status_code == 422
    assert f"{9 - len(given)} of 9 have no answer yet" in text_of(answer)
    assert kept(asked) is None
    # What was answered stands; nothing is typed twice.
    assert questions(answer.content.decode()).count(" checked") == len(given)


def test_none_of_these_answers_all_nine_in_one_tap(cast, sign_in, asked):
    browser = sign_in(cast.ana)
    browser.post(f"/clearance/{asked.pk}/screening/answer/", {"question": NINE.id, "none": "yes"})
    assert (kept(asked)["answer"], kept(asked)["items"]) == ("no", {})
    page = browser.get(f"/clearance/{asked.pk}/screening/?q=red_flags").content.decode()
    assert questions(page).count(" checked") == 9


def test_the_known_state_of_the_nine_is_kept_one_by_one(cast, sign_in, asked):
    sent = nine(rf_swelling="known", rest="no")
    sign_in(cast.ana).post(f"/clearance/{asked.pk}/screening/answer/", sent)
    assert (kept(asked)["answer"], kept(asked)["items"]) == ("yes", {"rf_swelling": "known"})


def test_a_limit_is_said_in_words(cast, sign_in):
    episode = scenario.cleared(cast)
    sign_in(cast.ana).post(
        f"/clearance/{episode.pk}/limits/",
        {"provider": str(cast.dr_raman.pk), "measure": "bp_systolic", "op": ">", "value": "150", "closes": "aerobic",
         "written_on": "10/11/2026", "words": "Keep it there"},
    )  # fmt: skip
    page = text_of(sign_in(cast.ana).get(f"/clearance/{episode.pk}/"))
    assert "Resting systolic blood pressure, no higher than 150 mmHg" in page
    assert "Past it aerobic exercise is closed. Priya Raman, MD, Oct 11, 2026" in page
    assert "bp_systolic" not in page


# ---- The provider's instruction on precautions


def confirm(browser, episode, which, words="As in the operative letter"):
    sent = {"which": [str(one.pk) for one in which], "words": words}
    provider = str(episode.referral.provider_id)
    return browser.post(f"/clearance/{episode.pk}/precautions/confirm/", sent | {"provider": provider})


def test_one_instruction_confirms_the_precautions_it_names(cast, sign_in, suggested):
    first, second, *left = Precaution.objects.filter(episode=suggested).order_by("created_at")
    confirm(sign_in(cast.ana), suggested, [first, second])
    states = dict(Precaution.objects.filter(episode=suggested).values_list("pk", "state"))
    assert (states[first.pk], states[second.pk]) == ("confirmed", "confirmed")
    assert {states[one.pk] for one in left} == {"suggested"}
    assert Precaution.objects.get(pk=first.pk).confirmed_words == "As in the operative letter"


@pytest.mark.parametrize(
    ("named", "words", "sentence"),
    [
        (False, "As in the letter", "Choose the precautions that the instruction names."),
        (True, "", "The instruction, quoted"),
    ],
)
def test_an_instruction_without_words_or_precautions_confirms_nothing(
    cast, sign_in, suggested, named, words, sentence
):
    all_of_them = Precaution.objects.filter(episode=suggested)
    answer = confirm(sign_in(cast.ana), suggested, all_of_them if named else [], words)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert {one.state for one in all_of_them} == {"suggested"}


@pytest.mark.parametrize(("person", "status"), [("asa", 404), ("ben", 403), ("dana", 404)])
def test_confirming_is_for_professionals_of_the_practice(cast, sign_in, suggested, person, status):
    answer = confirm(sign_in(cast.members[person]), suggested, Precaution.objects.filter(episode=suggested))
    assert answer.status_code in (status, 403)
    assert {one.state for one in Precaution.objects.filter(episode=suggested)} == {"suggested"}


def test_the_phrase_is_made_to_fit_what_the_provider_says(cast, sign_in, suggested):
    one = Precaution.objects.filter(episode=suggested).first()
    provider = str(suggested.referral.provider_id)
    sent = {
        "provider": provider,
        "text": "No running",
        "words": "No running until spring",
        "choice": "confirm",
    }
    sign_in(cast.ana).post(f"/clearance/precautions/{one.pk}/", sent)
    one.refresh_from_db()
    assert (one.state, one.text, one.confirmed_words) == (
        "confirmed",
        "No running",
        "No running until spring",
    )


def test_suggested_precautions_lead_from_the_program_to_the_instruction(cast, sign_in, suggested):
    page = text_of(sign_in(cast.ana).get(f"/programs/{suggested.pk}/"))
    assert "(to confirm)" in page and "Record the provider’s instruction" in page
    confirm(sign_in(cast.ana), suggested, Precaution.objects.filter(episode=suggested))
    page = text_of(sign_in(cast.ana).get(f"/programs/{suggested.pk}/"))
    assert "(to confirm)" not in page and "Record the provider’s instruction" not in page


def test_an_instruction_that_comes_back_keeps_its_words_at_its_precaution(cast, sign_in, suggested):
    one = Precaution.objects.filter(episode=suggested).first()
    answer = sign_in(cast.ana).post(
        f"/clearance/precautions/{one.pk}/", {"words": "Kneel when it is comfortable", "choice": "confirm"}
    )
    assert answer.status_code == 422
    assert (
        f'id="p-{one.pk}-words" maxlength="240" value="Kneel when it is comfortable"'
        in answer.content.decode()
    )


def test_the_provider_chosen_for_an_instruction_stays_chosen(cast, sign_in, suggested):
    second = Provider.objects.create(
        practice=cast.northbridge, given_name="Lena", family_name="Haddad", credential="MD"
    )
    one = Precaution.objects.filter(episode=suggested).first()
    answer = sign_in(cast.ana).post(
        f"/clearance/precautions/{one.pk}/",
        {"provider": str(second.pk), "words": "", "choice": "release"},
    )
    assert answer.status_code == 422
    drawn = answer.content.decode().partition(f'id="p-{one.pk}-provider"')[2].partition("</select>")[0]
    assert f'value="{second.pk}" selected' in drawn and drawn.count(" selected") == 1


def test_what_is_back_with_a_provider_keeps_service_from_being_taken_up_again(cast, sign_in):
    episode = scenario.cleared(cast)
    back = operations.refer_back(
        episode,
        trigger="calf_clot",
        observed="Left calf swollen",
        provider=cast.dr_raman,
        by=cast.ana,
        at=MORNING,
    )
    browser, chart = sign_in(cast.ana), f"/clients/{cast.janet.pk}/"
    said = text_of(browser.get(chart))
    assert "Take up again" not in said and "Record the answer" in said
    refused = text_of(browser.post(f"/episodes/{episode.pk}/resume/", {"reason": ""}))
    assert "Back with the provider since Oct 13, 2026: Left calf swollen." in refused
    operations.record_answer(
        back, answer="Scan clear, go on", provider=cast.dr_raman, go_on=True, by=cast.ana, at=MORNING
    )
    episode.refresh_from_db()
    assert episode.status == "active"


def test_what_was_seen_of_the_client_comes_before_papers(cast):
    episode = scenario.screened(cast, yes={"one_leg": {"answer": "yes", "words": "Left calf"}})
    codes = [finding.code for finding in state.weigh_start(episode, cast.northbridge.day(MORNING))]
    assert codes == ["screen-one_leg", "clearance-missing"]


@pytest.mark.parametrize("address", ["", "screening/", "known/"])
def test_a_page_of_clearance_asks_fifteen_questions_at_most(
    cast, sign_in, suggested, django_assert_max_num_queries, address
):
    operations.refer_back(suggested, trigger="observed", observed="Knee hot", by=cast.ana, at=MORNING)
    browser, url = sign_in(cast.ana), f"/clearance/{suggested.pk}/{address}"
    browser.get(url)
    with django_assert_max_num_queries(15):
        assert browser.get(url).status_code == 200


def test_a_letter_on_file_stands_with_the_decision(cast, sign_in):
    from io import BytesIO

    import pikepdf

    from medexpro.clients.operations import add_document

    scan, paper = BytesIO(), pikepdf.new()
    paper.add_blank_page()
    paper.save(scan)
    size = scan.tell()
    scan.seek(0)
    letter = add_document(
        cast.janet, file=scan, size=size, title="Dr. Raman’s letter", by=cast.ben, at=MORNING
    )
    episode = scenario.screened(cast)
    sent = {"provider": str(cast.dr_raman.pk), "document": str(letter.pk)}
    browser = sign_in(cast.ana)
    assert browser.post(f"/clearance/{episode.pk}/grant/", sent).status_code == 302
    assert state.latest_decision(episode).document == letter
    assert "Dr. Raman’s letter" in text_of(browser.get(f"/clearance/{episode.pk}/"))
