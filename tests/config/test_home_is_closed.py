"""Nobody else on the machine reads what the practice keeps, however open its folder is."""

import os
import stat
import subprocess
import sys


def test_what_the_product_writes_is_its_own_users(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "medexpro", "prepare"]
    subprocess.run(
        command, env=environ | {"MEDEXPRO_HOME": str(home)}, umask=0o022, check=True, capture_output=True
    )
    written = [path for path in home.rglob("*") if path.is_file()]
    assert home / "db.sqlite3" in written
    assert [path for path in written if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
