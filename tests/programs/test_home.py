"""The home program: nothing blocked enters, weighed again when given, one page, and a link for the client's phone."""

import io
from datetime import timedelta
from decimal import Decimal

import pikepdf
import pytest
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.clearance import operations as clearance
from medexpro.clearance.models import Precaution
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed
from medexpro.pdf.engine import STANDARDS
from medexpro.programs import home, home_operations, operations, state
from medexpro.programs.home_models import HomeDone, HomeSheet
from medexpro.programs.rules import home as rules
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pdf.reading import text_of

LATER = MORNING + timedelta(days=1)


@pytest.fixture
def program(cast):
    found = state.program_of(scenario.programmed(cast))
    found.episode = found.episode
    return found


def lines_of(program):
    return list(program.exercises.filter(removed_at=None))


def fill(program, by, count=3):
    return [home_operations.take_home(line, by=by, at=MORNING) for line in lines_of(program)[:count]]


def by_link(program, by, at=MORNING, **more):
    return home_operations.give(program, link=True, by=by, at=at, **more)


def block(program, exercise):
    """A provider's word that keeps out an exercise which was fine before."""
    known = home.library_of(program.practice).all_exercises[exercise]
    tag = next(iter(known.contraindicated_tags))
    mold = Precaution.objects.filter(episode=program.episode).first()
    mold.pk, mold._state.adding = uuid7(), True
    mold.text, mold.tags, mold.mode, mold.protocol_item = "No loaded bending", [tag], "block", "written-later"
    mold.save(force_insert=True)
    # As a new request sees it: what one request read of an episode it keeps.
    program.episode = (
        type(program.episode)
        .objects.select_related("client", "practice", "referral__provider")
        .get(pk=program.episode_id)
    )


# ---- Words, without a database


@pytest.mark.parametrize(
    ("ceiling", "words"), [(2, "sing"), (3, "sing"), (4, "whole sentences"), (6, "whole sentences"), (8, "a few words")]
)  # fmt: skip
def test_effort_is_said_by_what_one_can_still_say(ceiling, words):
    assert words in rules.effort_words(ceiling) and f"{ceiling} of 10" in rules.effort_words(ceiling)


def test_stopping_names_the_programs_own_pain_ceiling_and_the_emergency():
    assert "above 4 of 10" in rules.stop_words(4)[0]
    assert "911" in rules.EMERGENCY


# ---- Choosing


def test_an_exercise_comes_home_with_its_dose_and_the_librarys_days(program, cast):
    line = lines_of(program)[0]
    row = home_operations.take_home(line, by=cast.ana, at=MORNING)
    assert (row.sets, row.quantity, row.words) == (line.sets, line.quantity, line.cue)
    assert 1 <= row.days_a_week <= 7
    assert home_operations.take_home(line, by=cast.ana, at=MORNING) == row  # A double tap takes it once.
    assert Event.objects.filter(kind="programs:home:added").count() == 1


def test_what_a_precaution_only_warns_of_stays_out_too_as_nobody_is_beside_the_client(program, cast):
    line = operations.add_exercise(
        program, exercise_id="bird_dog", reason="On a cushion, beside me", by=cast.ana, at=MORNING
    )
    with pytest.raises(home_operations.HomeRefused, match="Not at home: Bird dog doesn’t fit"):
        home_operations.take_home(line, by=cast.ana, at=MORNING)


def test_a_blocked_one_is_refused_and_one_that_left_the_program_too(program, cast):
    known = home.library_of(program.practice).all_exercises
    line = next(one for one in lines_of(program) if known[one.exercise].contraindicated_tags)
    block(program, line.exercise)
    line = next(one for one in lines_of(program) if one.pk == line.pk)
    line.episode = program.episode
    with pytest.raises(home_operations.HomeRefused, match="no loaded bending"):
        home_operations.take_home(line, by=cast.ana, at=MORNING)
    other = next(one for one in lines_of(program) if one.pk != line.pk)
    operations.remove_exercise(other, by=cast.ana, at=MORNING)
    with pytest.raises(home_operations.HomeRefused, match="no longer in the program"):
        home_operations.take_home(other, by=cast.ana, at=MORNING)


def test_the_page_says_what_may_not_be_and_offers_no_button_for_it(program, cast, sign_in):
    operations.add_exercise(
        program, exercise_id="bird_dog", reason="On a cushion, beside me", by=cast.ana, at=MORNING
    )
    page = sign_in(cast.ana).get(reverse("programs:home", args=[program.episode_id])).content.decode()
    assert "<s>Bird dog</s>" in page and "Bird dog doesn’t fit" in page
    assert page.count("For home<span") == len(lines_of(program)) - 1


def test_a_dose_is_changed_and_a_second_persons_change_is_shown(program, cast, sign_in):
    browser = sign_in(cast.ana)
    [row] = fill(program, cast.ana, 1)
    address = reverse("programs:home_change", args=[row.pk])

    def typed(version, words):
        values = {"sets": "3", "quantity": "5", "days_a_week": "7", "words": words, "version": version}
        return {f"{row.pk}-{name}": value for name, value in values.items()}

    assert browser.post(address, typed(1, "Slowly")).status_code == 302
    row.refresh_from_db()
    assert (row.sets, row.quantity, row.days_a_week, row.words) == (3, Decimal(5), 7, "Slowly")
    answer = browser.post(address, typed(1, "Quickly"))
    page = answer.content.decode()
    assert answer.status_code == 422 and "Quickly" in page and "Slowly" in page
    assert browser.post(address, typed(2, "Quickly") | {f"{row.pk}-sets": "0"}).status_code == 422


def test_taking_out_is_undone_with_the_dose_it_had(program, cast, sign_in):
    browser = sign_in(cast.ana)
    [row] = fill(program, cast.ana, 1)
    home_operations.change_dose(
        row, sets=4, quantity=Decimal(6), days_a_week=5, words="Softly", by=cast.ana, at=MORNING
    )
    browser.post(reverse("programs:home_take_out", args=[row.pk]))
    assert home.lines_now(program) == []
    browser.post(reverse("programs:home_put_back", args=[row.pk]))
    assert [(line.row.sets, line.row.words) for line in home.lines_now(program)] == [(4, "Softly")]


# ---- The page


def test_the_page_is_one_archival_pdf_that_says_everything_in_plain_words(program, cast):
    fill(program, cast.ana, 6)
    sheet = home_operations.give(program, link=False, by=cast.ana, at=MORNING).sheet
    pdf = bytes(sheet.pdf)
    said = text_of(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 1
    assert sheet.made_with["standards"] == list(STANDARDS)
    for words in (
        "Northbridge Medical Exercise", "Home program", "Janet, please do these 6 exercises at home.",
        "Take care", "No running, jumping or contact sport", "How hard", "you can still talk in whole sentences",
        "Stop and call 555-0142 when", "Pain above 5 of 10", "call 911", "Made for Janet Ellery by Ana Torres",
    ):  # fmt: skip
        assert words in said, words
    assert "to confirm" not in said  # That is between us and the provider.
    for line in home.lines_now(program):
        assert line.name in said and f"{line.amount}, {line.days}" in said
    event = Event.objects.get(kind="programs:home:given")
    assert event.client_id == cast.janet.pk and event.detail == {"link": False, "exercises": 6}


def test_eight_usual_exercises_fit_and_too_long_is_said_while_choosing(program, cast, sign_in):
    rows = fill(program, cast.ana, 8)
    browser, address = sign_in(cast.ana), reverse("programs:home", args=[program.episode_id])
    assert "Fits on one page" in browser.get(address).content.decode()
    for row in rows:
        home_operations.change_dose(
            row,
            sets=2,
            quantity=Decimal(10),
            days_a_week=3,
            words="Slowly and with care, " * 7,
            by=cast.ana,
            at=MORNING,
        )
    page = browser.get(address).content.decode()
    assert "Too long for one page" in page and "too long for one page. Take one exercise out" in page
    answer = browser.post(
        reverse("programs:home_give", args=[program.episode_id]), {"new_id": uuid7(), "how": "print"}
    )
    assert answer.status_code == 422 and not HomeSheet.objects.exists()


def test_it_is_weighed_again_when_it_is_given(program, cast):
    fill(program, cast.ana, 8)
    known = home.library_of(program.practice).all_exercises
    row = next(
        line.row for line in home.lines_now(program) if known[line.row.line.exercise].contraindicated_tags
    )
    block(program, row.line.exercise)
    with pytest.raises(home_operations.HomeRefused, match="may not stand on it"):
        home_operations.give(program, link=False, by=cast.ana, at=MORNING)
    home_operations.take_out(row, by=cast.ana, at=MORNING)
    assert home_operations.give(program, link=False, by=cast.ana, at=MORNING).sheet.pk


def test_an_empty_one_is_not_given_and_a_form_sent_twice_gives_once(program, cast, sign_in):
    with pytest.raises(home_operations.HomeRefused, match="Choose the exercises"):
        home_operations.give(program, link=False, by=cast.ana, at=MORNING)
    fill(program, cast.ana)
    browser, address = sign_in(cast.ana), reverse("programs:home_give", args=[program.episode_id])
    data = {"new_id": str(uuid7()), "how": "print", "days": ""}
    went = [browser.post(address, data).headers["Location"] for _ in range(2)]
    assert went[0] == went[1] and HomeSheet.objects.count() == 1
    assert browser.get(went[0]).content.startswith(b"%PDF")


def test_only_who_may_change_programs_chooses_and_gives(program, cast, sign_in):
    for member in (cast.asa, cast.rhea):
        with pytest.raises(NotAllowed):
            home_operations.take_home(lines_of(program)[0], by=member, at=MORNING)
        with pytest.raises(NotAllowed):
            home_operations.give(program, link=False, by=member, at=MORNING)
    assert sign_in(cast.dana).get(reverse("programs:home", args=[program.episode_id])).status_code == 404


# ---- The link


@pytest.fixture
def given(program, cast, clock):
    clock("2026-10-13 10:00")
    fill(program, cast.ana)
    return by_link(program, cast.ana)


def address(given, name="home"):
    return reverse(f"portal:{name}", args=[given.token])


def test_the_link_is_shown_once_and_only_its_hash_is_kept(program, cast, sign_in):
    fill(program, cast.ana)
    browser = sign_in(cast.ana)
    data = {"new_id": str(uuid7()), "how": "link", "days": "10"}
    page = browser.post(reverse("programs:home_give", args=[program.episode_id]), data).content.decode()
    token = page.partition("/d/home/")[2].partition("/")[0]
    sheet = HomeSheet.objects.get()
    assert token and token not in str(sheet.__dict__) and (sheet.expires_at - sheet.given_at).days == 10
    assert token not in browser.get(reverse("programs:home", args=[program.episode_id])).content.decode()


def test_the_phone_page_shows_the_program_with_figures_and_needs_no_other_file(given, client, program):
    page = client.get(address(given)).content.decode()
    for line in home.lines_now(program):
        assert line.name in page and f"{line.amount}, {line.days}" in page
    assert (
        page.count('class="exfig') == 3 and "<use" not in page.partition("hp-phone")[2].partition("</ul>")[0]
    )
    assert "Take care" in page and "call 911" in page and "Done today?" in page
    assert "to confirm" not in page
    events = Event.objects.filter(kind="programs:home:opened")
    assert [event.detail["what"] for event in events] == ["page"]
    assert client.get(address(given, "home_pdf")).content.startswith(b"%PDF")


def test_done_today_is_kept_with_how_it_felt_and_shows_on_the_chart(given, client, cast, sign_in, program):
    client.get(address(given, "home_done"))
    assert not HomeDone.objects.exists()  # Opening the address alone ticks nothing.
    assert client.post(address(given, "home_done"), {"felt": "right", "pain": "2"}).status_code == 302
    page = client.get(address(given)).content.decode()
    assert "Done today, thank you" in page and "About right, pain 2 of 10" in page
    done = HomeDone.objects.get()
    assert (done.on, done.felt, done.pain) == (TODAY, "right", 2)
    chart = sign_in(cast.ana).get(reverse("clients:show", args=[cast.janet.pk])).content.decode()
    assert "Home program" in chart and "1 of the last 7 days" in chart and "pain 2 of 10" in chart


def test_nothing_has_to_be_said_beside_the_tick_and_the_last_one_of_a_day_counts(
    given, client, program, clock
):
    client.post(address(given, "home_done"), {})
    client.post(address(given, "home_done"), {"felt": "hard", "pain": "7"})
    page = client.get(address(given)).content.decode()
    assert "more pain than your program allows" in page and "555-0142" in page
    [done] = home.done_by_day(program.episode, at=MORNING + timedelta(minutes=30)).values()
    assert done.felt == "hard"


@pytest.mark.parametrize("answers", [{"felt": "great"}, {"pain": "11"}, {"pain": "-1"}, {"pain": "much"}])
def test_an_answer_that_is_none_is_said_at_the_field(given, client, answers):
    assert client.post(address(given, "home_done"), answers).status_code == 422
    assert not HomeDone.objects.exists()


def test_nobody_fills_the_record_by_a_link(given, client):
    answers = [client.post(address(given, "home_done"), {}).status_code for _ in range(8)]
    assert answers == [302] * 6 + [422] * 2


def test_an_exercise_that_no_longer_fits_rests_at_once_on_the_phone(given, client, program):
    known = home.library_of(program.practice).all_exercises
    tagged = [line for line in home.lines_now(program) if known[line.row.line.exercise].contraindicated_tags]
    block(program, tagged[0].row.line.exercise)
    page = client.get(address(given)).content.decode()
    assert "Leave this out for now" in page
    assert f"<h2>{tagged[0].name}</h2>" not in page
    assert client.get(address(given, "home_pdf")).status_code == 410


def test_nothing_is_done_at_home_while_the_provider_is_asked(given, client, cast, program, sign_in):
    clearance.refer_back(
        program.episode,
        trigger="calf_clot",
        observed="Calf warm and swollen",
        findings=[],
        by=cast.ana,
        at=MORNING,
    )
    page = client.get(address(given)).content.decode()
    assert "Leave this out for now" in page and "hp-amount" not in page and "Calf" not in page
    assert client.get(address(given, "home_pdf")).status_code == 410
    program = state.program_of(type(program.episode).objects.get(pk=program.episode_id))
    with pytest.raises(home_operations.HomeRefused, match="Nothing is given for home now"):
        by_link(program, cast.ana)
    page = sign_in(cast.ana).post(reverse("programs:home_give", args=[program.episode_id]),
                                  {"how": "print", "new_id": str(uuid7())})  # fmt: skip
    assert page.status_code == 422 and "Nothing is given for home now" in page.content.decode()


@pytest.mark.parametrize("out_of", ["program", "home"])
def test_what_was_taken_out_rests_on_the_phone_too(given, client, cast, program, out_of):
    first = home.lines_now(program)[0]
    if out_of == "program":
        operations.remove_exercise(first.row.line, reason="It hurts", by=cast.ana, at=MORNING)
    else:
        home_operations.take_out(first.row, by=cast.ana, at=MORNING)
    page = client.get(address(given)).content.decode()
    assert "Leave this out for now" in page and f"<h2>{first.name}</h2>" not in page
    assert page.count('class="hp-amount') == 2
    assert client.get(address(given, "home_pdf")).status_code == 410


@pytest.mark.parametrize("name", ["home", "home_done", "home_pdf"])
def test_a_link_ends_by_hand_by_time_by_a_newer_one_and_with_the_program(
    given, client, cast, program, clock, name
):
    ask = client.post if name == "home_done" else client.get
    assert client.get(reverse(f"portal:{name}", args=["forged"])).status_code in (302, 404)
    newer = by_link(program, cast.ana)
    assert ask(address(given, name)).status_code == 410
    assert "replaced" in client.get(address(given)).content.decode()
    assert client.get(address(newer)).status_code == 200
    home_operations.end_link(newer.sheet, by=cast.ana, at=MORNING)
    assert client.get(address(newer)).status_code == 410
    last = by_link(program, cast.ana)
    clock("2026-11-20 10:00")
    assert "has expired" in client.get(address(last)).content.decode()
    clock("2026-10-14 10:00")
    operations.end(program, by=cast.ana, at=LATER)
    assert "This program has ended" in client.get(address(last)).content.decode()


def test_ending_the_link_is_for_who_may_and_is_in_the_trail(given, cast, sign_in):
    ended = reverse("programs:home_end_link", args=[given.sheet.pk])
    assert sign_in(cast.asa).post(ended).status_code == 403
    for _ in range(2):
        sign_in(cast.ana).post(ended)
    assert Event.objects.filter(kind="programs:home:link-ended").count() == 1


def test_the_page_asks_few_queries(given, cast, sign_in, client, program, django_assert_max_num_queries):
    browser = sign_in(cast.ana)
    browser.get(reverse("programs:home", args=[program.episode_id]))
    with django_assert_max_num_queries(15):
        browser.get(reverse("programs:home", args=[program.episode_id]))
    # Six of them count the tries from an address, four keep the opening.
    with django_assert_max_num_queries(17):
        client.get(address(given))
