from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "medexpro.reports"
    label = "reports"

    def ready(self) -> None:
        """Answer for the report's step, take places on the chart and the rail."""
        from medexpro.episodes import steps
        from medexpro.episodes.own_panels import read_beside
        from medexpro.practice.context import RailItem, add_to_rail
        from medexpro.practice.roles import Permission
        from medexpro.reports import (
            own_assessments,
            own_merging,
            own_panels,
            own_settings,
            own_steps,
            own_timeline,
        )

        own_assessments.register()
        own_panels.register()
        own_merging.register()
        own_timeline.register()
        own_settings.register()
        for name, make in own_steps.days_beside().items():
            read_beside(name, make)
        steps.register("report", own_steps.report_step)
        steps.register("settled", own_steps.settled_step)
        see = (Permission.REPORTS_READ, Permission.REPORTS_STATUS)
        add_to_rail(RailItem("reports", "Reports", "reports:index", "reports", see, order=40))
