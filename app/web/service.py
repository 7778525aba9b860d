"""What a request needs of the running service: settings, store, indexes, clock; and the framework's extensions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from flask import Flask, current_app
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Config
from app.services.index import Indexes
from app.services.vector_tiles import TileCache
from app.store import Store
from app.web import access, headers, language, logs, words
from app.web.streams import Live


@dataclass
class Service:
    """One for each application."""

    config: Config
    store: Store
    clock: Callable[[], datetime]
    indexes: Indexes = field(default_factory=Indexes)
    live: Live = field(default_factory=Live)
    tiles: TileCache = field(init=False)
    glances: dict[Any, Any] = field(default_factory=dict)

    _tile_bytes: int | None = None

    def __post_init__(self) -> None:
        self.tiles = TileCache(self.config.tile_cache_mb * 1_000_000)

    def room_for_tile(self, size: int) -> bool:
        """Whether the cache of map tiles may grow by ``size`` bytes; if so it is taken to have grown."""
        if self._tile_bytes is None:
            kept = (self.config.data_dir / "basemap").rglob("*")
            self._tile_bytes = sum(path.stat().st_size for path in kept if path.is_file())
        if self._tile_bytes + size > self.config.basemap_cache_mb * 1_000_000:
            return False
        self._tile_bytes += size
        return True


def install(app: Flask, config: Config, store: Store, clock: Callable[[], datetime]) -> None:
    app.extensions["snarvei"] = Service(config, store, clock, Indexes(config.data_dir))
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logs.install(app, config.log_level)
    access.install(app)
    language.install(app)
    headers.install(app)
    words.install(app)


def service() -> Service:
    return cast(Service, current_app.extensions["snarvei"])


def now() -> datetime:
    return service().clock()
