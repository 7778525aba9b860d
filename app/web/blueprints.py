"""All the doors, by who stands before them."""

from __future__ import annotations

from flask import Flask

from app.web import (
    arenas,
    basemap,
    campaigns,
    classroom,
    comparisons,
    conflicts,
    downloads,
    facilitate,
    flow,
    gazetteer,
    heat,
    here,
    indicators,
    kits,
    lessons,
    moderate,
    networks,
    notes,
    occasions,
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
    streets,
    tiles,
    travel,
    turnout,
    workshop,
)

MODULES = (
    public,
    participate,
    gazetteer,
    photos,
    residents,
    notes,
    facilitate,
    occasions,
    kits,
    classroom,
    projector,
    lessons,
    paper,
    plan,
    arenas,
    flow,
    heat,
    roadmap,
    questions,
    here,
    comparisons,
    turnout,
    travel,
    conflicts,
    streets,
    workshop,
    indicators,
    campaigns,
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
