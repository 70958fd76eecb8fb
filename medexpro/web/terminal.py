"""Progress of long work on a terminal: one line that is written over, and nothing at all where nobody watches."""

import time
from types import TracebackType
from typing import Any, Self

_EVERY_S = 0.2
_WIDTH = 78


class ProgressLine:
    """A line on a stream that says how far the work is. Into a file or a pipe nothing is written."""

    def __init__(self, stream: Any):
        self.stream = stream
        self.shows = bool(getattr(stream, "isatty", lambda: False)())
        self._drawn_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.clear()

    def tell(self, done: int, total: int, what: str) -> None:
        """Say how far it is; more than five times a second nobody reads."""
        now = time.monotonic()
        if self.shows and (now - self._drawn_at >= _EVERY_S or done == total):
            self._drawn_at = now
            self._write(f"{done:,} of {total:,}  {what}"[:_WIDTH].ljust(_WIDTH))

    def clear(self) -> None:
        """Empty the line, so that something else can be written."""
        if self.shows and self._drawn_at:
            self._write(" " * _WIDTH)
            self._write("")

    def _write(self, text: str) -> None:
        self.stream.write(f"\r{text}", ending="")
        self.stream.flush()
