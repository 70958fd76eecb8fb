"""Reading our own literals: what a person may see, with the file and line it stands at."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "medexpro"


class Literal(NamedTuple):
    """A piece of text of ours. place: `path:line` below the project."""

    place: str
    text: str


def files(*patterns: str) -> list[Path]:
    """Return the product's files of these patterns, without migrations and what others wrote (vendored)."""
    found = {path for pattern in patterns for path in PACKAGE.rglob(pattern)}
    return sorted(
        path for path in found if not {"migrations", "vendor", "vendored", "__pycache__"} & set(path.parts)
    )


def place(path: Path, line: int) -> str:
    """Return where something stands, as editors understand it."""
    return f"{path.relative_to(ROOT)}:{line}"


def python_literals(path: Path) -> Iterator[Literal]:
    """Yield every string of a module that is said: docstrings speak to readers of code, patterns are looked for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            if r"\b" in node.value or r"\w" in node.value:
                continue
            yield Literal(place(path, node.lineno), node.value)


def template_literals(path: Path) -> Iterator[Literal]:
    """Yield a template's text and attributes, and the strings inside its tags.

    Left out: comments, names of variables and tags, and whole elements marked `data-quoted`, whose words
    are someone else's (a provider's letter, a code's description).
    """
    text = path.read_text(encoding="utf-8")
    text = _blank(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", text)
    text = _blank(r"<(\w[\w-]*)\b[^>]*\bdata-quoted\b[^>]*>.*?</\1\s*>", text)
    inside_tags = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
    for number, line in enumerate(inside_tags.sub(_strings_of_tag, text).splitlines(), 1):
        if line.strip():
            yield Literal(place(path, number), line)


def script_literals(path: Path) -> Iterator[Literal]:
    """Yield the string literals of a script."""
    text = _blank(r"/\*.*?\*/|(?<![:'\"`])//[^\n]*", path.read_text(encoding="utf-8"))
    for found in re.finditer(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`", text):
        yield Literal(place(path, text.count("\n", 0, found.start()) + 1), found.group()[1:-1])


# Citations name what others wrote, in their words.
CITING_KEYS = {"source", "sources", "citation", "citations", "reference", "references", "read_at"}


def data_literals(path: Path) -> Iterator[Literal]:
    """Yield the texts of a YAML file, without citations."""
    for document in yaml.compose_all(path.read_text(encoding="utf-8"), yaml.CSafeLoader):
        yield from _texts_of(document, path)


def layout_literals(path: Path) -> Iterator[Literal]:
    """Yield the lines of a document layout, without comments."""
    text = _blank(r"/\*.*?\*/|(?<!:)//[^\n]*", path.read_text(encoding="utf-8"))
    for number, line in enumerate(text.splitlines(), 1):
        yield Literal(place(path, number), line)


def _texts_of(node: yaml.Node | None, path: Path) -> Iterator[Literal]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value not in CITING_KEYS:
                yield from _texts_of(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _texts_of(value, path)
    elif isinstance(node, yaml.ScalarNode):
        yield Literal(place(path, node.start_mark.line + 1), node.value)


def _blank(pattern: str, text: str) -> str:
    """Replace what matches by as many line ends as it had, so that lines keep their numbers."""
    return re.sub(pattern, lambda found: "\n" * found.group().count("\n"), text, flags=re.DOTALL)


def _strings_of_tag(found: re.Match) -> str:
    if '"web/scope.html"' in found.group():
        return ""  # The wording hint shows a word that someone else wrote.
    strings = re.findall(r"\"([^\"]*)\"|'([^']*)'", found.group())
    return " ".join(one or other for one, other in strings) + "\n" * found.group().count("\n")
