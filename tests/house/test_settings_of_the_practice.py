"""Every setting of a practice stands on its settings page, with its value, its effect and the way to change it."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from medexpro.clearance import operations as clearance
from medexpro.config.takeout.tables import LEFT_OUT, tables
from medexpro.practice import presenters, settings_page
from medexpro.practice.models import Practice
from medexpro.scheduling import operations as scheduling
from tests.conftest import MORNING
from tests.house.page_forms import Page
from tests.pages import text_of

SETTINGS = reverse("practice:settings")
# Tables of a practice that hold no setting: what happened, whom it knows, what is on its way, texts
# that are kept up on a page of their own.
NO_SETTING = {
    "audit.Event", "audit.Seal", "audit.TrailHead", "practice.Practice", "practice.User", "practice.BreakGlass",
    "knowledge.KnowledgeVersion", "providers.Organisation", "providers.Provider", "scheduling.Series",
    "clients.ClientMerge", "clients.LikelyPair", "marketing.ScreeningDay", "marketing.Participant",
    "marketing.ParticipantResult", "marketing.Agreement", "marketing.PageGiven",
    "marketing.AddressTrouble", "marketing.Campaign", "marketing.LeadCount", "marketing.SequenceRun",
    "marketing.Newsletter", "marketing.Mail",
    "marketing.Article", "marketing.CohortFigures", "marketing.NotContacted", "referrals.IncomingFile",
    "referrals.Source", "referrals.Touchpoint", "outreach.Enclosure", "outreach.LetterDelivery", "outreach.ReadinessItem",
    "outreach.ReadinessSaid", "outreach.ReadinessScore", "outreach.ReadinessPlan", "reports.PrintBatch", "wording.LetStand",
}  # fmt: skip
# What the page shows of a practice by itself or not at all: made by the product, never set.
NOT_SET = {"country", "created_at", "updated_at"}


@pytest.fixture
def page(cast, sign_in, clock):
    """What Olga sees in a practice that has set a few things."""
    clock("2026-10-13 09:30")
    scheduling.begin(by=cast.olga, at=MORNING)
    clearance.tighten(
        cast.northbridge, measure="bp_systolic", op=">", value=Decimal(150), by=cast.olga, reason="Our advisor", at=MORNING
    )  # fmt: skip
    olga = sign_in(cast.olga)
    return lambda typed="": olga.get(SETTINGS, {"q": typed} if typed else {})


def shown(answer):
    return [one for group in answer.context["groups"] for one in group.settings if one.shown]


def test_no_field_of_a_practice_is_missing_from_the_page(page):
    html = page().content.decode()
    [form] = [one for one in Page(html, SETTINGS).forms if one.method == "post" and "name" in one.fields]
    set_here = {field.name for field in Practice._meta.concrete_fields if field.editable} - NOT_SET
    on_page = set(form.fields) | {"logo" if "logo_file" in form.files else ""}
    assert set_here | {"reimbursement_on"} <= on_page


def test_no_table_that_a_practice_sets_up_is_missing_from_the_page():
    of_a_practice = {one.label for one in tables() if not one.client_path}
    unknown = of_a_practice - settings_page.held() - NO_SETTING
    assert not unknown, (
        f"{sorted(unknown)}: put a line on the settings page (own_settings.py of the area), "
        "or name the table in NO_SETTING if it holds no setting."
    )
    labels = of_a_practice | set(LEFT_OUT)
    assert settings_page.held() <= labels, "A line speaks of a table that is gone."


def test_each_says_its_value_and_its_effect_in_one_sentence_and_leads_to_it(page, sign_in, cast):
    olga = sign_in(cast.olga)
    labels = []
    for one in shown(page()):
        label, effect = (
            (one.line.label, one.line.effect) if one.line else (one.field.label, one.field.help_text)
        )
        labels.append(label)
        assert effect.endswith("."), label
        if one.line:
            assert one.line.value and effect.count(".") == 1, label
            if one.line.url:
                assert olga.get(one.line.url.partition("#")[0]).status_code == 200, label
    assert len(labels) == len(set(labels)) > 20


def test_each_is_found_by_its_name_and_a_word_narrows_the_page(page):
    for one in shown(page()):
        label = one.line.label if one.line else one.field.label
        assert one.by in {found.by for found in shown(page(label))}, label
    names = [one.field.name for one in shown(page("Lock")) if one.field]
    assert names == ["idle_minutes", "session_idle_minutes"]
    answer = page("zebra")
    assert "0 of" in text_of(answer) and "No setting says that." in text_of(answer) and shown(answer) == []


def test_what_is_not_shown_is_sent_and_kept_all_the_same(page, sign_in, cast):
    """Without a script the server narrows the page; saving there must change nothing that is out of sight."""
    html = page("fax").content.decode()
    [form] = [one for one in Page(html, SETTINGS).forms if one.method == "post" and "name" in one.fields]
    sent = {name: values[0] for name, values in form.fields.items() if values} | {"fax": "555-0999"}
    answer = sign_in(cast.olga).post(f"{SETTINGS}?q=fax", sent)
    assert answer.status_code == 302 and answer.headers["Location"] == f"{SETTINGS}?q=fax"
    before, after = cast.northbridge, Practice.objects.get(pk=cast.northbridge.pk)
    changed = {name for name in presenters.SETTINGS if getattr(before, name) != getattr(after, name)}
    assert changed == {"fax"}


def test_every_other_setting_says_how_it_stands_now(page, cast):
    scheduling.add_closure(
        why="Team training", first=cast.northbridge.day(MORNING), last=cast.northbridge.day(MORNING),
        by=cast.olga, at=MORNING,
    )  # fmt: skip
    said = text_of(page())
    for words in (
        "Services Assessment, 60 min; Intake, 45 min; Session, 60 min; Small group, 45 min",
        "Working hours 1 person has hours", "Closed days Team training, Tue, Oct 13", "Tighter limits 1 in force",
        "Members and roles 7 members", "Acknowledgement of a referral 1 working day after it came",
    ):  # fmt: skip
        assert words in said, words


def test_the_page_asks_few_questions(page, django_assert_max_num_queries):
    page()
    with django_assert_max_num_queries(15):
        page()


def test_the_script_and_the_server_look_for_a_word_in_the_same_text(page):
    html = page().content.decode()
    assert html.count("data-words=") == len(shown(page()))
    assert all(text == text.lower() for text in re.findall(r'data-words="([^"]*)"', html))
