"""What the tests need beside Python: PostGIS, Chromium, GDAL's own programs. Installed where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The program of a Chromium, None if there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


PACKAGES = {
    "postgresql": lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb"),
    "postgresql-postgis": lambda: any(Path("/usr/share/postgresql").glob("*/extension/postgis.control")),
    "chromium": chromium,
    "gdal-bin": lambda: shutil.which("ogrinfo"),
}


def main() -> int:
    missing = [name for name, there in PACKAGES.items() if not there()]
    if not missing:
        return 0
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *map(_package, missing)]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"The tests need: {', '.join(missing)}. On Debian, as root: {' '.join(command)}", file=sys.stderr)
        return 1
    print(f"Installing {', '.join(missing)} …")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "--quiet"], command):
        done = subprocess.run(step, env=environ, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            print(f"This failed: {' '.join(step)}", file=sys.stderr)
            return 1
    left = [name for name, there in PACKAGES.items() if not there()]
    if left:
        print(f"Still missing after installing: {', '.join(left)}", file=sys.stderr)
    return 1 if left else 0


def _package(name: str) -> str:
    """PostGIS's package carries the version of the PostgreSQL it is for."""
    if name != "postgresql-postgis":
        return name
    versions = sorted(path.name for path in Path("/usr/lib/postgresql").glob("*"))
    return f"postgresql-{versions[-1] if versions else '15'}-postgis-3"


if __name__ == "__main__":
    sys.exit(main())
