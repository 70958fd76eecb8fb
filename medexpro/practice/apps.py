from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "medexpro.practice"
    label = "practice"
