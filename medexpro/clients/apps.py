from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "medexpro.clients"
    label = "clients"

    def ready(self) -> None:
        """Say where clients are kept, so that the trail can name them; take places on the rail and the chart."""
        from medexpro.clients import events, own_merging, own_panels  # noqa: F401
        from medexpro.clients.models import Client
        from medexpro.clients.names import names_with
        from medexpro.practice.context import RailItem, add_to_rail
        from medexpro.practice.permissions import Permission
        from medexpro.practice.records import register_clients
        from medexpro.wording import names

        register_clients(Client.objects.all, "clients:show")
        names.register(names_with)
        own_panels.register()
        own_merging.register()
        add_to_rail(
            RailItem(
                key="clients",
                label="Clients",
                url_name="clients:list",
                icon="clients",
                permissions=(Permission.CLIENTS_LIST, Permission.RECORD_READ),
                order=20,
            )
        )
