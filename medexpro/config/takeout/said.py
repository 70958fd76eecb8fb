"""A client's rows as a person reads them: each table a chapter, each row a few words. Pure values in, words out."""

from collections.abc import Iterator, Mapping
from typing import Any

# What the program keeps for itself: ids, counters, hashes, marks, strokes of signatures.
OURS = {
    "id", "practice", "client", "version", "created_at", "updated_at", "external_id", "name_search", "phone_search",
    "token_hash", "text_hash", "content_hash", "payload_hash", "sha256", "signature", "snapshot", "made_with", "pdf",
    "file", "marks", "tags", "protocol_item", "mode", "procedure_tag", "verification", "confirmed_implausible",
    "questionnaire_version", "own_questions", "text_version", "layout",
    "layout_version", "definition", "to_confirm", "fingerprint", "base_version",
}  # fmt: skip


def is_said(name: str) -> bool:
    """Return whether a column is one for people."""
    return name not in OURS


def plainly(value: Any) -> str:
    """Return a value of any shape in words: lists set apart, names before what they hold, findings by their sentence.

    >>> plainly([{"sentence": "Pressure is above 160.", "code": "bp"}])
    'Pressure is above 160.'
    >>> plainly({"chest_pain": {"answer": "no", "words": ""}, "falls": {"answer": "yes", "words": "two"}})
    'chest pain: no; falls: yes, two'
    >>> plainly([{"quantity": 10, "load": "20"}, {"quantity": 8, "load": "20"}]), plainly(None), plainly(True)
    ('quantity: 10, load: 20; quantity: 8, load: 20', '', 'yes')
    """
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, list | tuple):
        nested = any(isinstance(one, Mapping) for one in value)
        return ("; " if nested else ", ").join(filter(None, map(plainly, value)))
    return str(value)


def _mapping(value: Mapping[str, Any]) -> str:
    if value.get("sentence"):
        return str(value["sentence"])
    if set(value) <= {"answer", "words"}:
        return ", ".join(filter(None, map(plainly, value.values())))
    nested = any(isinstance(one, Mapping) for one in value.values())
    return ("; " if nested else ", ").join(_pairs(value))


def _pairs(value: Mapping[str, Any]) -> Iterator[str]:
    for name, held in value.items():
        if said := plainly(held):
            yield f"{str(name).replace('_', ' ')}: {said}"
