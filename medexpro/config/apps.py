from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "medexpro.config"
    label = "config"
