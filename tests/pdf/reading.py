"""Reading a PDF back: its text by the fonts' own tables, its tags, its claims. Needs pikepdf only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import pikepdf

HEX = re.compile(r"<([0-9A-Fa-f]+)>")


@dataclass
class Tag:
    """One element of the structure tree: its role, what it says for itself, and what is in it."""

    role: str
    alt: str = ""
    scope: str = ""
    inside: list["Tag"] = field(default_factory=list)

    def all(self) -> Iterator["Tag"]:
        """Yield this tag and every one in it, in reading order."""
        yield self
        for tag in self.inside:
            yield from tag.all()


def open_pdf(pdf: bytes) -> pikepdf.Pdf:
    """Return the opened document."""
    return pikepdf.open(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """Return the text of all pages in the order it is drawn, every run of white space as one space."""
    with open_pdf(pdf) as document:
        pieces = [piece for page in document.pages for piece in _text_of_page(page)]
    # A change of font ends a piece of text, so a full stop after a strong word stands apart.
    return re.sub(r"\s+(?=[.,;:)])", "", re.sub(r"\s+", " ", "".join(pieces))).strip()


def tags_of(pdf: bytes) -> Tag:
    """Return the root of the structure tree."""
    with open_pdf(pdf) as document:
        root = document.Root.StructTreeRoot
        return Tag("Root", inside=[_tag(kid) for kid in _kids(root)])


PAINTS = frozenset({"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do", "Tj", "TJ", "'", '"', "BI"})


def marks_of(pdf: bytes) -> tuple[list[int], list[str]]:
    """Return the numbers of the marked pieces in the order they are drawn, and what is drawn outside any mark.

    PDF/UA asks that everything drawn is either a piece of the structure or said to be decoration.
    """
    numbers, outside = [], []
    with open_pdf(pdf) as document:
        for page in document.pages:
            inside: list[bool] = []
            for operands, operator in pikepdf.parse_content_stream(page):
                name = str(operator)
                if name in ("BDC", "BMC"):
                    number = (
                        operands[1].get("/MCID") if name == "BDC" and hasattr(operands[1], "get") else None
                    )
                    inside.append(str(operands[0]) == "/Artifact" or number is not None)
                    numbers += [int(number)] if number is not None else []
                elif name == "EMC":
                    inside.pop()
                elif name in PAINTS and not any(inside):
                    outside.append(name)
    return numbers, outside


def read_in_order(pdf: bytes) -> list[int]:
    """Return the numbers of the marked pieces in the order the structure tree reads them aloud."""

    def walk(element: pikepdf.Object) -> Iterator[int]:
        kids = element.get("/K")
        for kid in list(kids) if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                yield kid
            elif isinstance(kid, pikepdf.Dictionary) and "/MCID" in kid:
                yield int(kid.MCID)
            elif isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield from walk(kid)

    with open_pdf(pdf) as document:
        return list(walk(document.Root.StructTreeRoot))


def claims_of(pdf: bytes) -> dict[str, str]:
    """Return what the XMP packet claims: part and conformance of PDF/A, part of PDF/UA, title, language."""
    with open_pdf(pdf) as document:
        packet = document.Root.Metadata.read_bytes().decode()

    def found(name: str) -> str:
        match = re.search(rf"<{name}>(?:<rdf:\w+><rdf:li[^>]*>)?([^<]*)|{name}=\"([^\"]*)\"", packet)
        return (match.group(1) or match.group(2) or "") if match else ""

    names = ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part", "dc:title", "dc:language", "xmp:CreateDate")
    return {name: found(name) for name in names}


def _text_of_page(page: pikepdf.Page) -> Iterator[str]:
    fonts = {name: _unicode_table(font) for name, font in page.Resources.get("/Font", {}).items()}
    current: dict[int, str] = {}
    replaced = 0
    spans: list[bool] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" | "BMC":
                actual = (
                    operands[1].get("/ActualText")
                    if len(operands) > 1 and hasattr(operands[1], "get")
                    else None
                )
                spans.append(actual is not None)
                if actual is not None:
                    replaced += 1
                    yield str(actual)
            case "EMC":
                replaced -= spans.pop()
            case "Tf":
                current = fonts[str(operands[0])]
            case "Tj" | "TJ" if not replaced:
                parts = operands[0] if str(operator) == "TJ" else operands
                for part in parts:
                    if isinstance(part, pikepdf.String):
                        raw = bytes(part)
                        codes = (int.from_bytes(raw[i : i + 2]) for i in range(0, len(raw), 2))
                        yield "".join(current.get(code, "?") for code in codes)
            case "ET" if not replaced:
                yield " "


def _unicode_table(font: pikepdf.Object) -> dict[int, str]:
    """Return what each two-byte code of the font stands for, by its ToUnicode map."""
    table: dict[int, str] = {}
    source = font.ToUnicode.read_bytes().decode("latin-1")
    for kind, block in re.findall(r"begin(bfchar|bfrange)(.*?)endbf", source, re.DOTALL):
        for line in block.strip().splitlines():
            codes = HEX.findall(line)
            said = bytes.fromhex(codes[-1]).decode("utf-16-be")
            if kind == "bfchar":
                table[int(codes[0], 16)] = said
            else:
                first, last = int(codes[0], 16), int(codes[1], 16)
                for step, code in enumerate(range(first, last + 1)):
                    table[code] = said[:-1] + chr(ord(said[-1]) + step)
    return table


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get("/K")
    if kids is None:
        return []
    many = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in many if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def _tag(element: pikepdf.Object) -> Tag:
    attributes = element.get("/A")
    scope = ""
    for each in list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]:
        if isinstance(each, pikepdf.Dictionary) and "/Scope" in each:
            scope = str(each.Scope).lstrip("/")
    return Tag(
        role=str(element.S).lstrip("/"),
        alt=str(element.get("/Alt", "")),
        scope=scope,
        inside=[_tag(kid) for kid in _kids(element)],
    )
