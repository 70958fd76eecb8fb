from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "medexpro.programs"
    label = "programs"
