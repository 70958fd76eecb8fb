"""Putting new files and folders in the place of old ones, and back again when something fails on the way."""

import os
from pathlib import Path


class Swap:
    """Moves within one disk. What was there is kept in the folder `old` until that folder is removed."""

    def __init__(self, old: Path):
        self.old = old
        self.moved: list[tuple[Path, Path]] = []
        old.mkdir(mode=0o700)

    def put(self, new: Path, place: Path) -> None:
        """Put `new` in its place; where there is nothing new, the place is empty afterwards."""
        if place.exists():
            self._move(place, self.old / place.name)
        if new.exists():
            self._move(new, place)

    def undo(self) -> None:
        """Put everything back where it was. Undone once, there is nothing more to undo."""
        while self.moved:
            source, target = self.moved.pop()
            target.rename(source)

    def _move(self, source: Path, target: Path) -> None:
        source.rename(target)
        self.moved.append((source, target))


def settle_on_disk() -> None:
    """Let everything written so far reach the disk: a name must not be there before its content."""
    os.sync()
