from django.apps import AppConfig


class WordingConfig(AppConfig):
    name = "medexpro.wording"
    label = "wording"
