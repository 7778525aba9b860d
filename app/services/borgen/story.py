"""What every part of the fixture stands on: a process, a planner, chance from a seed, days counted back from now."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

import numpy as np
from sqlalchemy.orm import Session

from app.model import Process
from app.services import arenas, demo
from app.services.actors import Host, Officer

T = TypeVar("T")


@cache
def told(name: str) -> dict[str, Any]:
    """``name``.toml beside this module."""
    return tomllib.loads(resources.files("app.services.borgen").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@dataclass
class Story:
    """``secret`` is the installation's: links to arenas follow from it."""

    db: Session
    process: Process
    officer: Officer
    now: datetime
    rng: np.random.Generator
    seed: int
    secret: str

    @classmethod
    def begin(cls, db: Session, process: Process, officer: Officer, now: datetime, seed: int, secret: str) -> Story:
        return cls(db, process, officer, now, np.random.default_rng(seed), seed, secret)

    @property
    def at(self) -> tuple[Session, Officer, Process]:
        """Where the planner works: what staff's doors ask for first."""
        return self.db, self.officer, self.process

    def ago(self, days: float) -> datetime:
        """So many days before now; a negative number is a day to come."""
        return self.now - timedelta(days=days)

    def day(self, days: float) -> str:
        """That day as forms send it."""
        return self.ago(days).date().isoformat()

    def id(self, *what: object) -> UUID:
        """The id that a device would have made."""
        return uuid5(NAMESPACE_URL, f"{self.process.slug}:{self.seed}:{':'.join(map(str, what))}")

    def one(self, offered: Sequence[T]) -> T:
        return offered[int(self.rng.integers(len(offered)))]

    def some(self, offered: Sequence[T], many: int) -> list[T]:
        """So many of them, in any order, none twice."""
        return [offered[int(at)] for at in self.rng.permutation(len(offered))[:many]]

    def host(self, label: str, method: str, days: float, location: Any = None) -> Host:
        """Whoever holds a new link; the link follows from the installation's secret."""
        token = demo.derived(self.secret, f"{self.process.slug} {label}")
        at = self.ago(days)
        arenas.create_host_link(
            self.db, self.process, label=label, location=location, method=method, now=at, valid=None, token=token
        )
        return arenas.host(self.db, token, at)
