"""A story names nobody: what the 18 identifiers of HIPAA Safe Harbor look like is taken out, and said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.marketing.rules import stories
from medexpro.marketing.rules.stories import Known

JANET = Known(
    people=[("Janet Ellery", "the client"), ("Janet", "the client"), ("Ellery", "the client"), ("Priya Raman", "the provider"),
            ("Raman", "the provider"), ("Tom", "somebody close")],
    places=["Fairhaven", "418 Alder Street", "44100"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "gone", "kind"),
    [
        ("Mrs. Ellery’s knee", "Ellery", "names"),
        ("Seen by Dr. Raman", "Raman", "names"),
        ("Her husband Tom drove", "Tom", "names"),
        ("She lives in Fairhaven", "Fairhaven", "places"),
        ("at 12 Oak Hill Road", "Oak", "places"),
        ("ZIP 44100-1234", "44100", "places"),
        ("operated on March 4, 2026", "March", "dates"),
        ("on 3/14/26", "14", "dates"),
        ("on 2026-03-14", "2026", "dates"),
        ("the 4th of July", "July", "dates"),
        ("since October", "October", "dates"),
        ("every Tuesday", "Tuesday", "dates"),
        ("in 1987", "1987", "dates"),
        ("a 93-year-old", "93", "dates"),
        ("aged 101", "101", "dates"),
        ("call 555-0142", "0142", "phones"),
        ("(419) 555-0143", "419", "phones"),
        ("write to j.ellery@example.org", "example", "emails"),
        ("SSN 078-05-1120", "078", "ssn"),
        ("record 8823471", "8823471", "records"),
        ("plate HXK4471B2", "HXK", "vehicles"),
        ("https://example.org/janet", "example", "urls"),
        ("from 10.0.0.12", "10.0", "ips"),
    ],
)
def test_what_could_name_somebody_is_taken_out_and_said(text, gone, kind):
    left, removed = stories.cleaned(f"Before. {text}, and after.", JANET)
    assert gone not in left and left.startswith("Before.") and left.endswith("and after.")
    assert kind in {one.key for one in removed}
    assert all(one.identifier.letter for one in removed)


@pytest.mark.parametrize(
    "text",
    [
        "Timed Up and Go: 4.2 s faster, beyond test error (2.5 s).",
        "Walks 410 m in six minutes, 12,000 steps on good days.",
        "Knee flexion is 112°, up from 93°; pain 6 of 10 before, 2 of 10 now.",
        "In about 20 sessions over 3 months. She may climb stairs with 45 lb.",
        "A person in their sixties came to us after a total knee replacement.",
    ],
)
def test_measures_and_spans_stay_as_they_are(text):
    assert stories.cleaned(text, JANET) == (text, [])


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_cleaning_twice_takes_out_nothing_more(text):
    once, _ = stories.cleaned(text, JANET)
    assert stories.cleaned(once, JANET)[0] == once
    assert not {"names"} & {one.key for one in stories.left_in(once, JANET)}


def test_the_list_is_the_rules_own_eighteen():
    assert "".join(one.letter for one in stories.IDENTIFIERS) == "ABCDEFGHIJKLMNOPQR"
    assert stories.decade(93) == stories.decade(104) == "a person of 90 or older"


def test_a_draft_says_what_got_worse_too():
    facts = stories.Facts(
        "a person in their sixties",
        "after a knee replacement",
        "stairs",
        "3 months",
        23,
        4,
        1,
        2,
        ("Stairs: 3 s faster.",),
        "",
    )
    title, text = stories.drafted(facts)
    assert title == "After a knee replacement"
    assert (
        "about 25 sessions over 3 months" in text
        and "Of 7 measures 4 changed for the better" in text
        and "1 for the worse" in text
    )
    assert text.endswith("Results differ from person to person.")
