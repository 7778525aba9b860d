"""All the doors, by who stands before them."""

from __future__ import annotations

from flask import Flask

from app.web import basemap, downloads, facilitate, moderate, ogc, paper, participate, plan, problems, public, roadmap

MODULES = (public, participate, facilitate, paper, plan, roadmap, moderate, downloads, basemap, ogc)


def register(app: Flask) -> None:
    for module in MODULES:
        app.register_blueprint(module.blueprint)
    problems.install(app)
