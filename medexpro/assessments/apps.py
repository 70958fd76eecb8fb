from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "medexpro.assessments"
    label = "assessments"
