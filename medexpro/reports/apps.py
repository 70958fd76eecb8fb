from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "medexpro.reports"
    label = "reports"
