"""Knowledge: after every migration the versions in service are kept."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def keep_versions(sender: AppConfig, using: str = "default", **_: Any) -> None:
    """Keep the entries in service, once the table for them is there."""
    from medexpro.knowledge import operations
    from medexpro.knowledge.models import KnowledgeVersion

    if KnowledgeVersion._meta.db_table in connections[using].introspection.table_names():
        operations.sync(using)


class KnowledgeConfig(AppConfig):
    name = "medexpro.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        from medexpro.knowledge import events  # noqa: F401  (declares its kinds of events)

        post_migrate.connect(keep_versions, sender=self)
