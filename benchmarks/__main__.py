"""``python -m benchmarks [--small] [WORK…]``: measure, print, write ``benchmarks/results``."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import signal
import sys
import time

from benchmarks import data, measuring
from benchmarks.ground import prepared

WORKS = ("heat", "index", "hexagons", "ways", "areas", "vector", "partitions", "exports", "writes", "roadmap")


def main() -> int:
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    chosen = [name for name in WORKS if not asked.works or name in asked.works]
    began, rows = time.perf_counter(), []
    busy = os.getloadavg()[0]
    if busy > 1:
        print(f"Something else is working on this machine (load {busy:.1f}): expect poor figures.", file=sys.stderr)
    with prepared(data.SMALL if asked.small else data.FULL) as ground:
        for name in chosen:
            print(f"measuring {name} …", flush=True)
            found = importlib.import_module(f"benchmarks.{name}").rows(ground)
            print(measuring.table(found), flush=True)
            rows += found
    print("\n" + measuring.table(rows))
    about = {
        "data": f"{ground.size.places:,} places, {ground.size.routes:,} routes",
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "load before": f"{busy:.1f}",
        "took": f"{(time.perf_counter() - began) / 60:.0f} min",
    }
    folder = measuring.RESULTS if chosen == list(WORKS) and not asked.small else measuring.RESULTS.parent / "data"
    measuring.write(rows, about, folder)
    print(f"\n{folder / 'latest.json'}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("works", nargs="*", metavar="WORK", help=f"{', '.join(WORKS)}; all of them")
    parser.add_argument("--small", action="store_true", help="little data: to see that it runs, not for figures")
    asked = parser.parse_args()
    unknown = set(asked.works) - set(WORKS)
    if unknown:
        parser.error(f"no such work: {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
