from django.apps import AppConfig


class ClearanceConfig(AppConfig):
    name = "medexpro.clearance"
    label = "clearance"
