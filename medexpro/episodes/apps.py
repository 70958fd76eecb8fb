from django.apps import AppConfig


class EpisodesConfig(AppConfig):
    name = "medexpro.episodes"
    label = "episodes"

    def ready(self) -> None:
        """Follow referrals, answer for the steps this area knows, take places on the chart."""
        from medexpro.episodes import operations, own_merging, own_panels, own_timeline, steps
        from medexpro.episodes.own_steps import discharge_step, referral_step
        from medexpro.referrals import hooks

        hooks.on_intake(operations.open_from_referral)
        hooks.on_next_visit(operations.keep_next_visit)
        hooks.add_panel(own_panels.on_referral)
        hooks.on_carrying(own_panels.in_use, own_panels.placed)
        own_panels.register()
        own_merging.register()
        own_timeline.register()
        hooks.on_decline(operations.decline_with_referral)
        steps.register("referral", referral_step)
        steps.register("discharge", discharge_step)
