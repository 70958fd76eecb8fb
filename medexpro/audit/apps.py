from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from medexpro.audit import sealing


class AuditConfig(AppConfig):
    name = "medexpro.audit"
    label = "audit"

    def ready(self) -> None:
        """Keep closed rows closed: after every migration the database has the triggers that the models ask for."""
        pre_migrate.connect(lift_seals, sender=self)
        post_migrate.connect(keep_seals, sender=self)


def lift_seals(using: str, plan: list, **kwargs: Any) -> None:
    """Take the triggers off where tables are about to change."""
    if plan:
        sealing.lift(using)


def keep_seals(using: str, **kwargs: Any) -> None:
    """Bring the triggers up to date when all tables are."""
    sealing.keep(using)
