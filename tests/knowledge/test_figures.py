"""Figures of exercises: poses as data, drawn truthfully or not at all."""

import math
import re
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from medexpro.knowledge.figures import drawing, loading, sheet
from medexpro.knowledge.figures.body import FOREARM, SHANK, THIGH, UPPER_ARM, Pose, PoseError, Reach, stand
from medexpro.knowledge.figures.shapes import IN_PRINT, ON_PAGES
from medexpro.knowledge.library import library

FIGURES = loading.figures()
# What the drawing can't show truthfully: movements about the line of sight, and of a kneecap.
WITHOUT = {
    "bed_mobility_log_roll", "clam", "forearm_rotation", "lumbar_rotation_rom", "patellar_glide_self",
    "piriformis_stretch", "shoulder_er_side", "shoulder_wand_er",
}  # fmt: skip


def test_every_figure_is_of_an_exercise_and_every_pose_is_one_a_body_takes():
    assert loading.problems(library().exercises) == []


def test_all_exercises_are_drawn_but_those_a_flat_drawing_would_mislead_about():
    assert set(library().exercises) - set(FIGURES) == WITHOUT


def test_the_sixty_exercises_the_protocols_use_most_have_a_figure():
    used: dict[str, int] = {}
    for protocol in library().all_protocols.values():
        for phase in protocol.phases:
            for planned in phase.exercises:
                used[planned.exercise] = used.get(planned.exercise, 0) + 1
    most = sorted(used, key=lambda one: (-used[one], one))[:60]
    assert [one for one in most if one not in FIGURES] == []


def test_nobody_sinks_into_the_floor_and_every_picture_is_whole():
    for exercise, figure in FIGURES.items():
        for panel in drawing.panels_of(figure):
            for name, (_, y) in panel.body.points.items():
                assert y > -1.5, f"{exercise}: {name} lies {y:.1f} under the floor"
        whole = sheet.printed(exercise)
        root = ElementTree.fromstring(whole)
        assert root.find("{http://www.w3.org/2000/svg}title").text == figure.says
        assert "var(" not in whole
        assert "nan" not in whole


def _positions():
    for exercise, figure in FIGURES.items():
        if figure.view == "side":  # Seen from the front, what points at the viewer looks short.
            for pose, panel in zip((figure.start, figure.end), drawing.panels_of(figure), strict=False):
                yield exercise, {**figure.start, **(pose or {})}.get("short", {}), panel


def test_bones_keep_their_length():
    for exercise, short, panel in _positions():
        for side in ("", "2"):
            for names, length in (
                (("shoulder", "elbow"), UPPER_ARM * short.get(f"upper{side}", 1)),
                (("elbow", "hand"), FOREARM * short.get(f"forearm{side}", 1)),
                (("hip", "knee"), THIGH), (("knee", "ankle"), SHANK),
            ):  # fmt: skip
                points = [panel.body.points[f"{name}{side}"] for name in names]
                assert math.dist(*points) == pytest.approx(length, rel=0.03), exercise


@pytest.mark.parametrize(
    ("pose", "says"),
    [
        (Pose(legs=(-90.0, -255.0)), "knee bends 165°"),  # The heel through the thigh.
        (Pose(legs=(-90.0, -60.0)), "knee bends -30°"),  # The knee broken forward.
        (Pose(legs=(70.0, 70.0)), "hip bends 160°"),
        (Pose(arms=(-90.0, -120.0)), "elbow bends -30°"),
        (Pose(hip=(0, 49), arms=Reach((60, 60))), "can't reach"),  # The rail is too far away.
        (Pose(legs=(-90.0, -90.0, 90.0)), "ankle bends 90°"),
    ],
)
def test_a_pose_no_body_takes_is_refused_with_its_joint(pose, says):
    with pytest.raises(PoseError, match=says):
        stand(pose, "side")


def test_feet_reach_the_floor_by_bending_the_knee_forward():
    body = stand(Pose(hip=(0, 40), legs=Reach((4, 0))), "side")
    assert body.points["ankle"] == pytest.approx((4, 3), abs=0.01)
    assert body.points["knee"][0] > 4


def test_a_slip_in_the_file_names_exercise_and_reason(tmp_path):
    (tmp_path / "one.yaml").write_text(
        "schema_version: 1\nfigures:\n  levitate: {says: In the air, start: {legs: [-90, -400]}, active: [wings]}\n"
    )
    said = loading.problems(library().exercises, tmp_path)
    assert said[0] == "figures: levitate: is not an exercise"
    assert "says: a sentence ends with a full stop" in said[1]
    assert "there is no part 'wings'" in said[2]
    assert "knee bends" in said[3]


def test_print_has_a_colour_for_every_tone_of_the_pages():
    assert set(IN_PRINT) == set(ON_PAGES)


def test_the_sheet_is_kept_by_the_browser_and_changes_its_address_with_the_figures(cast, sign_in):
    browser = sign_in(cast.ana)
    answer = browser.get(reverse("knowledge:figures", args=[sheet.fingerprint()]))
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "immutable" in answer.headers["Cache-Control"]
    drawn = re.findall(r'<symbol id="f-([^"]+)"', answer.content.decode())
    assert drawn == list(FIGURES)
    assert "style=" not in answer.content.decode()
    old = browser.get(reverse("knowledge:figures", args=["older"]))
    assert old.headers["Cache-Control"] == "no-cache"
