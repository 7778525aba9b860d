"""Taking times: pairs one after the other, so that a busy moment hits both; child processes with their peak memory."""

from __future__ import annotations

import gc
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """One comparison; seconds are medians, ``target`` is the ratio to reach or None. ``more`` goes into the file."""

    work: str
    ours_s: float
    peer: str
    peer_s: float
    target: float | None
    n: int
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours_s / self.peer_s

    @property
    def met(self) -> str:
        if self.target is None:
            return ""
        return "yes" if self.ratio <= self.target else "no"

    def as_json(self) -> dict[str, Any]:
        return {
            "work": self.work,
            "ours_s": _figures(self.ours_s),
            "peer": self.peer,
            "peer_s": _figures(self.peer_s),
            "ratio": round(self.ratio, 3),
            "target": self.target,
            "n": self.n,
            **self.more,
        }


class Differs(AssertionError):
    """Ours and the peer's results are not the same: the measurement is worth nothing."""


def same(what: str, ours: Any, peer: Any) -> str:
    """Raises Differs unless they are equal; returns what was found equal, for the results."""
    if ours != peer:
        raise Differs(f"{what}: ours {ours!r}, peer's {peer!r}")
    return what


def timed(work: Callable[[], Any]) -> float:
    """Seconds, without the garbage collector."""
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began
    finally:
        gc.enable()


def pairs(ours: Callable[[], float], peer: Callable[[], float], n: int) -> tuple[list[float], list[float]]:
    """``n`` measurements of each, one pair after the other, the other first every second time."""
    found: tuple[list[float], list[float]] = ([], [])
    for nth in range(n):
        order = ((0, ours), (1, peer)) if nth % 2 == 0 else ((1, peer), (0, ours))
        for side, measure in order:
            found[side].append(measure())
    return found


def compared(ours: Callable[[], Any], peer: Callable[[], Any], n: int) -> tuple[float, float]:
    """Median seconds of each, after one call of each that is not counted."""
    ours(), peer()
    found = pairs(lambda: timed(ours), lambda: timed(peer), n)
    return median(found[0]), median(found[1])


@dataclass(frozen=True)
class Run:
    """A child process that ended well; ``peak_mib`` is the most memory it held at once."""

    seconds: float
    peak_mib: float


_LAUNCHER = """
import json, os, sys, time
began = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
print(json.dumps([time.perf_counter() - began, usage.ru_maxrss / 1024]))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def child(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Run a program to its end. Raises RuntimeError with what it said if it fails.

    It is started by a small process of its own: Linux counts what its parent held to a child's peak memory.
    """
    program = shutil.which(command[0]) or command[0]
    launch = [sys.executable, "-I", "-S", "-c", _LAUNCHER, program, *command[1:]]
    found = subprocess.run(launch, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if found.returncode:
        raise RuntimeError(f"{command[0]} failed ({found.returncode}): {found.stderr.decode(errors='replace')[-800:]}")
    return Run(*json.loads(found.stdout.splitlines()[-1]))


def write(rows: Sequence[Row], about: Mapping[str, Any], folder: Path = RESULTS) -> None:
    """``latest.json`` for programs, ``latest.md`` for the documentation."""
    folder.mkdir(exist_ok=True)
    text = json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=2)
    (folder / "latest.json").write_text(text + "\n", encoding="utf-8")
    facts = "; ".join(f"{name}: {value}" for name, value in about.items())
    (folder / "latest.md").write_text(f"{markdown(rows)}\n\n{facts}\n", encoding="utf-8")


def markdown(rows: Sequence[Row]) -> str:
    lines = ["| work | ours | peer | its time | ratio | target | met | n |", "|---|---:|---|---:|---:|---:|---|---:|"]
    for row in rows:
        target = "" if row.target is None else f"≤ {row.target:g}"
        lines.append(
            f"| {row.work} | {shown(row.ours_s)} | {row.peer} | {shown(row.peer_s)} | {row.ratio:.2f} | {target} "
            f"| {row.met} | {row.n} |"
        )
    return "\n".join(lines)


def table(rows: Sequence[Row]) -> str:
    """The same for a terminal."""
    cells = [("work", "ours", "peer's", "ratio", "target", "met", "n")]
    for row in rows:
        target = "" if row.target is None else f"<= {row.target:g}"
        figures = (shown(row.ours_s), shown(row.peer_s), f"{row.ratio:.2f}", target, row.met, str(row.n))
        cells.append((row.work, *figures))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(pairs_)
        )
        for pairs_ in (list(zip(line, widths, strict=True)) for line in cells)
    )


def shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def _figures(value: float) -> float:
    """Four significant figures: more would not be true."""
    return float(f"{value:.4g}")
