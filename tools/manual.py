#!/usr/bin/env python3
"""Write docs/using: the chapters of tools/manual, with pictures that the journeys take on their way.

    make manual                             take the pictures anew, then write the chapters
    .venv/bin/python tools/manual.py --text   write the chapters only
    .venv/bin/python tools/manual.py --check  exit 1 when a chapter or a picture is not what it should be (`make check`)

A chapter shows a picture by a line of its own: `[[chart laptop]] What changed, and whether it counts.`
Each is shown in the theme of the reader, with links to the other sizes and themes the journey took.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS, MANUAL = ROOT / "tools" / "manual", ROOT / "docs" / "using"
PICTURES = MANUAL / "pictures"
SIZES = ("tablet", "laptop", "phone")
NOTE = "<!-- Made by `make manual` from tools/manual; change it there. -->"
SHOWN = re.compile(r"^\[\[([a-z-]+) (tablet|laptop|phone)\]\] (.+)$", re.MULTILINE)


def render(text: str, taken: set[str]) -> str:
    """Return a chapter with its pictures in place. taken: names of pictures, such as chart-laptop-dark."""

    def shown(match: re.Match[str]) -> str:
        name, size, caption = match.groups()
        others = [
            f"[{other} {theme}](pictures/{name}-{other}-{theme}.webp)"
            for other in SIZES
            for theme in ("light", "dark")
            if (other, theme) != (size, "light") and f"{name}-{other}-{theme}" in taken
        ]
        picture = f'<img src="pictures/{name}-{size}-light.webp" alt="{caption.replace(chr(34), "&quot;")}">'
        if f"{name}-{size}-dark" in taken:
            dark = f'<source media="(prefers-color-scheme: dark)" srcset="pictures/{name}-{size}-dark.webp">'
            picture = f"<picture>{dark}{picture}</picture>"
        more = f" <sub>Also {', '.join(others)}.</sub>" if others else ""
        return f"{picture}\n\n*{caption}*{more}"

    return f"{NOTE}\n\n{SHOWN.sub(shown, text)}"


def pages() -> dict[Path, str]:
    """Return what every page of docs/using says, by its path."""
    taken = {path.stem for path in PICTURES.glob("*.webp")}
    return {
        MANUAL / path.name: render(path.read_text("utf-8"), taken) for path in sorted(CHAPTERS.glob("*.md"))
    }


def faults() -> list[str]:
    """Return, in words, which chapters and pictures are not as they should be."""
    found = [f"{path.name} is not what tools/manual says" for path, text in pages().items()
             if not path.exists() or path.read_text("utf-8") != text]  # fmt: skip
    asked = [match for path in CHAPTERS.glob("*.md") for match in SHOWN.findall(path.read_text("utf-8"))]
    there = {path.stem for path in PICTURES.glob("*.webp")}
    found += [
        f"no picture {name}-{size}-light" for name, size, _ in asked if f"{name}-{size}-light" not in there
    ]
    names = {name for name, _, _ in asked}
    found += [f"{one} is in no chapter" for one in sorted(there) if one.rsplit("-", 2)[0] not in names]
    return found


def take_pictures() -> int:
    """Let the journeys that take pictures run, and keep what they took. Returns the exit code of the journeys."""
    from PIL import Image

    journeys = [
        str(path)
        for path in sorted((ROOT / "tests" / "journeys").glob("test_*.py"))
        if "picture(" in path.read_text("utf-8")
    ]
    names = {name for path in CHAPTERS.glob("*.md") for name, _, _ in SHOWN.findall(path.read_text("utf-8"))}
    with tempfile.TemporaryDirectory() as folder:
        environ = os.environ | {"MEDEXPRO_PICTURES": folder, "MEDEXPRO_TESTING": "1"}
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *journeys]
        if code := subprocess.call(command, cwd=ROOT, env=environ):
            return code
        PICTURES.mkdir(parents=True, exist_ok=True)
        for old in PICTURES.glob("*.webp"):
            old.unlink()
        for path in sorted(Path(folder).glob("*.png")):
            if path.stem.rsplit("-", 2)[0] not in names:
                continue  # No chapter shows it yet.
            with Image.open(path) as image:
                image.convert("RGB").save(PICTURES / f"{path.stem}.webp", quality=80, method=6)
    return 0


def main(mode: str) -> int:
    """Take pictures, write, or check; return the exit code."""
    if mode == "--pictures" and (code := take_pictures()):
        return code
    if mode != "--check":
        MANUAL.mkdir(parents=True, exist_ok=True)
        for path, text in pages().items():
            path.write_text(text, encoding="utf-8")
    wrong = faults()
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--text"], ["--check"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1] if sys.argv[1:] else "--pictures"))
