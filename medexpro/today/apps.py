from django.apps import AppConfig


class TodayConfig(AppConfig):
    name = "medexpro.today"
    label = "today"

    def ready(self) -> None:
        """Take the first place on the rail, fill the palette, and stand beside the day's bookings."""
        from medexpro.practice.context import RailItem, add_to_rail
        from medexpro.practice.roles import Permission
        from medexpro.today import line, palette

        everyone = tuple(Permission)
        add_to_rail(RailItem("today", "Today", "today:show", "today", everyone, order=0))
        palette.register()
        line.register()
