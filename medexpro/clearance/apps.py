from django.apps import AppConfig


class ClearanceConfig(AppConfig):
    name = "medexpro.clearance"
    label = "clearance"

    def ready(self) -> None:
        from medexpro.clearance import own_panels
        from medexpro.clearance.own_steps import clearance_step, screening_step
        from medexpro.episodes import steps

        steps.register("screening", screening_step)
        steps.register("clearance", clearance_step)
        own_panels.register()
