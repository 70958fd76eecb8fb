from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "medexpro.sessions"
    label = "session_logs"

    def ready(self) -> None:
        """Take places on the chart."""
        from medexpro.sessions import own_panels

        own_panels.register()
