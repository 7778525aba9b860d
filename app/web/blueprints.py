"""All the doors, by who stands before them."""

from __future__ import annotations

from flask import Flask

from app.web import (
    basemap,
    classroom,
    comparisons,
    conflicts,
    downloads,
    facilitate,
    gazetteer,
    here,
    lessons,
    moderate,
    networks,
    ogc,
    paper,
    participate,
    photos,
    plan,
    problems,
    projector,
    public,
    questions,
    residents,
    roadmap,
    travel,
    turnout,
)

MODULES = (
    public,
    participate,
    gazetteer,
    photos,
    residents,
    facilitate,
    classroom,
    projector,
    lessons,
    paper,
    plan,
    roadmap,
    questions,
    here,
    comparisons,
    turnout,
    travel,
    conflicts,
    moderate,
    downloads,
    basemap,
    networks,
    ogc,
)


def register(app: Flask) -> None:
    for module in MODULES:
        app.register_blueprint(module.blueprint)
    problems.install(app)
