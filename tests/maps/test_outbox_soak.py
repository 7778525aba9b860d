"""A short soak: what ``make soak`` does with a thousand drawings, with sixty."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.postgres import Cluster
from tests.soak.running import soak

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("kind", ["SQLite", "PostGIS"])
def test_sixty_drawings_are_stored_once_while_everything_goes_wrong(
    browser: Browser, cluster: Cluster, tmp_path: Path, kind: str
) -> None:
    database = f"sqlite:///{tmp_path / 'soak.sqlite'}" if kind == "SQLite" else cluster.database("soak")
    made = soak(browser, database, drawings=60, pupils=10, tablets=2, on_tablets=8)
    assert made.line == "stored 60 lost 0 doubled 0", made.story
