from django.apps import AppConfig


class ClearanceConfig(AppConfig):
    name = "medexpro.clearance"
    label = "clearance"

    def ready(self) -> None:
        from medexpro.clearance import (
            asked,
            own_merging,
            own_panels,
            own_questions,
            own_settings,
            own_timeline,
        )
        from medexpro.clearance.own_steps import clearance_step, screening_step
        from medexpro.episodes import steps
        from medexpro.episodes.own_panels import read_beside

        steps.register("screening", screening_step)
        steps.register("clearance", clearance_step)
        own_panels.register()
        own_merging.register()
        own_timeline.register()
        own_settings.register()
        own_questions.register()
        for name, annotation in asked.beside().items():
            read_beside(name, annotation.copy)
