from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "medexpro.record"
    label = "record"

    def ready(self) -> None:
        """Declare what the trail says, take places on the chart and the timeline."""
        from medexpro.record import events, own_kinds, own_merging  # noqa: F401

        own_kinds.register()
        own_merging.register()
