"""The first sentence of a progress report: what a physician reads when there are twenty seconds."""

from medexpro.reports.rules.lead import Changed, lead_sentence
from medexpro.reports.snapshots import Verdict

BETTER, WORSE, SAME, UNKNOWN = Verdict.BETTER, Verdict.WORSE, Verdict.NO_CHANGE, Verdict.UNKNOWN


def changed(measure, verdict=BETTER, *, strength=1.0, says="walks **31% faster**", **more):
    return Changed(measure, more.pop("name", measure), says, verdict, strength, **more)


def lead(*measured):
    return lead_sentence("Mrs. Ellery", measured, span="eight weeks ago")


def test_the_strongest_change_comes_first_with_the_line_it_left_behind():
    chair = "now at or above the CDC STEADI line of 11 stands"
    said = lead(
        changed("lefs", strength=2.3, says="scores **21 points higher** for everyday function (LEFS)"),
        changed("chair", strength=5.2, says="rises from a chair **5 more times in 30 s**", left=chair),
    )
    assert said == (
        f"Mrs. Ellery rises from a chair **5 more times in 30 s** than eight weeks ago, **{chair}**. "
        "Both measures improved by more than the smallest change that counts."
    )


def test_a_line_that_another_measure_left_is_said_with_its_name():
    said = lead(
        changed("gait"), changed("tug", UNKNOWN, name="Timed Up and Go", left="now under the line of 12 s")
    )
    assert "than eight weeks ago; Timed Up and Go is **now under the line of 12 s**." in said


def test_no_line_is_claimed_from_a_change_inside_the_error():
    assert "line" not in lead(changed("gait"), changed("tug", SAME, left="now under the line of 12 s"))


def test_each_measure_counts_once_and_the_other_side_only_where_it_got_worse():
    said = lead(
        changed("gait"),
        changed("flexion", says="bends the right knee **21° more**"),
        changed("flexion", SAME, counts=False),  # The side nobody works on.
        changed("grip", SAME),
        changed("grip", SAME),
        changed("stance", UNKNOWN),
    )
    assert "Two of the three measures that can be judged improved" in said


def test_what_got_worse_is_named_whichever_side_it_is():
    said = lead(changed("gait"), changed("flexion", WORSE, name="Knee flexion, left", counts=False))
    assert said.endswith("**Worse by more than that: Knee flexion, left.**")
    assert "The one measure that can be judged improved" in said


def test_a_measure_with_a_worse_side_has_not_improved():
    said = lead(
        changed("grip", name="Grip, right"), changed("grip", WORSE, name="Grip, left"), changed("gait", SAME)
    )
    assert "None of two measures improved" in said


def test_nothing_judged_nothing_claimed():
    assert (
        lead(changed("gait", SAME))
        == "The one measure that can be judged has not changed by more than the smallest change that counts."
    )
    assert lead(changed("tug", UNKNOWN)).startswith("Mrs. Ellery was measured again. No verified figure says")
    # Only the side nobody works on can be judged, and it did not change: nothing is counted.
    other = changed("flexion", SAME, counts=False)
    assert lead(changed("tug", UNKNOWN), other).startswith(
        "Mrs. Ellery was measured again. No verified figure says"
    )
    assert lead().startswith("Mrs. Ellery has been measured once.")
