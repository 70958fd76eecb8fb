from django.apps import AppConfig


class PositioningConfig(AppConfig):
    name = "medexpro.positioning"
    label = "positioning"

    def ready(self) -> None:
        """Declare the trail's words, take places on the settings page and in the palette."""
        from medexpro.positioning import events, own_settings  # noqa: F401

        own_settings.register()
