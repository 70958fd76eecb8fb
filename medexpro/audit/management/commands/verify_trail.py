from django.core.management.base import BaseCommand, CommandError

from medexpro.audit import chain
from medexpro.audit.models import Event


class Command(BaseCommand):
    help = (
        "Check every practice's trail: reports the first break and the unsealed tail. Exit code 1 on a break."
    )

    def add_arguments(self, parser):
        parser.add_argument("--seal", action="store_true", help="seal the unsealed tail first")

    def handle(self, *args, seal: bool, **options):
        broken = 0
        for practice_id in Event.objects.order_by().values_list("practice_id", flat=True).distinct():
            while seal and chain.seal(practice_id):
                pass
            verdict = chain.verify(practice_id)
            state = "whole" if verdict.whole else f"BROKEN: {verdict.reason}"
            self.stdout.write(
                f"{practice_id}: {state}. {verdict.sealed} sealed, {verdict.unsealed} unsealed, head {verdict.head[:16]}"
            )
            broken += not verdict.whole
        if broken:
            raise CommandError(f"{broken} trail(s) broken")
