"""Static files with a hash in the name, also where a script imports another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Names change with contents, so a browser may keep each file for ever and never runs two versions together."""

    support_js_module_import_aggregation = True
