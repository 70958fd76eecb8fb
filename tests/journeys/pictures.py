"""Pictures of the pages a journey passes, for the manual; nothing happens unless MEDEXPRO_PICTURES names a folder."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SIZES = {"tablet": (1180, 820), "laptop": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
HIGHEST = 2200  # px: what lies below is the same page going on.

# Pages are shot as they stand: the theme as the reader's switch sets it, motion at its end, fonts there, pictures decoded.
SETTLED = """async (theme) => {
  document.documentElement.dataset.theme = theme;
  scrollTo(0, 0);
  await document.fonts.ready;
  await Promise.all([...document.images].map((one) => one.decode().catch(() => {})));
  for (const one of document.getAnimations()) if (one.effect?.getTiming().iterations !== Infinity) one.finish();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return Math.ceil(document.documentElement.scrollHeight);
}"""
PUT_BACK = """([theme, x, y]) => {
  if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
  scrollTo(x, y);
}"""


def picture(
    page: Any, name: str, *, sizes: Sequence[str] = tuple(SIZES), themes: Sequence[str] = THEMES
) -> None:
    """Write `<name>-<size>-<theme>.png` for each size and theme, the whole page up to 2200 px; the page stays as it was."""
    folder = os.environ.get("MEDEXPRO_PICTURES")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    window = page.viewport_size
    before = page.evaluate("[document.documentElement.dataset.theme ?? '', scrollX, scrollY]")
    for size in sizes:
        width, height = SIZES[size]
        for theme in themes:
            page.set_viewport_size({"width": width, "height": height})
            tall = page.evaluate(SETTLED, theme)
            # The window grows with the page, so that bars which stick to its edges are drawn once, where they belong.
            page.set_viewport_size({"width": width, "height": min(max(tall, height), HIGHEST)})
            page.evaluate(SETTLED, theme)
            page.screenshot(path=Path(folder) / f"{name}-{size}-{theme}.png")
    page.set_viewport_size(window)
    page.evaluate(PUT_BACK, before)
