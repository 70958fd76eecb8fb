"""`medexpro COMMAND`: Django's management commands, with dashes where people type dashes."""

import os
import sys


def main() -> None:
    """Run a command. `medexpro verify-trail` is the command `verify_trail`."""
    os.umask(0o077)  # The database, files and letters are for the server's user alone.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medexpro.config.settings")
    from django.core.management import execute_from_command_line

    arguments = list(sys.argv)
    if len(arguments) > 1 and not arguments[1].startswith("-"):
        arguments[1] = arguments[1].replace("-", "_")
    execute_from_command_line(arguments)
