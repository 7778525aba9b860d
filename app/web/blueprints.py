"""All the doors, by who stands before them."""

from __future__ import annotations

from flask import Flask

from app.web import (
    basemap,
    downloads,
    facilitate,
    gazetteer,
    moderate,
    ogc,
    participate,
    plan,
    problems,
    public,
    roadmap,
)

MODULES = (public, participate, gazetteer, facilitate, plan, roadmap, moderate, downloads, basemap, ogc)


def register(app: Flask) -> None:
    for module in MODULES:
        app.register_blueprint(module.blueprint)
    problems.install(app)
