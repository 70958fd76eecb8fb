from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "medexpro.outreach"
    label = "outreach"

    def ready(self) -> None:
        """Take places on other areas' pages."""
        from medexpro.outreach import own_merging

        own_merging.register()
