"""A practice's colour is read by everybody, whatever was typed."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.positioning.rules import colours

ANY = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
TOKENS = Path(colours.__file__).parents[2] / "web/static/web/css/tokens.css"


@given(ANY)
def test_what_pages_make_of_any_colour_is_read_by_day_and_by_night(colour):
    for shades, grounds in (
        (colours.by_day(colour), colours.LIGHT_GROUNDS),
        (colours.by_night(colour), colours.DARK_GROUNDS),
    ):
        for ground in grounds:
            assert colours.contrast(shades.brand, ground) >= colours.TEXT
        for ground in (*grounds, shades.tint, shades.tint_2):
            assert colours.contrast(shades.ink, ground) >= colours.TEXT
        assert colours.contrast(shades.brand, shades.on) >= colours.TEXT
        assert colours.contrast(shades.hover, shades.on) >= colours.TEXT


@given(ANY)
def test_the_colour_offered_passes_and_is_the_nearest_of_its_hue(colour):
    offered = colours.nearest(colour)
    assert colours.passes(offered)
    assert (offered == colour) == colours.passes(colour)  # What passes stays as it is.
    if offered != colour:
        # A hair lighter would not pass any more: nothing nearer was left out.
        light, chroma, hue = colours._oklch(offered)
        assert not colours.passes(colours._hex((light + 0.02, chroma, hue)))


@given(ANY, ANY)
def test_contrast_is_the_same_both_ways_and_never_beyond_its_ends(one, other):
    assert colours.contrast(one, other) == colours.contrast(other, one)
    assert 1 <= colours.contrast(one, other) <= 21
    assert colours.contrast(one, one) == 1


@given(ANY)
def test_a_colour_comes_back_from_oklch_as_it_went(colour):
    assert colours._hex(colours._oklch(colour)) == colour


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("#0B5C74", "#0b5c74"),
        ("fff", "#ffffff"),
        ("red", ""),
        ("#0b5c74;}", ""),
        ("url(x)", ""),
        ("#١٢٣", ""),
        ("", ""),
    ],
)
def test_only_a_colour_gets_into_a_stylesheet(typed, read):
    assert colours.parsed(typed) == read
    if read != typed:
        with pytest.raises(ValueError, match="not a colour"):
            colours.stylesheet(typed)


def test_a_yellow_is_no_text_and_a_passing_one_is_offered():
    verdicts = {check.use: check.passes for check in colours.checks("#ffd400")}
    assert verdicts["Text on the light ground"] is False and verdicts["Text on the dark ground"] is True
    assert not colours.passes("#ffd400") and colours.passes(colours.nearest("#ffd400"))
    # 4.48 is not 4.5, however it would be rounded.
    assert not colours.Check("", 4.48, colours.TEXT).passes


def test_the_grounds_are_those_of_our_pages():
    tokens = TOKENS.read_text(encoding="utf-8")

    def hexes(name):
        found = re.search(rf"--{name}: light-dark\(oklch\((.*?)\), oklch\((.*?)\)\)", tokens)
        values = [[float(part.rstrip("%")) for part in one.split()] for one in found.groups()]
        return [
            colours._hex((light / 100, chroma, hue * 3.141592653589793 / 180))
            for light, chroma, hue in values
        ]

    assert (hexes("paper")[0], hexes("surface")[0]) == colours.LIGHT_GROUNDS
    assert (hexes("paper")[1], hexes("raised")[1]) == colours.DARK_GROUNDS
    assert "--on-brand" in colours.properties("#0b5c74")
    assert all(f"{name}: light-dark" in tokens for name in colours.properties("#0b5c74"))


def test_a_ratio_just_short_of_what_is_needed_does_not_pass():
    assert [colours.Check("text", ratio, colours.TEXT).passes for ratio in (4.4999, 4.5)] == [False, True]
