"""The least that Flask, SQLAlchemy and GeoAlchemy2 take to keep a feature: no token, no checks, no masking."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, jsonify, request
from geoalchemy2 import Geometry
from geoalchemy2.shape import from_shape
from shapely.geometry import shape
from sqlalchemy import BigInteger, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

NAME = "bare Flask + SQLAlchemy + GeoAlchemy2 insert, gunicorn -w2"


class Base(DeclarativeBase):
    pass


class Feature(Base):
    __abstract__ = True

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    category: Mapped[str]
    sentiment: Mapped[int]
    session_id: Mapped[int]
    text: Mapped[str | None]


class Place(Feature):
    __tablename__ = "peer_place"
    geom: Mapped[Any] = mapped_column(Geometry("POINT", 4326))


class Route(Feature):
    __tablename__ = "peer_route"
    geom: Mapped[Any] = mapped_column(Geometry("LINESTRING", 4326))


def create_app() -> Flask:
    app = Flask("insert")
    session = sessionmaker(create_engine(os.environ["DATABASE_URL"], pool_size=8))

    @app.post("/<any(places, routes):kind>")
    def post(kind: str) -> Any:
        feature: Any = request.get_json()
        geometry = from_shape(shape(feature["geometry"]), srid=4326)
        row = (Route if kind == "routes" else Place)(**feature["properties"], geom=geometry)
        with session() as db:
            db.add(row)
            db.commit()
            return jsonify(id=row.id), 201

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app
