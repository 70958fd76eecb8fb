"""Forms: plain words at the field, nothing typed is lost, unusual values asked about once."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms as django_forms
from django.http import QueryDict

from medexpro.kernel.quantities import Quantity
from medexpro.kernel.refusals import Refusal
from medexpro.web.forms import (
    DateField,
    Form,
    NumberField,
    QuantityField,
    ScaleField,
    SearchField,
    SignatureField,
    Stepper,
)


class Visit(Form):
    name = django_forms.CharField(label="Last name", max_length=10)
    tug = NumberField(
        label="Timed Up and Go", unit="s", lowest=1, highest=300, plausible=(3, 30), required=False
    )
    weight = QuantityField(
        ["[lb_av]", "kg"],
        canonical="kg",
        lowest=20,
        highest=350,
        plausible=(35, 200),
        label="Weight",
        required=False,
    )
    born_on = DateField(label="Born on", required=False)
    pain = ScaleField(0, 10, ceiling=3, label="Pain", required=False)


def typed(form_class=Visit, **fields) -> Form:
    data = QueryDict(mutable=True)
    data.update({"name": "Ellery", "weight_1": "[lb_av]"} | fields)
    return form_class(data)


def only_error(form: Form, name: str) -> str:
    assert list(form.errors) == [name]
    [sentence] = form.errors[name]
    return sentence


def test_values_are_what_the_operation_takes():
    form = typed(tug="9,6", weight_0="150", born_on="3/14/1958", pain="2")
    assert form.is_valid(), form.errors
    assert form.values() == {
        "name": "Ellery",
        "tug": Decimal("9.6"),
        "weight": Quantity(Decimal(150), "[lb_av]"),
        "born_on": date(1958, 3, 14),
        "pain": 2,
    }


def test_nothing_typed_means_none_not_nought():
    form = typed()
    assert form.is_valid(), form.errors
    values = form.values()
    assert [values[name] for name in ("tug", "weight", "born_on", "pain")] == [None] * 4


@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({"name": ""}, "name", "Last name is needed."),
        ({"name": "Ellery-Whitcombe"}, "name", "At most 10 characters; this has 16."),
        ({"tug": "quick"}, "tug", "“quick” is not a number. Type digits, such as 9.6."),
        ({"tug": "0"}, "tug", "0 s is not possible: this runs from 1 to 300 s."),
        ({"tug": "-5"}, "tug", "−5 s is not possible: this runs from 1 to 300 s."),
        ({"tug": "Infinity"}, "tug", "“Infinity” is not a number. Type digits, such as 9.6."),
        ({"weight_0": "9000"}, "weight", "9,000 lb is not possible: this runs from 44.1 to 771.6 lb."),
        ({"weight_0": "70", "weight_1": "stone"}, "weight", "Choose one of the answers offered."),
        ({"born_on": "2/30/1958"}, "born_on", "There is no such day: 2/30/1958. Check day and month."),
        ({"pain": "11"}, "pain", "Choose one of the answers offered."),
        ({"name": "E\x00"}, "name", "This holds a sign we can’t keep. Type it again."),
    ],
)
def test_what_we_cannot_take_is_said_in_plain_words(fields, name, sentence):
    form = typed(**fields)
    assert not form.is_valid()
    assert only_error(form, name) == sentence


def test_what_was_typed_stays_in_the_field():
    form = typed(tug="quick", born_on="14 Mar 58")
    form.is_valid()
    assert 'value="quick"' in str(form["tug"])
    assert 'value="14 Mar 58"' in str(form["born_on"])


def test_a_day_to_come_is_no_birthday():
    form = typed(born_on="1/1/2031")
    form.fields["born_on"].latest = date(2026, 10, 13)
    assert "still to come" in only_error(form, "born_on")


# ---- Asked once


def test_an_unusual_value_is_asked_about_with_the_likely_fix():
    form = typed(tug="36.0")
    assert not form.is_valid()
    assert "36.0 s is unusual" in only_error(form, "tug")
    assert (form["tug"].question.typed_label, form["tug"].question.suggestion_label) == ("36.0 s", "3.60 s")


def test_kept_it_is_taken_and_not_asked_again():
    form = typed(tug="36.0", keep_tug="36.0")
    assert form.is_valid(), form.errors
    assert form.values()["tug"] == Decimal("36.0")
    assert form.unusual == ["tug"]
    assert form["tug"].kept == "36.0"


def test_another_unusual_value_is_asked_about_again():
    assert not typed(tug="45", keep_tug="36.0").is_valid()


def test_the_suggestion_takes_the_place_of_what_was_typed():
    form = typed(tug="36.0", use_tug="3.60")
    assert form.is_valid(), form.errors
    assert form.values()["tug"] == Decimal("3.60")


def test_an_impossible_value_is_refused_even_when_kept():
    assert not typed(tug="900", keep_tug="900").is_valid()


def test_a_quantity_is_weighed_in_its_canonical_unit():
    assert typed(weight_0="150", weight_1="[lb_av]").is_valid()
    form = typed(weight_0="700", weight_1="[lb_av]")
    assert not form.is_valid()
    assert (
        form["weight"].question.suggestion_label in ("70.0 lb", "70 lb", "")
        or "lb" in form["weight"].question.typed_label
    )
    assert typed(weight_0="700", weight_1="[lb_av]", keep_weight="700").is_valid()


def test_a_subclass_with_its_own_clean_still_asks():
    class Own(Visit):
        def clean(self):
            return self.cleaned_data

    assert not typed(Own, tug="36.0").is_valid()


# ---- The whole form


def test_errors_are_counted_above_and_the_first_takes_the_focus():
    form = typed(name="", tug="quick")
    form.is_valid()
    assert [(p.label, p.id) for p in form.problems] == [
        ("Last name", "id_name"),
        ("Timed Up and Go", "id_tug"),
    ]
    assert "autofocus" in str(form["name"])
    assert "autofocus" not in str(form["tug"])


def test_hint_and_error_are_tied_to_the_field():
    form = typed(born_on="nonsense")
    form.is_valid()
    assert 'aria-describedby="id_born_on_helptext id_born_on_error"' in str(form["born_on"])
    assert 'aria-invalid="true"' in str(form["born_on"])


def test_an_operations_no_stands_at_its_field_or_above():
    form = typed()
    assert form.is_valid()
    form.refuse(Refusal("Another client has this name.", field="name"))
    form.refuse(Refusal("The practice is closed that day."))
    assert form.errors["name"] == ["Another client has this name."]
    assert form.non_field_errors() == ["The practice is closed that day."]


def test_no_field_offers_one_clients_answers_to_the_next():
    assert 'autocomplete="off"' in str(typed()["name"])


def test_fields_bring_the_right_keys():
    assert 'inputmode="decimal"' in str(typed()["tug"])
    assert 'inputmode="numeric"' in str(Form2()["reps"])


class Form2(Form):
    reps = NumberField(label="Reps", whole=True, lowest=0, highest=200)
    load = NumberField(label="Load", widget=Stepper(label="Load", unit="lb", step=5, last=60))


def test_a_whole_number_is_an_int():
    form = typed(Form2, reps="12", load="70")
    assert form.is_valid(), form.errors
    assert form.values() == {"reps": 12, "load": Decimal(70)}
    assert only_error(typed(Form2, reps="12.5", load="70"), "reps") == "Type a whole number, such as 12."


def test_a_stepper_names_its_step_and_last_time():
    drawn = str(Form2()["load"])
    assert 'aria-label="Load, lb: 5 less"' in drawn
    assert "lb · last 60" in drawn
    assert 'id="id_load"' in drawn


def test_taps_draw_the_ceiling_and_keep_what_is_over_it_choosable():
    drawn = str(typed()["pain"])
    assert drawn.count("is-ceiling") == 1
    assert drawn.count("is-over") == 7
    assert "disabled" not in drawn


# ---- Signature and search


class Sign(Form):
    signature = SignatureField(label="Signature")


@pytest.mark.parametrize(
    ("fields", "good"),
    [
        ({"signature_0": "M77.5 79.9 " + "L92.7 100.1 " * 9, "signature_1": ""}, True),
        ({"signature_0": "M77.5 79.9 L77.5 79.9 ", "signature_1": ""}, False),
        ({"signature_0": "", "signature_1": "Janet Ellery"}, True),
        ({"signature_0": "", "signature_1": "  "}, False),
        ({"signature_0": 'M0 0"/><script>', "signature_1": ""}, False),
        ({"signature_0": "L1 1 " * 20_000, "signature_1": ""}, False),
    ],
)
def test_a_signature_is_drawn_or_typed(fields, good):
    assert typed(Sign, **fields).is_valid() is good


class Search(Form):
    condition = SearchField("web:components_find", label="Condition")


def test_what_was_typed_but_not_chosen_is_said_and_kept():
    form = typed(Search, condition_0="", condition_1="knee")
    assert "“knee” was typed but not chosen" in only_error(form, "condition")
    assert 'value="knee"' in str(form["condition"])


def test_what_was_chosen_is_the_value():
    form = typed(Search, condition_0="M17.11", condition_1="Osteoarthritis")
    assert form.is_valid(), form.errors
    assert form.values() == {"condition": "M17.11"}


def test_search_is_a_combobox_to_a_screen_reader():
    drawn = str(Search()["condition"])
    for part in (
        'role="combobox"',
        'aria-controls="id_condition_1_list"',
        'role="listbox"',
        'aria-expanded="false"',
    ):
        assert part in drawn
