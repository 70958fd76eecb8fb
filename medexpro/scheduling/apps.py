from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "medexpro.scheduling"
    label = "scheduling"

    def ready(self) -> None:
        """Take the place after Today on the rail and one on the chart, and say when the practice is closed."""
        from medexpro.practice import closing, leaving
        from medexpro.practice.context import RailItem, add_to_rail
        from medexpro.practice.roles import Permission
        from medexpro.scheduling import calendar, own_merging, own_panels, own_settings, own_timeline
        from medexpro.scheduling.operations import feeds

        own_panels.register()
        own_merging.register()
        own_timeline.register()
        own_settings.register()
        closing.found_by(calendar.closed_days)
        leaving.ends_with_membership(feeds.end_feed)
        read = (Permission.BOOKINGS_READ,)
        add_to_rail(RailItem("calendar", "Calendar", "scheduling:week", "calendar", read, order=5))
