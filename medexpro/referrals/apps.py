from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "medexpro.referrals"
    label = "referrals"

    def ready(self) -> None:
        """Take places on the rail and on the chart."""
        from medexpro.practice.context import RailItem, add_to_rail
        from medexpro.practice.permissions import Permission
        from medexpro.referrals import events, own_merging, own_panels, own_settings, own_timeline  # noqa: F401
        from medexpro.referrals.sections import Section, add, first_for

        own_panels.register()
        own_merging.register()
        own_timeline.register()
        own_settings.register()
        add(Section("referrals", "Referrals", "referrals:list", Permission.REFERRALS_READ, order=20))
        add_to_rail(
            RailItem(
                key="referrals",
                label="Referrals",
                url_name="referrals:list",
                icon="referrals",
                permissions=(Permission.REFERRALS_READ, Permission.SOURCES_READ),
                order=30,
                opens=first_for,
            )
        )
