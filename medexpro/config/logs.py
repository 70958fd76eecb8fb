"""What is written into the log, and what is taken out first."""

import logging
import re

# The token of a one-time link opens what it leads to, so whoever reads the log must not find it in an address.
LINK = re.compile(r"(/(?:d|join|password|feed)/)[\w-]{16,}")
# PostgreSQL explains a refused row by the values that stood in it.
VALUES = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)


class Discreet(logging.Formatter):
    """Writes a line as usual, an error with its traceback too, without tokens of links and values of rows."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it may be kept.

        >>> record = logging.LogRecord("web", 30, "", 0, "Not Found: /join/%s/", ("x" * 43,), None)
        >>> Discreet("{message}", style="{").format(record)
        'Not Found: /join/…/'
        """
        return VALUES.sub(r"\1: left out.", LINK.sub(r"\1…", super().format(record)))
