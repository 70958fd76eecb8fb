"""The product's settings, in a throw-away home and with quick passwords."""

import os
import tempfile

os.environ.setdefault("MEDEXPRO_TESTING", "1")
os.environ.setdefault("MEDEXPRO_HOME", tempfile.mkdtemp(prefix="medexpro-test-"))

from medexpro.config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]

if DATABASES["default"]["ENGINE"] == "medexpro.config.db.sqlite":
    # In memory, also for the processes of a parallel run.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
