"""What can be printed is printed as typed; the rest is named at the field and prints as a box."""

import json
import unicodedata

import pytest
import typst

from medexpro.pdf import characters
from medexpro.pdf.engine import FONTS, STANDARDS


@pytest.mark.parametrize(
    ("text", "unknown", "printed"),
    [
        ("Zoë Gödel, Łódź, Đặng, Αθήνα, Москва", [], "Zoë Gödel, Łódź, Đặng, Αθήνα, Москва"),
        ("−4.2 ≥ 12 °, 0–80, ½, µ, “best”", [], "−4.2 ≥ 12 °, 0–80, ½, µ, “best”"),
        ("王小明", ["王", "小", "明"], "⌧⌧⌧"),
        ("Good day 😀😀", ["😀"], "Good day ⌧⌧"),
        ("family 👨‍👩‍👧 here", ["👨"], "family ⌧ here"),
        ("thumbs 👍🏽 up", ["👍"], "thumbs ⌧ up"),
        ("heart ❤️", [], "heart ❤"),
        ("يد", ["ي", "د"], "⌧⌧"),
        ("Ｊａｎｅｔ ㎏", [], "Janet kg"),
        ("Zoe\u0308", [], "Zoë"),
        ("a\tb\r\nc\u2028d\x00e\u200bf\ufeffg", [], "a b\nc\ndefg"),
        ("half \ud83d a pair", ["\ud83d"], "half ⌧ a pair"),
        ("private \ue000 use", ["\ue000"], "private ⌧ use"),
        ("", [], ""),
    ],
)
def test_printing_a_name(text, unknown, printed):
    assert characters.unprintable(text) == unknown
    assert characters.printable(text) == printed


def test_the_warning_names_what_prints_as_a_box():
    assert characters.warning("Janet Ellery") == ""
    assert characters.warning("王").startswith("This character prints as a box: 王.")
    assert "and others" in characters.warning("甲乙丙丁戊己庚辛壬癸")


def test_values_of_every_shape_become_printable():
    values = {"name": "王 😀", "rows": [{"text": "Zoë"}, 3, None, True], "pair": ("é", "人")}
    assert characters.printable_values(values) == {
        "name": "⌧ ⌧",
        "rows": [{"text": "Zoë"}, 3, None, True],
        "pair": ["é", "⌧"],
    }


def test_every_covered_character_prints_under_the_archival_standards():
    """The list and the fonts agree: one document holds all of them, in every family and weight."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    # A mark needs a letter to stand on.
    shown = " ".join(
        ("a" if unicodedata.combining(each) else "") + each for each in sorted(characters.covered())
    )
    for family, weights in {"Inter": (400, 500, 600), "Inter Display": (400, 600)}.items():
        for weight in weights:
            source = (
                '#set document(title: "Characters")\n#let f = json(bytes(sys.inputs.font))\n'
                "#set text(font: f.families, fallback: false, weight: f.weight)\n#f.text"
            )
            font = {"families": [family, "Inter", "Noto Sans"], "weight": weight, "text": shown}
            pdf = typst.compile(
                source.encode(),
                format="pdf",
                font_paths=fonts,
                ignore_system_fonts=True,
                pdf_standards=list(STANDARDS),
                sys_inputs={"font": json.dumps(font)},
            )
            assert pdf.startswith(b"%PDF")


def test_any_character_at_all_can_be_set():
    """A sweep through Unicode: whatever is typed, the printable text holds covered characters only."""
    known = characters.covered() | {"\n"}
    for code in [*range(0x3000), *range(0xD7F0, 0x11000), *range(0x1F000, 0x20100), *range(0xE0000, 0xE0200)]:
        assert set(characters.printable(f"x{chr(code)}y")) <= known, hex(code)
