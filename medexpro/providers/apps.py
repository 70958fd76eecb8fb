from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "medexpro.providers"
    label = "providers"

    def ready(self) -> None:
        """Say where names of providers are, which may stand in what is written."""
        from medexpro.providers.names import names_with
        from medexpro.wording import names

        names.register(names_with)
