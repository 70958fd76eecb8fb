"""`medexpro verify-trail`: is every trail still as it was sealed?"""

from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from medexpro.audit import chain, heads
from medexpro.audit.models import Event


class Command(BaseCommand):
    help = (
        "Check every practice's trail: reports the first break and the unsealed tail. Exit code 1 on a break."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seal", action="store_true", help="seal the unsealed tail first")
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="PRACTICE:EVENT:HASH",
            help="a head that a backup named: the trail must still hold it; may be given several times",
        )

    def handle(self, *args, seal: bool, head: list[str], **options):
        given = [_read(text) for text in head]
        noted = heads.noted()
        practices = {
            str(one) for one in Event.objects.order_by().values_list("practice_id", flat=True).distinct()
        }
        broken = 0
        for practice in sorted(practices | noted.keys() | {one for one, _ in given}):
            practice_id = UUID(practice)
            expected = [place for one, place in given if one == practice]
            if practice in noted:
                expected.append((noted[practice]["position"], noted[practice]["hash"]))
            verdict = chain.verify(practice_id, expected=expected)
            # What is broken is not sealed over: the next seal would begin at the break.
            if seal and verdict.whole:
                chain.seal_all(practice_id)
                verdict = chain.verify(practice_id)
            state = "whole" if verdict.whole else f"BROKEN: {verdict.reason}"
            self.stdout.write(
                f"{practice_id}: {state}. {verdict.sealed} sealed, {verdict.unsealed} unsealed, head {verdict.head[:16]}"
            )
            broken += not verdict.whole
        if broken:
            raise CommandError(f"{broken} trail(s) broken")


def _read(text: str) -> tuple[str, tuple[int, str]]:
    """Return the practice, and the place with its hash, of a head as a backup prints it."""
    try:
        practice, position, hash = text.split(":")
        return str(UUID(practice)), (int(position), hash)
    except ValueError:
        raise CommandError(
            f"“{text}” is no head. Write it as the backup named it: PRACTICE:EVENT:HASH."
        ) from None
