"""The style sheets as pages load them.

`static/web/css/app.css` is the table of contents, one @import a line. While developing each sheet is linked by
itself, as we wrote it. Where files are collected, they are one file: a tablet then asks once, not forty times.
"""

import re
from functools import cache
from pathlib import Path

CSS = Path(__file__).parent / "static" / "web" / "css"
IMPORT = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)


@cache
def contents() -> tuple[str, ...]:
    """Return the sheets of app.css in their order, relative to it."""
    return tuple(IMPORT.findall((CSS / "app.css").read_text("utf-8")))


def bundle() -> str:
    """Return all sheets as one. Addresses inside stay true, since every sheet lies beside app.css."""
    return "\n".join((CSS / name).read_text("utf-8") for name in contents())


def without_comments(css: str) -> str:
    """Return a sheet without its comments and indents: what a browser has no use for.

    >>> without_comments("/* Why. */\\n.a {\\n  color: red;\\n}\\n")
    '.a {\\ncolor: red;\\n}'
    """
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "\n".join(line for line in (one.strip() for one in bare.splitlines()) if line)
