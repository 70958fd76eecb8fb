from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "medexpro.audit"
    label = "audit"
