"""Words in what leaves the practice: marked while writing and before signing, with what was let stand all the same."""
from django.apps import AppConfig


class WordingConfig(AppConfig):
    name = "medexpro.wording"
    label = "wording"

    def ready(self) -> None:
        """Declare what the trail says."""
        from medexpro.wording import events  # noqa: F401
