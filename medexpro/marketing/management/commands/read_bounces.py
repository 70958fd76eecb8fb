"""`medexpro read-bounces`: take in the notices of mail that did not arrive, from the mailbox of MAIL_BOUNCES or a pipe."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from medexpro.kernel import clock
from medexpro.marketing import bounces
from medexpro.marketing.rules.bounces import Notice

SAID = {
    Notice.NEVER: "{} came back for good: nothing goes to these addresses any more.",
    Notice.LATER: "{} put off by a server further on.",
    Notice.COMPLAINT: "{} marked as unwanted: these people are unsubscribed.",
    Notice.NOTHING: "{} left where it was: no notice of a letter from here.",
}


class Command(BaseCommand):
    help = "Take in the notices of mail that did not arrive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "mailbox", nargs="?", default="", help="A Maildir or an mbox; - reads one message from a pipe. Else MAIL_BOUNCES."
        )  # fmt: skip

    def handle(self, *args: Any, mailbox: str = "", **options: Any) -> None:
        path = mailbox or settings.MAIL_BOUNCES
        if not path:
            raise CommandError("Name a mailbox, or set MAIL_BOUNCES. See docs/running/mail.md.")
        try:
            counted = (
                bounces.read_file(sys.stdin, at=clock.now())
                if path == "-"
                else bounces.read_mailbox(path, now=clock.now)
            )
        except bounces.NoMailbox as problem:
            raise CommandError(str(problem)) from problem
        for notice, words in SAID.items():
            if count := counted[str(notice)]:
                self.stdout.write(words.format(count))
        if not counted:
            self.stdout.write("Nothing came back.")
