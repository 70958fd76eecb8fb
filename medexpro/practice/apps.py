from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "medexpro.practice"
    label = "practice"

    def ready(self) -> None:
        """Declare the trail's words, hear of sign-ins, take a place on the rail and on the settings page."""
        from medexpro.practice import events, own_settings, signals  # noqa: F401
        from medexpro.practice.context import RailItem, add_to_rail
        from medexpro.practice.roles import Permission

        own_settings.register()
        # Knowledge lies below this area and can't take its place itself.
        add_to_rail(
            RailItem(
                key="knowledge",
                label="Knowledge",
                url_name="knowledge:index",
                icon="book",
                permissions=(Permission.KNOWLEDGE_READ,),
                order=80,
            )
        )
        add_to_rail(
            RailItem(
                key="settings",
                label="Practice",
                url_name="practice:settings",
                icon="settings",
                permissions=(Permission.SETTINGS_MANAGE,),
                order=90,
            )
        )
