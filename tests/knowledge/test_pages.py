"""The knowledge pages: what is in service, why, and approval by name."""

import pytest
from django.urls import reverse

from medexpro.knowledge import details, operations, presenters
from medexpro.knowledge.library import library
from medexpro.knowledge.models import Approval
from tests.conftest import MORNING

ENTRIES = list(library().entries())


@pytest.mark.parametrize("kind", list(presenters.KINDS))
def test_every_kind_is_listed_with_figure_source_and_mark(cast, sign_in, kind):
    answer = sign_in(cast.ana).get(reverse("knowledge:kind", args=[kind]))
    assert answer.status_code == 200
    rows = answer.context["waiting"] + answer.context["settled"]
    assert {row.key for row in rows} == {entry.key for entry in ENTRIES if entry.kind == kind}
    assert all(row.figure for row in rows)
    assert all(row.mark for row in rows if kind != "norm" or library().norms[row.key].installed)


def test_the_list_opens_with_the_safety_gates(cast, sign_in):
    page = sign_in(cast.ana).get(reverse("knowledge:index")).content.decode()
    assert (
        "Resting systolic blood pressure above 180 mmHg or resting diastolic blood pressure above 110 mmHg"
        in page
    )
    assert "Hold and measure again, closes the session" in page
    assert "The practice’s working rule" in page


@pytest.mark.parametrize(
    ("kind", "key", "words"),
    [
        (
            "measure",
            "tug",
            ["1.1 s (MDC95)", "Alghadir A et al. 2015", "3 to 300 s", "Not verified, not in force"],
        ),
        (
            "gate",
            "heart_failure_weight",
            ["up by more than 1.4 kg since the last reading within 24 h", "Heart failure on file"],
        ),
        ("gate", "glucose_low", ["Cleared by", "at or above 90 mg/dL"]),
        (
            "protocol",
            "total_hip_replacement",
            ["provider’s recorded release", "Phase: Protected re-entry", "HOOS JR"],
        ),
        (
            "exercise",
            "ankle_pump",
            ["2 × 20 reps, 3–7 days a week, effort up to 12 of 20", "Calf raise, supported"],
        ),
        ("norm", "grip_tomkinson_2025.csv", ["5th: 33.9", "Women, 65 to 69"]),
        ("norm", "koos_jr_interval.csv", ["Raw sum 1", "91.975"]),
        ("norm", "six_minute_walk_equations.csv", ["7.57 × height (cm)", "−1.76 × weight (kg)"]),
        ("limit_set", "meti_general", ["In force", "resting systolic blood pressure above 160 mmHg"]),
        ("wording", "patient", ["client"]),
    ],
)
def test_why_shows_every_figure_with_what_it_rests_on(cast, sign_in, kind, key, words):
    page = sign_in(cast.ana).get(presenters.address(kind, key)).content.decode().replace("&#x27;", "’")
    for word in words:
        assert word.casefold() in page.casefold(), word


def test_every_entry_has_its_figures_in_words():
    for entry in ENTRIES:
        sections = details.sections_of(entry)
        assert sections or (entry.kind == "norm" and not entry.record.installed), entry.key
        for section in sections:
            assert all(fact.value or fact.source for fact in section.facts), (entry.key, section.title)


def test_searching_shows_what_was_typed_and_says_when_nothing_is_found(cast, sign_in):
    browser = sign_in(cast.ana)
    address = reverse("knowledge:kind", args=["measure"])
    assert [row.key for row in browser.get(address, {"q": "timed up"}).context["waiting"]] == [
        "tug",
        "tug_cognitive",
    ]
    page = browser.get(address, {"q": "<b>杉"}).content.decode()
    assert "Nothing found" in page
    assert 'value="&lt;b&gt;杉"' in page


def test_ana_approves_in_her_own_name(cast, sign_in):
    browser = sign_in(cast.ana)
    sent = {"kind": "gate", "key": ["hr_rest_high", "pain_high_pre"]}
    answer = browser.post(reverse("knowledge:approve"), sent, follow=True)
    assert "2 rules approved in your name." in answer.content.decode()
    assert set(Approval.objects.values_list("approved_by_name", flat=True)) == {"Ana Torres"}
    page = browser.get(presenters.address("gate", "hr_rest_high")).content.decode()
    assert "Approved by" in page
    assert "Not approved yet" not in page


def test_approving_all_takes_what_was_shown_and_no_more(cast, sign_in):
    browser = sign_in(cast.ana)
    sent = {"kind": "gate", "every": "yes", "q": "resting heart rate"}
    browser.post(reverse("knowledge:approve"), sent)
    assert set(Approval.objects.values_list("version__key", flat=True)) == {"hr_rest_high", "hr_rest_low"}
    browser.post(reverse("knowledge:approve"), {"kind": "gate", "every": "yes", "q": ""})
    assert not [entry for entry in operations.needing_approval(cast.northbridge) if entry.kind == "gate"]
    assert "Waiting for your approval" not in browser.get(reverse("knowledge:index")).content.decode()


def test_approving_nothing_asks_to_choose(cast, sign_in):
    answer = sign_in(cast.ana).post(reverse("knowledge:approve"), {"kind": "gate"}, follow=True)
    assert "Choose the rules you approve first." in answer.content.decode()


def test_approving_what_is_not_there_says_so(cast, sign_in):
    sent = {"kind": "gate", "key": ["none_such"]}
    answer = sign_in(cast.ana).post(reverse("knowledge:approve"), sent, follow=True)
    assert "There is no gate “none_such” in service." in answer.content.decode()
    assert not Approval.objects.exists()


@pytest.mark.parametrize("person", ["rhea", "asa", "mia"])
def test_readers_see_the_figures_but_no_way_to_approve(cast, sign_in, person):
    browser = sign_in(getattr(cast, person))
    page = browser.get(reverse("knowledge:index"))
    assert page.status_code == 200
    assert "Approve the chosen" not in page.content.decode()
    assert (
        browser.post(reverse("knowledge:approve"), {"kind": "gate", "key": "hr_rest_high"}).status_code == 403
    )


@pytest.mark.parametrize("person", ["ben", "bill"])
def test_the_front_desk_and_the_biller_have_no_knowledge_pages(cast, sign_in, person):
    assert sign_in(getattr(cast, person)).get(reverse("knowledge:index")).status_code == 403


def test_another_practices_approvals_do_not_show(cast, sign_in):
    operations.approve([("gate", "hr_rest_high")], by=cast.ana, at=MORNING)
    page = sign_in(cast.dana).get(presenters.address("gate", "hr_rest_high")).content.decode()
    assert "Ana Torres" not in page
    assert "Not approved yet" in page


@pytest.mark.parametrize("address", ["/knowledge/none/", "/knowledge/gate/none/", "/knowledge/measure/none_such/"])
def test_what_is_not_in_service_is_not_found(cast, sign_in, address):
    assert sign_in(cast.ana).get(address).status_code == 404


def test_the_page_asks_few_questions_of_the_database(cast, sign_in, django_assert_max_num_queries):
    browser = sign_in(cast.ana)
    with django_assert_max_num_queries(10):
        browser.get(reverse("knowledge:kind", args=["exercise"]))
