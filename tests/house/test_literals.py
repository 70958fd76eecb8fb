"""What we say is in scope: client, medical exercise, program. Other professions' words stay theirs.

Exempt, and why: elements marked `data-quoted` and citations (someone else's words); descriptions of codes; names of
provider types; the category Post Rehab, which is the profession's own name for it; FHIR's resource Patient; and
one file, the list of words that the wording check looks for.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house import words
from tests.house.words import Literal

OUT_OF_SCOPE = re.compile(
    r"\b(patients?|patient's|therap(y|ies|ist|ists|ies|eutic)|treat(s|ed|ing|ment|ments)?|"
    r"diagnos(e|es|ed|ing)|cur(e|es|ed|ing)|rehab(s|bed|bing|ilitat\w*)?)\b",
    re.IGNORECASE,
)
# Each phrase is someone's title or a fixed name, never a word for what we do. "Physical therapy" is the other profession,
# which people come from (design/README.md, Words).
NAMES = re.compile(
    r"post[ _-]rehab|"
    r"(physical|occupational|massage|speech|respiratory|recreational)[ _-]therap(ist|ists|ist assistant)\b|"
    r"therapist assistant|physical[ _-]therapy",
    re.IGNORECASE,
)
FHIR_NAMES = re.compile(r"^patient$|\bPatient\b(?=$|[./?]| resource)")
THE_LIST_OF_WORDS = "medexpro/knowledge/data/wording.yaml"
CODE_DESCRIPTIONS = "medexpro/knowledge/codes/data"

SOURCES: list[tuple[str, Callable[[Path], Iterator[Literal]]]] = [
    ("*.py", words.python_literals),
    ("*.html", words.template_literals),
    ("*.txt", words.template_literals),
    ("*.js", words.script_literals),
    ("*.yaml", words.data_literals),
    ("*.typ", words.layout_literals),
]


def is_exempt(path: Path) -> bool:
    relative = str(path.relative_to(words.ROOT))
    return relative == THE_LIST_OF_WORDS or relative.startswith(CODE_DESCRIPTIONS)


def out_of_scope(literals: Iterator[Literal], *, fhir: bool = False) -> list[str]:
    """Return `place: words` of every literal that speaks out of scope."""
    said = []
    for literal in literals:
        text = NAMES.sub(" ", literal.text)
        if fhir:
            text = FHIR_NAMES.sub(" ", text)
        if found := OUT_OF_SCOPE.search(text):
            said.append(f"{literal.place}: “{found.group()}” in {' '.join(literal.text.split())[:100]!r}")
    return said


@pytest.mark.parametrize(("pattern", "read"), SOURCES, ids=[pattern for pattern, _ in SOURCES])
def test_our_own_words_stay_in_scope(pattern, read):
    said = []
    for path in words.files(pattern):
        if not is_exempt(path):
            said += out_of_scope(read(path), fhir="fhir" in path.relative_to(words.PACKAGE).parts)
    assert said == [], "\n" + "\n".join(said)


@pytest.mark.parametrize(("name", "content", "said"), [
    ("a.py", 'A = "Treat the patient"', 1),
    ("a.py", '"""Talks about therapy."""\nA = f"{b} of rehab"', 1),
    ("a.py", r'A = re.compile(r"\btherapy\b")', 0),
    ("a.py", 'A = "Post Rehab"\nB = "physical therapist"\nC = "post-rehab"', 0),
    ("a.html", "<p>Discharged from physical therapy</p>", 0),
    ("a.html", "<p>Our therapy after physical therapy</p>", 1),
    ("a.html", "<p>Your therapy</p><p data-quoted>He had therapy</p>", 1),
    ("a.html", "<dl><dd data-quoted><b>therapy</b> cured</dd></dl>{# patient #}", 0),
    ("a.html", '{% chip "Cured" %}{{ patient.name }}', 1),
    ("a.html", '{% include "web/scope.html" with word="gait therapy" %}', 0),
    ("a.html", '<input aria-label="Patient name">', 1),
    ("a.js", "// the patient\nconst a = 'no treatment';", 1),
    ("a.yaml", "name: Rehab plan\nsource: Physical Therapy 2008", 1),
    ("a.typ", "// patient\n#text[Diagnosed with]", 1),
])  # fmt: skip
def test_the_check_itself_finds_what_it_should(tmp_path, monkeypatch, name, content, said):
    monkeypatch.setattr(words, "ROOT", tmp_path)
    path = tmp_path / name
    path.write_text(content)
    read = next(read for pattern, read in SOURCES if pattern.endswith(path.suffix))
    assert len(out_of_scope(read(path))) == said
