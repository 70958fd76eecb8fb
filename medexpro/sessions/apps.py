from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "medexpro.sessions"
    label = "session_logs"

    def ready(self) -> None:
        """Take places on the chart."""
        from medexpro.episodes.own_panels import read_beside
        from medexpro.sessions import own_panels

        own_panels.register()
        read_beside("sessions_so_far", own_panels.last_number)
