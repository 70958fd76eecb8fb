from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "medexpro.config"
    label = "config"

    def ready(self) -> None:
        """Declare what backups and exports write into the trail, and put the export on the settings page."""
        from medexpro.config import own_panels, own_settings
        from medexpro.config.backups import events as backups  # noqa: F401
        from medexpro.config.takeout import events as takeout  # noqa: F401

        own_settings.register()
        own_panels.register()
