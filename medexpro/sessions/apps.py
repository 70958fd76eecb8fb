from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "medexpro.sessions"
    label = "session_logs"
