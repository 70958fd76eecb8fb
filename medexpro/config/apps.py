from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "medexpro.config"
    label = "config"

    def ready(self) -> None:
        """Declare what backups and exports write into the trail, so that its page can say it."""
        from medexpro.config.backups import events as backups  # noqa: F401
        from medexpro.config.takeout import events as takeout  # noqa: F401
