"""“Why?” beside a figure: value, population, source, mark, and who turned on what nobody verified."""

from datetime import date

import msgspec
import pytest
from django.template import Context, Template

from medexpro.kernel.reference import Verification
from medexpro.knowledge import why
from medexpro.knowledge.library import library
from medexpro.knowledge.turning import TurnedOn

KNEE = library().protocols["total_knee_replacement"]
TURNED = TurnedOn("Ana Torres", date(2026, 10, 13))


def drawn(reasons, label="", shown=True):
    template = Template("{% load ui %}{% why reasons label shown %}")
    return template.render(Context({"reasons": reasons, "label": label, "shown": shown}))


def test_every_kind_of_figure_says_value_source_and_mark():
    gates = [library().gates[key] for key in KNEE.gates]
    found = [
        *why.of_work(KNEE.phases[0]),
        *why.of_criteria(KNEE, KNEE.phases[0]),
        *why.of_dose(library().exercises["ankle_pump"]),
        *why.of_gates(gates),
        *why.of_precautions(KNEE, KNEE.precautions),
        *why.of_ranges(library().measures["tug"]),
    ]
    assert all(one.what and one.figure and one.source and one.mark for one in found)
    assert {one.mark for one in found} <= {mark.label for mark in Verification}


def test_a_range_is_a_house_rule_in_the_unit_of_its_measure():
    refused, asked = why.of_ranges(library().measures["tug"])
    assert (refused.figure, asked.figure) == ("3 to 300 s", "4 to 90 s")
    assert refused.mark == "The practice’s working rule"


def test_an_unverified_figure_says_who_turned_it_on():
    gate = msgspec.structs.replace(library().gates["hr_rest_high"], verification=Verification.UNVERIFIED)
    (off,) = why.of_gates([gate])
    (on,) = why.of_gates([gate], {"hr_rest_high": TURNED})
    assert off.mark == "Not verified, not in force"
    assert on.mark == "Unverified, turned on by Ana Torres on Oct 13, 2026"


def test_it_opens_where_it_stands_and_leads_to_the_entry():
    html = drawn(why.of_dose(library().exercises["ankle_pump"]), "Ankle pump")
    assert "<details" in html
    assert "Why?" in html
    assert "2 × 20 reps" in html
    assert 'href="/knowledge/exercise/ankle_pump/"' in html


def test_who_sees_the_place_needs_no_label():
    html = drawn(why.of_work(KNEE.phases[0]), "The dosage", shown=False)
    assert '<span class="vh">The dosage</span>' in html


@pytest.mark.parametrize("text", ["<b>杉", "“&”"])
def test_what_is_quoted_is_escaped(text):
    html = drawn([why.Reason(text, text, text, text, text)])
    assert "<b>" not in html


def test_where_there_is_nothing_to_say_nothing_is_drawn():
    assert not drawn([]).strip()
