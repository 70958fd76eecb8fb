from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "medexpro.clients"
    label = "clients"

    def ready(self) -> None:
        """Tell the practice area where clients are kept, so that the trail can name them."""
        from medexpro.clients.models import Client
        from medexpro.practice.records import register_clients

        register_clients(Client.objects.all)
