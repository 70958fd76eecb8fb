from django.apps import AppConfig


class EpisodesConfig(AppConfig):
    name = "medexpro.episodes"
    label = "episodes"

    def ready(self) -> None:
        """Follow referrals, answer for the steps this area knows."""
        from medexpro.episodes import operations, steps
        from medexpro.episodes.own_steps import discharge_step, referral_step
        from medexpro.referrals import hooks

        hooks.on_intake(operations.open_from_referral)
        hooks.on_decline(operations.decline_with_referral)
        steps.register("referral", referral_step)
        steps.register("discharge", discharge_step)
