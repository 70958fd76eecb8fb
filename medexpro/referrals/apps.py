from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "medexpro.referrals"
    label = "referrals"

    def ready(self) -> None:
        """Take places on the rail and on the chart."""
        from medexpro.practice.context import RailItem, add_to_rail
        from medexpro.practice.permissions import Permission
        from medexpro.referrals import events, own_merging, own_panels, own_timeline  # noqa: F401

        own_panels.register()
        own_merging.register()
        own_timeline.register()
        add_to_rail(
            RailItem(
                key="referrals",
                label="Referrals",
                url_name="referrals:list",
                icon="referrals",
                permissions=(Permission.REFERRALS_READ,),
                order=30,
            )
        )
