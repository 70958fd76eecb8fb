from django.core.management.base import BaseCommand
from django.db import transaction

from medexpro.config.demo import (
    answers,
    incoming,
    leads,
    letters,
    public,
    ready,
    relations,
    screening_day,
    voice,
    week,
)
from medexpro.config.demo.cases import CASES
from medexpro.config.demo.people import found, found_neighbour
from medexpro.config.demo.story import Teller
from medexpro.kernel import clock
from medexpro.practice.models import Practice


class Command(BaseCommand):
    help = "Load the demo practice: made-up people with 14 months of history. Safe to run twice."

    def handle(self, *args, **options):
        if Practice.objects.filter(is_demo=True).exists():
            self.stdout.write("The demo practice is here already.")
            return
        now = clock.now()
        with transaction.atomic():
            house = found(now)
            teller = Teller(house, now)
            told = []
            for number, case in enumerate(CASES, start=1):
                told.append((case, teller.tell(case)))
                if options["verbosity"] > 0:
                    self.stdout.write(
                        f"  {number:2} of {len(CASES)}  {case.given} {case.family}, {case.title.lower()}: {case.state}"
                    )
            week.book(house, told, now)
            relations.keep(house, now)
            screening_day.hold(house, now)
            voice.speak(house, now)
            public.open_up(house, now)
            letters.write(house, now)
            leads.ask_and_answer(house, now)
            incoming.arrive(house, now)
            answers.come_in(house, now)
            ready.say(house, now)
            found_neighbour(now)
