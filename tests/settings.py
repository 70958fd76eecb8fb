"""The product's settings, in a throw-away home and with quick passwords."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("MEDEXPRO_TESTING", "1")
if "MEDEXPRO_HOME" not in os.environ:
    os.environ["MEDEXPRO_HOME"] = tempfile.mkdtemp(prefix="medexpro-test-")
    atexit.register(shutil.rmtree, os.environ["MEDEXPRO_HOME"], ignore_errors=True)

from medexpro.config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]

if DATABASES["default"]["ENGINE"] == "medexpro.config.db.sqlite":
    # A file, as in production: SQLite's shared memory fails two requests at once where a file lets them take turns.
    # In the memory of the machine where there is such a folder, so that nothing waits for a disk.
    SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - made below with a name nobody can guess
    FOLDER = tempfile.mkdtemp(prefix="medexpro-test-", dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None)
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
    DATABASES["default"]["TEST"] = {"NAME": str(Path(FOLDER) / "test.sqlite3")}
