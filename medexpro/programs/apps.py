from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "medexpro.programs"
    label = "programs"

    def ready(self) -> None:
        """Answer for the program step, take places on the chart."""
        from medexpro.episodes import steps
        from medexpro.programs import home_panels, own_panels, own_timeline

        own_panels.register()
        own_timeline.register()
        home_panels.register()
        steps.register("program", own_panels.program_step)
