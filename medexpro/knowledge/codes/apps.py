from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


class CodesConfig(AppConfig):
    name = "medexpro.knowledge.codes"
    label = "codes"

    def ready(self) -> None:
        post_migrate.connect(load_shipped_releases, sender=self, dispatch_uid="load_shipped_releases")


def load_shipped_releases(using: str = "default", **_: Any) -> None:
    """Load the releases we ship that are not in yet, after migrating. Tests load what they need themselves."""
    if settings.MEDEXPRO_TESTING or using != "default":
        return
    from medexpro.kernel import clock
    from medexpro.knowledge.codes import loading

    loading.load_shipped(at=clock.now())
