"""From a surgery and codes to the population tags of the reference data, and the protocols that serve them.

Tags choose change values and protocols. They are suggested, kept on the episode, and a professional may change them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from medexpro.episodes.models import Episode
from medexpro.kernel.reference import Protocol
from medexpro.knowledge.library import library, library_of


@dataclass(frozen=True)
class Suggestion:
    """A protocol that serves an episode. variant: the surgical approach, where the protocol knows it; else empty."""

    protocol_id: str
    name: str
    variant: str
    because: str


def tags_for(procedure_tag: str, codes: Iterable[str], practice: Any = None) -> list[str]:
    """Return the tags of a procedure and of ICD-10-CM codes, each followed by what it is a kind of, without doubles.

    A code carries the tags of the protocols that list it: we keep no table of codes beside theirs. A code that several
    protocols list (such as aftercare of a joint replacement) says nothing on its own.
    """
    known = library().tags
    found = [procedure_tag] if procedure_tag in known else []
    for code in codes:
        # One that only the practice has stands for no tag, so it makes no code ambiguous either.
        found_here = library_of(practice).protocols_for_code(code)
        protocols = [one for one in found_here if one.id in library().all_protocols]
        if len(protocols) == 1:
            found.extend(library().tags_of_protocol(protocols[0].id))
    return list(dict.fromkeys(tag for start in found for tag in _with_kinds(start)))


def tags_of(episode: Episode) -> list[str]:
    """Return the tags an episode's surgery, condition and referral give it."""
    procedure = episode.surgery.procedure_tag if episode.surgery else ""
    return tags_for(procedure, _codes_of(episode), episode.practice)


def protocols_for(episode: Episode) -> list[Suggestion]:
    """Return the protocols that serve an episode, the surest first: by the operation, then by code, then by tag."""
    found: dict[str, Suggestion] = {}
    surgery, known = episode.surgery, library_of(episode.practice).protocols
    if surgery and surgery.procedure_tag in library().tags:
        for protocol_id in library().tags[surgery.procedure_tag].protocols:
            _add(found, known, protocol_id, surgery.approach, f"Operation: {surgery.procedure}")
    for code in _codes_of(episode):
        for protocol in library_of(episode.practice).protocols_for_code(code):
            _add(found, known, protocol.id, surgery.approach if surgery else "", f"Code {code}")
    for tag in episode.population:
        if tag in library().tags:
            for protocol_id in library().tags[tag].protocols:
                _add(found, known, protocol_id, "", library().tags[tag].name)
    return list(found.values())


def names_of(tags: Iterable[str]) -> list[str]:
    """Return tags in words; one the library does not know any more is passed over."""
    return [library().tags[tag].name for tag in tags if tag in library().tags]


def _codes_of(episode: Episode) -> list[str]:
    codes = [episode.condition.icd10] if episode.condition and episode.condition.icd10 else []
    if episode.referral_id:
        codes.extend(episode.referral.icd10)
    return list(dict.fromkeys(codes))


def _with_kinds(tag: str) -> list[str]:
    known: dict[str, Any] = library().tags
    out, waiting = [], [tag]
    while waiting:
        current = waiting.pop(0)
        if current in known and current not in out:
            out.append(current)
            waiting.extend(known[current].is_a)
    return out


def _add(
    found: dict[str, Suggestion], known: Mapping[str, Protocol], protocol_id: str, approach: str, because: str
) -> None:
    protocol = known.get(protocol_id)
    if protocol is None or protocol_id in found:
        return
    wanted = approach.strip().casefold()
    variant = next((variant.id for variant in protocol.variants if wanted and wanted in variant.id), "")
    found[protocol_id] = Suggestion(protocol_id, protocol.condition, variant, because)
