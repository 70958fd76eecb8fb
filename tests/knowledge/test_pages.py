"""The knowledge pages: what is in service, why, and approval by name."""

import msgspec
import pytest
from django.urls import reverse

from medexpro.kernel.reference import Verification
from medexpro.knowledge import details, listing, operations, presenters, turning, views
from medexpro.knowledge.library import Library, library
from medexpro.knowledge.models import Approval, KnowledgeVersion
from tests.conftest import MORNING

ENTRIES = list(library().entries())
DODDS = "grip_dodds_2014_uk.csv"


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


@pytest.mark.parametrize(
    "address", ["/knowledge/none/", "/knowledge/gate/none/", "/knowledge/measure/none_such/"]
)
def test_what_is_not_in_service_is_not_found(cast, sign_in, address):
    assert sign_in(cast.ana).get(address).status_code == 404


def test_the_page_asks_few_questions_of_the_database(cast, sign_in, django_assert_max_num_queries):
    browser = sign_in(cast.ana)
    with django_assert_max_num_queries(10):
        browser.get(reverse("knowledge:kind", args=["exercise"]))


# ---- Narrowing


def listed(answer):
    return {row.key for row in answer.context["waiting"] + answer.context["settled"]}


def narrowed(browser, kind, **asked):
    return listed(browser.get(reverse("knowledge:kind", args=[kind]), asked))


def test_the_exercises_of_one_region_and_condition(cast, sign_in):
    browser = sign_in(cast.ana)
    found = narrowed(browser, "exercise", region="Hip", condition="Total knee replacement")
    assert found
    assert all(library().exercises[key].body_region == "hip" for key in found)
    assert found < narrowed(browser, "exercise", region="Hip")


def test_the_measures_of_one_region_and_kind(cast, sign_in):
    found = narrowed(sign_in(cast.ana), "measure", region="Neck", category="Range of motion")
    assert found == {key for key in library().measures if key.startswith("rom_cervical")}


def test_a_mark_finds_what_rests_on_it(cast, sign_in):
    found = narrowed(sign_in(cast.ana), "gate", mark="house_rule")
    assert found == {
        key for key, gate in library().gates.items() if gate.verification is Verification.HOUSE_RULE
    }


def test_entries_with_figures_nobody_turned_on(cast, sign_in):
    browser = sign_in(cast.ana)
    assert narrowed(browser, "protocol", state="unverified") == {"hypertension", "parkinsons_disease"}
    turning.turn("protocol", "hypertension", on=True, reason="Read it", by=cast.ana, at=MORNING)
    assert narrowed(browser, "protocol", state="unverified") == {"parkinsons_disease"}
    assert narrowed(browser, "protocol", state="turned_on") == {"hypertension"}


def test_what_is_off_is_listed_with_its_reason(cast, sign_in):
    browser = sign_in(cast.ana)
    assert narrowed(browser, "norm", state="off") == {DODDS, "grip_massy_westropp_2011_by_hand.csv"}
    page = browser.get(reverse("knowledge:kind", args=["norm"]), {"state": "off"}).content.decode()
    assert "Off: Every figure in it is unverified." in page
    assert "Off: The copy we read names the columns dominant and other hand" in page


def test_a_measure_that_is_off_has_its_page_all_the_same(cast, sign_in, monkeypatch):
    data = msgspec.structs.replace(library().data, measures_off={"womac": "Nobody here holds the license."})
    monkeypatch.setattr(views, "library_of", lambda practice: Library.of(data))
    browser = sign_in(cast.ana)
    assert narrowed(browser, "measure", state="off") == {"womac"}
    page = browser.get(presenters.address("measure", "womac")).content.decode()
    assert "Nobody here holds the license." in page
    assert "In service" not in page


@pytest.mark.parametrize("kind", list(presenters.KINDS))
def test_every_way_to_narrow_a_list_finds_something(cast, sign_in, kind):
    browser = sign_in(cast.ana)
    for choice in browser.get(reverse("knowledge:kind", args=[kind])).context["choices"]:
        assert len(choice.options) > 1
        for value, words in choice.options[:2]:
            assert narrowed(browser, kind, **{choice.name: value}), (choice.name, words)


def test_what_was_asked_for_stays_chosen_and_nonsense_finds_nothing(cast, sign_in):
    browser = sign_in(cast.ana)
    address = reverse("knowledge:kind", args=["exercise"])
    assert '<option value="Hip" selected>' in browser.get(address, {"region": "Hip"}).content.decode()
    page = browser.get(address, {"region": "<b>杉", "mark": "x" * 500}).content.decode()
    assert "Nothing found" in page
    assert "Show all" in page


def test_approving_all_takes_only_what_the_filters_show(cast, sign_in):
    sent = {"kind": "exercise", "every": "yes", "region": "Hip"}
    sign_in(cast.ana).post(reverse("knowledge:approve"), sent)
    approved = set(Approval.objects.values_list("version__key", flat=True))
    assert approved == {key for key, one in library().exercises.items() if one.body_region == "hip"}


# ---- Unverified figures


def turn_page(key):
    return reverse("knowledge:turn", args=["norm", key])


def test_ana_turns_a_table_on_by_name_and_off_again(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    browser = sign_in(cast.ana)
    page = browser.get(presenters.address("norm", DODDS)).content.decode()
    assert "They are shown here and weighed nowhere" in page
    sent = {"on": "yes", "reason": "Read beside Table 2 of the article"}
    page = browser.post(turn_page(DODDS), sent, follow=True).content.decode()
    assert "Unverified, turned on by Ana Torres on Oct 13, 2026" in page
    assert "Read beside Table 2 of the article" in page
    assert "Not verified, not in force" not in page
    page = browser.post(turn_page(DODDS), {"on": "no", "reason": "A newer one"}, follow=True).content.decode()
    assert "weighed nowhere" in page
    assert "Turned off by Ana Torres, Oct 13, 2026" in page


def test_turning_without_a_reason_asks_for_it_and_keeps_the_page(cast, sign_in):
    answer = sign_in(cast.ana).post(turn_page(DODDS), {"on": "yes", "reason": "  "})
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"]


def test_turning_twice_says_so(cast, sign_in):
    browser = sign_in(cast.ana)
    browser.post(turn_page(DODDS), {"on": "yes", "reason": "Read it"})
    answer = browser.post(turn_page(DODDS), {"on": "yes", "reason": "Read it again"})
    assert answer.status_code == 422
    assert "are on already. Ana Torres did so" in answer.content.decode()
    assert "Read it again" in answer.content.decode()


def test_readers_see_what_is_off_but_no_way_to_turn_it_on(cast, sign_in):
    browser = sign_in(cast.rhea)
    page = browser.get(presenters.address("norm", DODDS)).content.decode()
    assert "weighed nowhere" in page
    assert "Turn on in my name" not in page
    assert browser.post(turn_page(DODDS), {"on": "yes", "reason": "x"}).status_code == 403


def test_another_practice_sees_nothing_of_it(cast, sign_in):
    turning.turn("norm", DODDS, on=True, reason="Read it", by=cast.ana, at=MORNING)
    page = sign_in(cast.dana).get(presenters.address("norm", DODDS)).content.decode()
    assert "Ana Torres" not in page
    assert "weighed nowhere" in page


# ---- Versions


def older(key, **fields):
    """Keep an earlier version of an exercise, as a former release of the product had it."""
    record = msgspec.structs.replace(library().exercises[key], **fields)
    return KnowledgeVersion.objects.create(
        kind="exercise", key=key, version=0, hash=operations.fingerprint(record),
        content=operations.plain(record), verification="house_rule",
    )  # fmt: skip


def test_the_history_says_what_changed_from_version_to_version(cast, sign_in):
    older("ankle_pump", level=3, cues="Slowly.")
    page = sign_in(cast.ana).get(reverse("knowledge:history", args=["exercise", "ankle_pump"]))
    steps = page.context["steps"]
    assert [step.first for step in steps] == [False, True]
    labels = {change.label for step in steps for change in step.changes}
    assert labels == {"Level", "Cues"}
    assert "Version 1" in page.content.decode()


def test_what_changed_since_the_approval_stands_on_the_page(cast, sign_in):
    version = older("ankle_pump", level=3)
    Approval.objects.create(
        practice_id=cast.northbridge.pk, version=version, approved_by_id=cast.ana.pk,
        approved_by_name="Ana Torres", approved_at=MORNING,
    )  # fmt: skip
    browser = sign_in(cast.ana)
    page = browser.get(presenters.address("exercise", "ankle_pump")).content.decode()
    assert "Changed since it was approved" in page
    assert "Ana Torres approved version 0 on Oct 13, 2026." in page
    assert narrowed(browser, "exercise", state="changed") == {"ankle_pump"}


def test_the_list_of_everything_asks_few_questions(cast, sign_in, django_assert_max_num_queries):
    turning.turn("norm", DODDS, on=True, reason="Read it", by=cast.ana, at=MORNING)
    browser = sign_in(cast.ana)
    browser.get(reverse("knowledge:kind", args=["measure"]))
    for address in (
        reverse("knowledge:kind", args=["measure"]),
        presenters.address("norm", DODDS),
        reverse("knowledge:history", args=["norm", DODDS]),
    ):
        with django_assert_max_num_queries(12):
            browser.get(address)


def test_a_choice_among_all_measures_is_grouped_by_kind_and_region():
    groups = dict(listing.measures_by_kind(library().measures.values()))
    assert ("rom_knee_flexion", "Knee flexion range of motion") in groups["Range of motion, Knee"]
    assert sum(len(rows) for rows in groups.values()) == len(library().measures)
    assert all(rows == sorted(rows, key=lambda row: row[1]) for rows in groups.values())
