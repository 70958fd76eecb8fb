"""The parts of what the practice says of itself, as tabs. An area above adds its own when the app starts."""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class Tab:
    """One part."""

    key: str
    name: str
    url_name: str

    @property
    def url(self) -> str:
        """Return its address."""
        return reverse(self.url_name)


_TABS: dict[str, Tab] = {
    one.key: one
    for one in (
        Tab("index", "Overview", "positioning:index"),
        Tab("clarity", "Clarity sheet", "positioning:clarity"),
        Tab("services", "Services", "positioning:services"),
        Tab("bios", "Bios", "positioning:bios"),
        Tab("brand", "Brand", "positioning:brand"),
    )
}


def add(tab: Tab) -> None:
    """Put a part beside the others."""
    _TABS[tab.key] = tab


def every() -> list[Tab]:
    """Return all parts in their order."""
    return list(_TABS.values())
