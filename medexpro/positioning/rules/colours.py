"""A practice's colour, so that everybody can read it: contrast by WCAG 2.2, light and dark values derived in OKLCH.

Sources: relative luminance and contrast ratio, WCAG 2.2 (W3C Recommendation), definitions “relative luminance” and
“contrast ratio”; 4.5:1 for text, success criterion 1.4.3; 3:1 for controls, 1.4.11. OKLab: Björn Ottosson, “A perceptual
color space for image processing” (2020), with the matrices of that page; OKLCH is its polar form, CSS Color 4, section 9.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

TEXT = 4.5
CONTROL = 3.0
# The grounds of our pages as web/css/tokens.css has them (a test compares): paper and surface by day, and by night the
# lightest ground on which words stand.
PAPER, SURFACE = "#faf9f7", "#ffffff"
NIGHT, NIGHT_RAISED = "#0d1014", "#1c2126"
LIGHT_GROUNDS = (PAPER, SURFACE)
DARK_GROUNDS = (NIGHT, NIGHT_RAISED)
WHITE, INK = "#ffffff", "#03141c"

Oklch = tuple[float, float, float]


@dataclass(frozen=True)
class Check:
    """One use of a colour. ratio: of the worst of its grounds; needed: the least that passes."""

    use: str
    ratio: float
    needed: float

    @property
    def passes(self) -> bool:
        """Return whether people can read it. A ratio is never rounded up to pass."""
        return self.ratio >= self.needed


@dataclass(frozen=True)
class Shades:
    """What pages make of one colour, as #rrggbb: by day, and by night. on: what is written on it."""

    brand: str
    on: str
    hover: str
    ink: str
    tint: str
    tint_2: str
    line: str


def parsed(text: str) -> str:
    """Return a typed colour as #rrggbb; empty for what is none.

    >>> parsed(" 0B5C74 "), parsed("#abc"), parsed("teal"), parsed("#12345")
    ('#0b5c74', '#aabbcc', '', '')
    """
    found = re.fullmatch(r"#?([0-9a-f]{3}|[0-9a-f]{6})", text.strip().lower(), re.ASCII)
    if not found:
        return ""
    digits = found[1]
    return f"#{digits}" if len(digits) == 6 else "#" + "".join(2 * one for one in digits)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21.

    >>> contrast("#000000", "#ffffff"), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance, from 0 (black) to 1 (white). colour: #rrggbb."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def checks(colour: str) -> list[Check]:
    """Return how a colour stands as it is: as text and as control by day and by night, and what is written on it."""
    return [
        Check("Text on the light ground", _worst(colour, LIGHT_GROUNDS), TEXT),
        Check("Buttons and lines on the light ground", _worst(colour, LIGHT_GROUNDS), CONTROL),
        Check("Text on the dark ground", _worst(colour, DARK_GROUNDS), TEXT),
        Check("Buttons and lines on the dark ground", _worst(colour, DARK_GROUNDS), CONTROL),
        Check(
            f"{'White' if on(colour) == WHITE else 'Dark'} text on a button",
            contrast(colour, on(colour)),
            TEXT,
        ),
    ]


def passes(colour: str) -> bool:
    """Return whether a colour may be the brand's: text in it is read on the light ground, which is also paper.

    The value for the dark ground is derived from it and passes there by itself.
    """
    return _worst(colour, LIGHT_GROUNDS) >= TEXT


def nearest(colour: str, grounds: Sequence[str] = LIGHT_GROUNDS, needed: float = TEXT) -> str:
    """Return the colour nearest to this one that passes on all of the grounds: itself where it does already.

    Hue stays; lightness moves by the least that is enough, away from the grounds, and chroma only where a screen can't show it.
    """
    if _worst(colour, grounds) >= needed:
        return colour
    darker = luminance(grounds[0]) > 0.18
    start = _oklch(colour)
    good, bad = (0.0, start[0]) if darker else (1.0, start[0])
    for _ in range(24):
        middle = (good + bad) / 2
        if _worst(_hex((middle, start[1], start[2])), grounds) >= needed:
            good = middle
        else:
            bad = middle
    return _hex((good, start[1], start[2]))


def on(colour: str) -> str:
    """Return what is written on a colour: white where that is read, else the dark ink. One of them always is."""
    return WHITE if contrast(colour, WHITE) >= TEXT else INK if contrast(colour, INK) >= TEXT else "#000000"


def by_day(colour: str) -> Shades:
    """Return the shades of a colour on a light ground."""
    brand = nearest(colour, LIGHT_GROUNDS)
    light, chroma, hue = _oklch(brand)
    tint, tint_2 = _hex((0.956, min(chroma, 0.018), hue)), _hex((0.905, min(chroma, 0.034), hue))
    ink = nearest(_hex((min(light, 0.40), chroma, hue)), (*LIGHT_GROUNDS, tint, tint_2))
    return Shades(
        brand=brand, on=on(brand), hover=_kept(_hex((max(0.0, light - 0.065), chroma, hue)), on(brand), darker=True),
        ink=ink, tint=tint, tint_2=tint_2, line=_hex((0.82, min(chroma, 0.05), hue)),
    )  # fmt: skip


def by_night(colour: str) -> Shades:
    """Return the shades of a colour on a dark ground: the same hue, lighter, and a little paler."""
    light, chroma, hue = _oklch(colour)
    brand = nearest(_hex((max(light, 0.77), min(chroma, 0.11), hue)), DARK_GROUNDS)
    light = _oklch(brand)[0]
    tint, tint_2 = _hex((0.28, min(chroma, 0.036), hue)), _hex((0.345, min(chroma, 0.048), hue))
    ink = nearest(_hex((max(light, 0.83), min(chroma, 0.082), hue)), (*DARK_GROUNDS, tint, tint_2))
    return Shades(
        brand=brand, on=on(brand), hover=_kept(_hex((min(1.0, light + 0.08), min(chroma, 0.08), hue)), on(brand), darker=False),
        ink=ink, tint=tint, tint_2=tint_2, line=_hex((0.43, min(chroma, 0.06), hue)),
    )  # fmt: skip


def properties(colour: str) -> dict[str, str]:
    """Return CSS custom properties that put a colour in the place of ours, each with its light and its dark value.

    colour: #rrggbb. Raises ValueError for anything else: what this returns stands in a stylesheet.
    """
    if parsed(colour) != colour:
        raise ValueError(f"not a colour: {colour!r}")
    day, night = by_day(colour), by_night(colour)
    named = {
        "brand": (day.brand, night.brand), "brand-hover": (day.hover, night.hover), "brand-ink": (day.ink, night.ink),
        "brand-tint": (day.tint, night.tint), "brand-tint-2": (day.tint_2, night.tint_2), "brand-line": (day.line, night.line),
        "on-brand": (day.on, night.on),
    }  # fmt: skip
    return {f"--{name}": f"light-dark({light}, {dark})" for name, (light, dark) in named.items()}


def stylesheet(colour: str) -> str:
    """Return a whole stylesheet that sets the properties."""
    body = "".join(f"  {name}: {value};\n" for name, value in properties(colour).items())
    return f":root {{\n{body}}}\n"


def distance(one: str, other: str) -> float:
    """Return how different two colours look: Euclidean in OKLab; about 0.02 is just seen."""
    return math.dist(_oklab(one), _oklab(other))


# ---- From sRGB to OKLCH and back


def _worst(colour: str, grounds: Sequence[str]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def _kept(colour: str, text: str, *, darker: bool) -> str:
    """Return a colour on which this text is still read."""
    return colour if contrast(colour, text) >= TEXT else nearest(colour, (text,))


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _to_linear(red), _to_linear(green), _to_linear(blue)


def _to_linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _to_screen(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)


def _oklab(colour: str) -> Oklch:
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _oklch(colour: str) -> Oklch:
    light, green_red, blue_yellow = _oklab(colour)
    return light, math.hypot(green_red, blue_yellow), math.atan2(blue_yellow, green_red)


def _rgb(shade: Oklch) -> tuple[float, float, float]:
    light, chroma, hue = shade
    green_red, blue_yellow = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (light + 0.3963377774 * green_red + 0.2158037573 * blue_yellow) ** 3
    middle = (light - 0.1055613458 * green_red - 0.0638541728 * blue_yellow) ** 3
    short = (light - 0.0894841775 * green_red - 1.2914855480 * blue_yellow) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _hex(shade: Oklch) -> str:
    """Return a shade as #rrggbb; of one that no screen shows, the same with as much chroma as it can."""
    light, chroma, hue = shade
    light = min(1.0, max(0.0, light))
    if not _shown((light, chroma, hue)):
        chroma = _largest(lambda part: _shown((light, chroma * part, hue))) * chroma
    parts = (min(255, max(0, round(255 * _to_screen(max(0.0, part))))) for part in _rgb((light, chroma, hue)))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _shown(shade: Oklch) -> bool:
    return all(-1e-4 <= part <= 1 + 1e-4 for part in _rgb(shade))


def _largest(holds: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
