from django.apps import AppConfig


class TodayConfig(AppConfig):
    name = "medexpro.today"
    label = "today"

    def ready(self) -> None:
        """Take the first place on the rail."""
        from medexpro.practice.context import RailItem, add_to_rail
        from medexpro.practice.roles import Permission

        everyone = tuple(Permission)
        add_to_rail(RailItem("today", "Today", "today:show", "today", everyone, order=0))
