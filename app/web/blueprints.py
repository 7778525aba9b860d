"""All the doors, by who stands before them."""

from __future__ import annotations

from flask import Flask

from app.web import (
    answers,
    basemap,
    classroom,
    comparisons,
    conflicts,
    downloads,
    facilitate,
    flow,
    gazetteer,
    happened,
    heat,
    here,
    lessons,
    measures,
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
    streets,
    thematic_plans,
    tiles,
    travel,
    turnout,
)

MODULES = (
    public,
    answers,
    happened,
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
    measures,
    thematic_plans,
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
