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
    flow,
    gazetteer,
    heat,
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
    roadmap_imports,
    roadmap_merging,
    streets,
    tiles,
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
    flow,
    heat,
    roadmap,
    roadmap_imports,
    roadmap_merging,
    questions,
    here,
    comparisons,
    turnout,
    travel,
    conflicts,
    streets,
    moderate,
    downloads,
    basemap,
    networks,
    ogc,
    tiles,
)


def register(app: Flask) -> None:
    for module in MODULES:
        app.register_blueprint(module.blueprint)
    problems.install(app)
