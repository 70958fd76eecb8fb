from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "medexpro.providers"
    label = "providers"
