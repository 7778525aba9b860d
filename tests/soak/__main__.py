"""``python -m tests.soak``: a thousand drawings on each store; exit code 1 unless each is stored exactly once."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests import chromium
from tests.postgres import Cluster
from tests.soak.running import Outcome, soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--drawings", type=int, default=1000)
    parser.add_argument("--on-tablets", type=int, default=60, help="how many of them through the real page")
    parser.add_argument("--pupils", type=int, default=30)
    parser.add_argument("--tablets", type=int, default=3)
    size = vars(parser.parse_args())
    outcomes: list[Outcome] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster() as cluster,
        chromium.launched() as browser,
    ):
        stores = {"SQLite": f"sqlite:///{Path(folder) / 'soak.sqlite'}", "PostGIS": cluster.database("soak")}
        for name, database in stores.items():
            made = soak(browser, database, **size)
            print(f"{name}: {made.story}\n{name}: {made.line}", flush=True)
            outcomes.append(made)
    stored, lost, doubled = (sum(getattr(o, name) for o in outcomes) for name in ("stored", "lost", "doubled"))
    print(f"stored {stored} lost {lost} doubled {doubled}")
    return 0 if (stored, lost, doubled) == (size["drawings"] * len(outcomes), 0, 0) else 1


if __name__ == "__main__":
    sys.exit(main())
