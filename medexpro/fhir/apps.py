from django.apps import AppConfig


class FhirConfig(AppConfig):
    name = "medexpro.fhir"
    label = "fhir"

    def ready(self) -> None:
        from medexpro.fhir import events  # noqa: F401
