from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "medexpro.assessments"
    label = "assessments"

    def ready(self) -> None:
        from medexpro.assessments import own_panels, own_settings, own_steps, own_timeline, tables
        from medexpro.episodes.own_panels import read_beside

        own_panels.register()
        own_timeline.register()
        own_steps.register()
        own_settings.register()
        read_beside("has_table_choices", tables.any_beside)
