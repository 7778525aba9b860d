"""The server: gunicorn, started by the ``snarvei serve`` command."""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication

from app import create_app
from app.config import Config


class Server(BaseApplication):
    """Gunicorn with the service's own settings; each worker makes its own application after the fork."""

    def __init__(self, settings: Config) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"{self.settings.host}:{self.settings.port}")
        self.cfg.set("workers", self.settings.workers)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", 8)
        self.cfg.set("keepalive", 15)
        self.cfg.set("timeout", 120)
        self.cfg.set("loglevel", "warning")
        self.cfg.set("control_socket_disable", True)

    def load(self) -> Any:
        return create_app(self.settings)


def serve(settings: Config) -> None:
    Server(settings).run()
