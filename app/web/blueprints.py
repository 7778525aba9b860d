"""All the doors, by who stands before them."""

from __future__ import annotations

from flask import Flask

from app.web import (
    basemap,
    classroom,
    downloads,
    facilitate,
    lessons,
    moderate,
    ogc,
    participate,
    plan,
    problems,
    projector,
    public,
    roadmap,
)

MODULES = (
    public,
    participate,
    facilitate,
    classroom,
    projector,
    lessons,
    plan,
    roadmap,
    moderate,
    downloads,
    basemap,
    ogc,
)


def register(app: Flask) -> None:
    for module in MODULES:
        app.register_blueprint(module.blueprint)
    problems.install(app)
