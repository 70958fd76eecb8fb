from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "medexpro.outreach"
    label = "outreach"
