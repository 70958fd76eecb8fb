"""What a record means for the safety rules: suggested by its code or words, said by a person."""

import gzip

import pytest
import yaml
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.clients import effects, forms, operations
from medexpro.clients.models import Condition
from medexpro.clients.rules import effects as rules
from medexpro.kernel.refusals import NotAllowed
from medexpro.knowledge.codes import loading
from medexpro.knowledge.library import library
from tests import few_codes
from tests.conftest import MORNING


@pytest.mark.parametrize(
    ("words", "code", "means"),
    [
        ("Weak pump", "I50.22", ["heart_failure"]),
        ("Chronic congestive heart failure (disorder)", "", ["heart_failure"]),
        ("No heart failure", "", []),
        ("Family history of cancer", "", []),
        ("Prediabetes", "R73.03", []),
        ("Type 2 diabetes", "E11.9", ["diabetes"]),
        ("Type 1", "E10.9", ["diabetes", "insulin_user", "insulin_or_sulfonylurea"]),
        ("Osteoporosis of the spine", "", ["osteoporosis"]),
        ("Breast cancer 2011, surgery", "Z85.3", ["cancer_history"]),
        ("Long-term anticoagulant", "Z79.01", ["blood_thinner"]),
        ("Knee osteoarthritis", "M17.11", []),
        ("", "", []),
    ],
)
def test_a_condition_points_to_what_the_gates_ask(words, code, means):
    assert rules.of_condition(words, code, effects.signs()) == means


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("Metoprolol succinate 50 mg once a day", ["hr_affecting_medicine"]),
        ("ELIQUIS 5 mg", ["blood_thinner"]),
        ("insulin glargine 12 units at night", ["diabetes", "insulin_user", "insulin_or_sulfonylurea"]),
        ("glipizide 5 mg", ["diabetes", "insulin_or_sulfonylurea"]),
        ("Prednisone 10 mg", ["long_steroid_use"]),
        ("Not insulin any more", []),
        ("Metforminum 500", []),
        ("Lisinopril 10 mg", []),
    ],
)
def test_a_medicine_points_to_what_the_gates_ask(words, means):
    assert rules.of_medicine(words, effects.signs()) == means


def test_every_sign_names_a_history_of_the_gates_and_every_code_a_heading_of_the_release():
    shipped = gzip.decompress((loading.DATA / loading.shipped()[0]["file"]).read_bytes()).decode()
    codes = [row.split("\t")[1] for row in shipped.splitlines()[1:]]
    assert {sign.history for sign in effects.signs()} <= set(library().histories)
    unknown = [
        code for sign in effects.signs() for code in sign.codes if not any(c.startswith(code) for c in codes)
    ]
    assert unknown == []


def test_the_forms_offer_every_history_that_a_record_may_point_to():
    offered = {*forms.MEANINGS, *forms.EFFECTS}
    assert {sign.history for sign in effects.signs()} == offered


def test_the_list_has_its_source_and_mark():
    data = yaml.safe_load(effects.DATA.read_text(encoding="utf-8"))
    assert data["source"] and data["verification"] == "house_rule"


def test_a_suggestion_is_kept_open_until_someone_answers(cast):
    few_codes.load()
    condition = operations.record_condition(cast.janet, icd10="I50.9", by=cast.ana, at=MORNING)
    assert (condition.effects, condition.to_confirm) == ([], ["heart_failure"])
    operations.answer_effect(condition, effect="heart_failure", applies=True, by=cast.ana, at=MORNING)
    condition.refresh_from_db()
    assert (condition.effects, condition.to_confirm) == (["heart_failure"], [])
    assert Event.objects.get(kind="clients:fact:answer").detail == {
        "fact": "condition", "effect": "heart_failure", "applies": True,
    }  # fmt: skip


def test_a_no_stays_a_no_until_the_words_point_anew(cast):
    medicine = operations.record_medication(
        cast.janet, words="Insulin pen, for his wife", by=cast.ana, at=MORNING
    )
    for effect in ("diabetes", "insulin_user", "insulin_or_sulfonylurea"):
        operations.answer_effect(medicine, effect=effect, applies=False, by=cast.ana, at=MORNING)
    operations.change_fact(medicine, words="Insulin pen, for his wife Ruth", by=cast.ana, at=MORNING)
    assert (medicine.effects, medicine.to_confirm) == ([], [])
    operations.change_fact(medicine, words="Warfarin 2 mg", by=cast.ana, at=MORNING)
    assert medicine.to_confirm == ["blood_thinner"]


def test_what_was_ticked_is_not_asked_again(cast):
    medicine = operations.record_medication(
        cast.janet, words="Atenolol 25 mg", effects=["hr_affecting_medicine"], by=cast.ana, at=MORNING
    )
    assert medicine.to_confirm == []


def test_only_who_keeps_the_health_record_answers_and_only_what_is_asked(cast):
    condition = operations.record_condition(cast.janet, words="Heart failure", by=cast.ana, at=MORNING)
    with pytest.raises(NotAllowed):
        operations.answer_effect(condition, effect="heart_failure", applies=False, by=cast.asa, at=MORNING)
    with pytest.raises(operations.FactRefused):
        operations.answer_effect(condition, effect="diabetes", applies=True, by=cast.ana, at=MORNING)


def test_the_chart_asks_and_the_health_page_takes_the_answer(cast, sign_in):
    condition = operations.record_condition(cast.janet, words="Heart failure", by=cast.ana, at=MORNING)
    browser = sign_in(cast.ana)
    chart = reverse("clients:show", args=[cast.janet.pk])
    asked = "What the health record means for the safety rules."
    assert asked in browser.get(chart).content.decode()
    health = browser.get(reverse("clients:health", args=[cast.janet.pk])).content.decode()
    assert "Heart failure on file?" in health
    answer = reverse("clients:answer_effect", args=["condition", condition.pk])
    browser.post(answer, {"effect": "heart_failure", "applies": "yes"})
    assert Condition.objects.get().effects == ["heart_failure"]
    assert asked not in browser.get(chart).content.decode()


def test_the_front_desk_does_not_learn_that_there_is_something_to_confirm(cast, sign_in):
    operations.record_condition(cast.janet, words="Heart failure", by=cast.ana, at=MORNING)
    chart = sign_in(cast.ben).get(reverse("clients:show", args=[cast.janet.pk])).content.decode()
    assert "safety rules" not in chart


def test_a_condition_form_keeps_what_was_ticked(cast, sign_in):
    browser = sign_in(cast.ana)
    url = reverse("clients:add_fact", args=[cast.janet.pk, "condition"])
    browser.post(url, {"words": "Weak pump since 2021", "side": "none", "effects": ["heart_failure"]})
    assert Condition.objects.get().effects == ["heart_failure"]
    page = browser.get(reverse("clients:change_fact", args=["condition", Condition.objects.get().pk]))
    assert page.context["form"].initial["effects"] == ["heart_failure"]
