from django.apps import AppConfig


class PdfConfig(AppConfig):
    name = "medexpro.pdf"
    label = "pdf"
