from django.apps import AppConfig


class FhirConfig(AppConfig):
    name = "medexpro.fhir"
    label = "fhir"

    def ready(self) -> None:
        """Say what a merge of two clients does with what we remember of their records."""
        from medexpro.clients import merging
        from medexpro.fhir import events  # noqa: F401
        from medexpro.fhir.models import Upload

        merging.moves(Upload, "file brought in", "files brought in", order=91)
        said = "What a file said is kept with the number the file has; the number leads to the survivor."
        merging.stays("fhir.ImportedFact", "client", said)
