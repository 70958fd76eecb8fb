from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "medexpro.referrals"
    label = "referrals"
