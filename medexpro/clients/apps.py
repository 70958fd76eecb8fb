from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "medexpro.clients"
    label = "clients"
