from django.apps import AppConfig


class TodayConfig(AppConfig):
    name = "medexpro.today"
    label = "today"
