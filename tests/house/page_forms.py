"""The forms on a page as a browser has them: where each sends, what it would send untouched, where people type."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = {"text", "search", "email", "tel", "url", "number", "date"}
TICKED = {"checkbox", "radio"}
NO_FIELD = {"submit", "button", "image", "reset"}


@dataclass
class PageForm:
    """One form. fields: name to values; typed: names of what people type; files: names of file fields."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)

    def add(self, name: str, value: str | None, *, typed: bool = False) -> None:
        """Add a field; value None offers an answer that is not chosen."""
        values = self.fields.setdefault(name, [])
        if value is not None:
            values.append(value)
        if typed:
            self.typed.add(name)


class Page(HTMLParser):
    """Reads a page: its forms, and every text that stands in a field."""

    def __init__(self, html: str, address: str):
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[PageForm] = []
        self.standing: list[str] = []
        self._by_id: dict[str, PageForm] = {}
        self._open: PageForm | None = None
        self._later: list[tuple[str, str, str | None, bool]] = []
        self._area: tuple[dict, list[str]] | None = None
        self._select: tuple[dict, list[tuple[str, bool]]] | None = None
        self.feed(html)
        for form_id, name, value, typed in self._later:
            if form := self._by_id.get(form_id):
                form.add(name, value, typed=typed)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._begin(given)
        elif tag == "input" and given.get("name"):
            self._input(given, given.get("type", "text").lower())
        elif tag == "button" and given.get("name"):
            self._put(given, None)
        elif tag == "textarea":
            self._area = (given, [])
        elif tag == "select":
            self._select = (given, [])
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._area:
            given, pieces = self._area
            self._area = None
            # A browser drops the line break right behind the tag.
            text = "".join(pieces).removeprefix("\n")
            self.standing.append(text)
            self._put(given, text, typed="vh" not in given.get("class", "").split())
        elif tag == "select" and self._select:
            given, options = self._select
            self._select = None
            chosen = [value for value, is_chosen in options if is_chosen] or [
                value for value, _ in options[:1]
            ]
            self._put(given, chosen[0] if chosen else "")

    def _begin(self, given: dict) -> None:
        # What htmx sends while one types goes elsewhere than the form itself.
        live = "hx-trigger" in given and "submit" not in given["hx-trigger"]
        action = given.get("action") or (not live and given.get("hx-post")) or self.address
        method = given.get("method") or ("post" if "hx-post" in given else "get")
        self._open = PageForm(action.partition("#")[0] or self.address, method.lower())
        self.forms.append(self._open)
        if given.get("id"):
            self._by_id[given["id"]] = self._open

    def _input(self, given: dict, kind: str) -> None:
        value = given.get("value", "on" if kind in TICKED else "")
        if kind in NO_FIELD:
            return
        if kind == "file" and self._open:
            self._open.files.add(given["name"])
            return
        if kind in TICKED:
            self._put(given, value if "checked" in given else None)
            return
        self.standing.append(value)
        hidden = "vh" in given.get("class", "").split()  # For password managers only.
        self._put(given, value, typed=kind in TYPED and not hidden)

    def _put(self, given: dict, value: str | None, *, typed: bool = False) -> None:
        name = given.get("name")
        if not name:
            return
        if given.get("form"):
            self._later.append((given["form"], name, value, typed))
        elif self._open:
            self._open.add(name, value, typed=typed)
