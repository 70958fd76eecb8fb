from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "medexpro.scheduling"
    label = "scheduling"

    def ready(self) -> None:
        """Take the place after Today on the rail, and one on the chart."""
        from medexpro.practice.context import RailItem, add_to_rail
        from medexpro.practice.roles import Permission
        from medexpro.scheduling import own_panels

        own_panels.register()
        read = (Permission.BOOKINGS_READ,)
        add_to_rail(RailItem("calendar", "Calendar", "scheduling:week", "calendar", read, order=5))
