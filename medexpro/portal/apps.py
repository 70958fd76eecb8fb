from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "medexpro.portal"
    label = "portal"
