"""What every command stands on: the settings, the store, and refusals in words."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

import click

from app.config import Config
from app.errors import Refusal
from app.store import Store


@dataclass
class Context:
    """The settings, and the store that is opened when a command first needs it."""

    config: Config
    _store: Store | None = None

    @property
    def store(self) -> Store:
        if self._store is None:
            self._store = Store(self.config.database_url)
        return self._store

    def close(self) -> None:
        if self._store is not None:
            self._store.dispose()

    @property
    def address(self) -> str:
        """Where people reach the service."""
        return (self.config.public_url or f"http://{self.config.host}:{self.config.port}").rstrip("/")

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def today(self) -> date:
        """The day it is here."""
        return self.now.astimezone(ZoneInfo("Europe/Oslo")).date()


pass_context = click.make_pass_decorator(Context)


def refusing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Refusals become one line on the error stream and exit code 2."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Refusal as refusal:
            click.echo(said(refusal), err=True)
            sys.exit(2)

    return wrapped


def said(refusal: Refusal) -> str:
    """A refusal in words, with its code: for a terminal the words are the web's."""
    from app.web import problems
    from app.web.speaking import speaking

    with speaking("nb"):
        words = problems.said(refusal) or ()
    return " ".join((*words, f"({refusal.code})"))
