"""The frozen values of letters: everything they print, in words."""

from msgspec import Struct

from medexpro.reports.snapshots import Paragraph, Run, Snapshot


class Code(Struct, frozen=True):
    """A code to photograph, and the address it stands for. svg: drawn in black on white; empty prints no code."""

    svg: str = ""
    address: str = ""
    words: str = ""


class RelationLetterSnapshot(Snapshot, kw_only=True, frozen=True):
    """A letter to a referral source: greeting, the sentence that matters, sections, a list, the code, the last line."""

    greeting: str
    opening: list[Run]
    paragraphs: list[Paragraph]
    list_heading: str = ""
    items: list[str] = []
    items_first: bool = False
    code: Code = Code()
    enclosed: str = ""
    closing: str
