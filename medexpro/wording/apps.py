"""Words in what leaves the practice: marked while writing and before signing, with what was let stand all the same."""

from django.apps import AppConfig


class WordingConfig(AppConfig):
    name = "medexpro.wording"
    label = "wording"

    def ready(self) -> None:
        """Declare what the trail says; check titles of members."""
        from medexpro.practice import titles as of_practice
        from medexpro.wording import events, titles  # noqa: F401

        check = of_practice.TitleCheck(titles.asked, titles.stood)
        if check not in of_practice.CHECKS:
            of_practice.CHECKS.append(check)
