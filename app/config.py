"""Every setting of the service, once: its name, its default, what it is for. Read from the environment at start."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


class SettingError(ValueError):
    """One or more settings cannot be used; the message names each."""


@dataclass(frozen=True)
class Setting:
    """``read`` turns the text of the environment into a value and raises ValueError with what it wants instead."""

    name: str
    default: str
    help: str
    read: Callable[[str], Any] = str


@dataclass(frozen=True)
class Config:
    """The validated settings; see ``SETTINGS`` for what each is for."""

    database_url: str
    host: str
    port: int
    data_dir: Path
    secret_key: str
    public_url: str
    workers: int
    token_days: int
    basemaps: tuple[tuple[str, str, str], ...]
    basemap_cache_mb: int
    tile_cache_mb: int
    max_body_kb: int
    secure_cookies: bool
    trusted_proxies: int
    log_level: str
    default_language: str


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.strip().lstrip("-").isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def _yes_no(text: str) -> bool:
    if text.lower() not in ("0", "1", "no", "yes", "false", "true"):
        raise ValueError("yes or no")
    return text.lower() in ("1", "yes", "true")


def _among(*values: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in values:
            raise ValueError(" or ".join(values))
        return text

    return read


def _database(text: str) -> str:
    if text and not text.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
        raise ValueError("sqlite:///… or postgresql+psycopg://…")
    return text


def _basemaps(text: str) -> tuple[tuple[str, str, str], ...]:
    found = []
    for line in filter(None, (part.strip() for part in text.split("\n"))):
        parts = [part.strip() for part in line.split("|")]
        usable = len(parts) == 3 and (parts[1].startswith(("http://", "https://")) or parts[1].endswith(".mbtiles"))
        if not usable or not parts[0].isidentifier():
            raise ValueError("lines of name | address with {z} {x} {y}, or a path to an .mbtiles file | attribution")
        found.append((parts[0], parts[1], parts[2]))
    return tuple(found)


SETTINGS = (
    Setting("DATABASE_URL", "", "Where everything is kept. Empty: an SQLite file in the data folder.", _database),
    Setting("HOST", "127.0.0.1", "The address the server listens on."),
    Setting("PORT", "8000", "The port the server listens on.", _whole(1, 65535)),
    Setting(
        "SNARVEI_DATA_DIR",
        "var",
        "Folder for the embedded database, the secret key, kept indexes and cached map tiles.",
        Path,
    ),
    Setting("SNARVEI_SECRET_KEY", "", "Signs sessions. Empty: made once and kept in the data folder."),
    Setting("SNARVEI_PUBLIC_URL", "", "The address people use, for links and QR codes. Empty: the one they came by."),
    Setting("SNARVEI_WORKERS", "2", "Server processes.", _whole(1, 64)),
    Setting("SNARVEI_TOKEN_DAYS", "14", "How long a participant may come back to its own drawings.", _whole(1, 365)),
    Setting(
        "SNARVEI_BASEMAPS",
        "",
        "Base maps, one a line: name | tile address with {z} {x} {y} or path of an .mbtiles file | attribution.",
        _basemaps,
    ),
    Setting("SNARVEI_BASEMAP_CACHE_MB", "500", "Most disk that cached map tiles may take.", _whole(0, 1_000_000)),
    Setting("SNARVEI_TILE_CACHE_MB", "32", "Most memory for vector tiles kept ready, each process.", _whole(0, 10_000)),
    Setting("SNARVEI_MAX_BODY_KB", "1024", "The largest request that is read.", _whole(64, 100_000)),
    Setting("SNARVEI_SECURE_COOKIES", "no", "Send cookies over HTTPS only; set it in production.", _yes_no),
    Setting("SNARVEI_TRUSTED_PROXIES", "0", "How many reverse proxies stand in front.", _whole(0, 5)),
    Setting("SNARVEI_LOG_LEVEL", "INFO", "How much is logged.", _among("DEBUG", "INFO", "WARNING", "ERROR")),
    Setting("SNARVEI_DEFAULT_LANGUAGE", "nb", "The language before anyone chose one.", _among("nb", "nn", "en")),
)


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """The settings of this environment. Raises SettingError naming every one that cannot be used."""
    values: dict[str, Any] = {}
    wrong = []
    for setting in SETTINGS:
        text = environ.get(setting.name, setting.default)
        try:
            values[setting.name.removeprefix("SNARVEI_").lower()] = setting.read(text)
        except ValueError as error:
            wrong.append(f"{setting.name}={text!r}: wanted {error}")
    known = {setting.name for setting in SETTINGS}
    wrong += [f"{name}: no such setting" for name in environ if name.startswith("SNARVEI_") and name not in known]
    if wrong:
        raise SettingError("; ".join(wrong))
    if not values["database_url"]:
        values["database_url"] = f"sqlite:///{values['data_dir'].resolve() / 'snarvei.sqlite'}"
    return Config(**{field.name: values[field.name] for field in fields(Config)})


def secret_key(config: Config) -> str:
    """The configured secret, or one made once and kept, readable to the owner only, in the data folder."""
    if config.secret_key:
        return config.secret_key
    path = config.data_dir / "secret.key"
    config.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()
