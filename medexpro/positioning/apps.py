from django.apps import AppConfig


class PositioningConfig(AppConfig):
    name = "medexpro.positioning"
    label = "positioning"
