from django.apps import AppConfig


class FhirConfig(AppConfig):
    name = "medexpro.fhir"
    label = "fhir"
