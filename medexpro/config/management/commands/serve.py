"""`medexpro serve`: the web server and the task worker under one command."""

import json
import os
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from medexpro.config import env, listening
from medexpro.config.holding import HomeHeld, hold
from medexpro.practice import setup_code


class Command(BaseCommand):
    help = "Serve the practice: web server and task worker under one command, until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args, **options):
        try:
            where = listening.plan(os.environ)
            listening.refuse_taken_port(where)
        except listening.ListeningRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        try:
            # Kept open across the exec below: it is held as long as the supervisor lives.
            hold(settings.MEDEXPRO_HOME, for_exec=True)
        except HomeHeld:
            raise CommandError(
                f"{settings.MEDEXPRO_HOME} is already being served. "
                "Stop that one first, or set MEDEXPRO_HOME to another folder."
            ) from None
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not that of this release: run `medexpro prepare` first.")
        plan = {
            "children": [["web server", web_command(where)], ["task worker", worker_command()]],
            "ready_at": ["127.0.0.1" if where.bind == "0.0.0.0" else where.bind, where.port],  # noqa: S104
            "welcome": welcome(where),
        }
        connections.close_all()
        sys.stdout.flush()
        os.execve(  # noqa: S606  # The supervisor takes our place; a second process would only wait.
            sys.executable,
            [sys.executable, "-m", "medexpro.config.supervisor", json.dumps(plan)],
            THRIFTY | listening.environment(where, os.environ),
        )


# Each thread would keep a heap of its own, grown to what its largest page needed (glibc; elsewhere it says nothing).
THRIFTY = {"MALLOC_ARENA_MAX": "2"}


def web_command(where: listening.Listening) -> list[str]:
    """Return the command of the web server. WEB_PROCESSES and WEB_THREADS say how many requests run at once."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"]
    command += ["--host", where.bind, "--port", str(where.port)]
    command += ["--workers", str(env.number("WEB_PROCESSES", 1)), "--respawn-failed-workers"]
    # The server advises against more threads than this: they would only wait for each other.
    threads = env.number("WEB_THREADS", min(2 * (os.cpu_count() or 1) + 1, 8))
    command += ["--blocking-threads", str(threads), "--workers-kill-timeout", "8"]
    if where.certificate and where.key:
        command += ["--ssl-certificate", str(where.certificate), "--ssl-keyfile", str(where.key)]
        command += ["--ssl-protocol-min", "tls1.2"]
    return [*command, "medexpro.config.wsgi:application"]


def worker_command() -> list[str]:
    """Return the command of the task worker, which takes every queue."""
    return [sys.executable, "-m", "medexpro", "work"]


def welcome(where: listening.Listening) -> str:
    """Return what the person at the terminal reads when the practice is ready."""
    lines = ["", f"{settings.PRODUCT['name']} is ready: {where.url}", ""]
    if settings.MEDEXPRO_DEMO:
        lines += [*demo_people(), ""]
    elif first_run := setup_code.announcement(where.url):
        lines += [first_run, ""]
    return "\n".join([*lines, "Stop with Ctrl-C."])


def demo_people() -> list[str]:
    """Return the table of the demo's people: name, roles, the address they sign in with, practice."""
    from medexpro.practice.models import Member
    from medexpro.practice.roles import ROLE_NAMES, Role

    members = Member.objects.filter(practice__is_demo=True).active().select_related("user", "practice")
    rows = [
        (
            member.user.full_name,
            ", ".join(ROLE_NAMES[Role(role)] for role in member.roles),
            member.user.email,
            member.practice.name,
        )
        for member in members.order_by("practice__created_at", "pk")
    ]
    if not rows:
        return ["The demo's people are not here yet: run `medexpro load-demo`."]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    title = f"The people of the demo, all made up. Their password: {settings.DEMO_PASSWORD}"
    return [title, *(f"  {line.rstrip()}" for line in table)]
