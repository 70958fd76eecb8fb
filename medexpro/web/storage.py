"""Static files as they are served outside development: hashed names, one style sheet."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from medexpro.web import styles

APP_CSS = "web/css/app.css"


class _Bundle:
    """Stands in for the storage app.css was found in, and gives the sheets it names in its place."""

    def open(self, name: str, mode: str = "rb") -> ContentFile:
        return ContentFile(styles.bundle().encode(), name)


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Names change with contents, so a browser may keep each file for ever and never runs two versions together."""

    def __init__(self, *args: Any, **options: Any):
        # Imports between our own modules are rewritten too. Django's switch for it would also read the files of
        # libraries, some of which import what only a bundler finds.
        _, rules = self._js_module_import_aggregation_patterns
        ours = [
            config.name.rpartition(".")[2]
            for config in apps.get_app_configs()
            if config.name.startswith("medexpro.")
        ]
        self.patterns = (*self.patterns, *((f"{area}/*.js", rules) for area in ours))  # type: ignore[has-type]
        super().__init__(*args, **options)

    def post_process(self, paths: dict, *args: Any, **options: Any) -> Iterator:
        if APP_CSS in paths:
            paths = paths | {APP_CSS: (_Bundle(), APP_CSS)}
        yield from super().post_process(paths, *args, **options)
