from django.apps import AppConfig


class PositioningConfig(AppConfig):
    name = "medexpro.positioning"
    label = "positioning"

    def ready(self) -> None:
        """Declare the trail's words."""
        from medexpro.positioning import events  # noqa: F401
