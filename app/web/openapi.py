"""The description of the public API (OpenAPI 3.0). A test holds it against the addresses the service has."""

from __future__ import annotations

from typing import Any

from app.model.catalogue import FEELINGS, STICKER_GROUPS
from app.model.contribution import FREQUENCIES, KINDS, SEASONS, SOURCES
from app.services import photos
from app.services.contributions import LONGEST_COMMENT, LONGEST_NAME
from app.services.stretches import MOST as MOST_CHANGES
from gis.geojson import MAX_VERTICES

PROBLEM = {"$ref": "#/components/responses/Problem"}
CONTRIBUTION = {"application/json": {"schema": {"$ref": "#/components/schemas/Contribution"}}}
TOKEN: list[dict[str, list[str]]] = [{"token": []}]
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
SLUG = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}

REVISION = {"type": "integer", "minimum": 0}
PEOPLE = {"type": "integer", "minimum": 1, "description": "How many a group stands for, where the arena takes groups"}


def document(server: str) -> dict[str, Any]:
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Snarvei",
            "version": "1",
            "description": "Participants join with a code and send what they draw; published figures are open data.",
        },
        "servers": [{"url": server}],
        "paths": {**_participation(), **_features()},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Contribution": _contribution(), "Problem": _problem()},
            "responses": {
                "Problem": {
                    "description": "Refused: nothing was stored. ``code`` is stable.",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            },
        },
    }


def _participation() -> dict[str, Any]:
    return {
        "/api/v1/join": {"post": _join()},
        "/api/v1/contributions": {
            "get": _operation(
                "One's own contributions, as they are stored", {"200": _answer("a FeatureCollection")}, TOKEN
            )
        },
        "/api/v1/contributions/{id}": _one_contribution(),
        "/api/v1/contributions/{id}/photos/{photo}": _photos(),
        "/api/v1/me": {
            "get": _operation("Whether the token holds", {"200": _answer("alias, arena_state, head_count")}, TOKEN),
            "put": _operation(
                "Say anew how many the group is",
                {"200": _answer("head_count")},
                TOKEN,
                requestBody=_body({"head_count": PEOPLE}, "head_count"),
            ),
        },
        "/api/v1/answers": {
            "get": _operation("What became of one's own things", {"200": _answer("answers by contribution")}, TOKEN)
        },
        "/api/v1/finish": {"post": _operation("Say that one is done", {"204": {"description": "noted"}}, TOKEN)},
        "/api/v1/ballot": {
            "get": _operation("The dots that were received in a workshop", {"200": _answer("dots")}, TOKEN),
            "put": _operation(
                "Give dots to inputs in place of those one gave before; an older revision changes nothing",
                {"200": _answer("dots")},
                TOKEN,
                requestBody=_body(
                    {"dots": {"type": "object", "additionalProperties": {"type": "integer"}}, "revision": REVISION},
                    "dots",
                    "revision",
                ),
            ),
        },
        "/api/v1/offers": {
            "post": _operation(
                "Offer to help with an input, as an association, business or group",
                {"201": _answer("name, state")},
                TOKEN,
                requestBody=_body({name: {"type": "string"} for name in ("input", "name", "words")}, "input", "name"),
            )
        },
        "/api/openapi.json": {"get": _operation("This description", {"200": _answer("OpenAPI 3.0")})},
    }


def _join() -> dict[str, Any]:
    text = {"type": "string"}
    return _operation(
        "Join an arena under a new pseudonym, or go on under the one whose token is sent along; with a one-time code, "
        "come back under the earlier one",
        {"201": _answer("token, alias, head_count, arena, catalogue, expires, returning")},
        requestBody=_body({"code": text, "token": text, "head_count": PEOPLE}, "code"),
    )


def _one_contribution() -> dict[str, Any]:
    return {
        "parameters": [ID],
        "put": _operation(
            "Store a contribution under the id its device made; the same again stores nothing new",
            {"201": _answer("stored", CONTRIBUTION), "200": _answer("stored earlier, or changed", CONTRIBUTION)},
            TOKEN,
            requestBody={"required": True, "content": CONTRIBUTION},
        ),
        "delete": _operation(
            "Take a contribution back",
            {"204": {"description": "gone"}},
            TOKEN,
            parameters=[{"name": "revision", "in": "query", "schema": REVISION}],
        ),
    }


def _body(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    schema = {"type": "object", "required": list(required), "properties": properties}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _photos() -> dict[str, Any]:
    picture = {"schema": {"type": "string", "format": "binary", "maxLength": photos.MOST_BYTES}}
    return {
        "parameters": [ID, {**ID, "name": "photo"}],
        "put": _operation(
            "Lay a photo beside a contribution: it is encoded anew without metadata and hidden until released; 409 "
            "contribution_awaited until the contribution itself has arrived",
            {"201": _answer("stored"), "200": _answer("stored earlier, or changed")},
            TOKEN,
            requestBody={
                "required": True,
                "content": dict.fromkeys(("image/jpeg", "image/png", "image/webp"), picture),
            },
        ),
        "delete": _operation("Take a photo back", {"204": {"description": "gone"}}, TOKEN),
    }


def _features() -> dict[str, Any]:
    bbox = {"name": "bbox", "in": "query", "schema": {"type": "array", "items": {"type": "number"}}}
    paging = [{"name": name, "in": "query", "schema": {"type": "integer"}} for name in ("limit", "offset")]
    return {
        "/ogc/": {"get": _operation("OGC API landing page", {"200": _answer("links")})},
        "/ogc/conformance": {"get": _operation("Conformance classes", {"200": _answer("conformsTo")})},
        "/ogc/collections": {"get": _operation("Published collections", {"200": _answer("collections")})},
        "/ogc/collections/{slug}": {
            "parameters": [SLUG],
            "get": _operation("One collection", {"200": _answer("its description")}),
        },
        "/ogc/collections/{slug}/items": {
            "parameters": [SLUG, bbox, *paging],
            "get": _operation("Hexagons of the latest release", {"200": _answer("a FeatureCollection")}),
        },
        "/ogc/collections/{slug}/items/{id}": {
            "parameters": [SLUG, {**ID, "schema": {"type": "string"}}],
            "get": _operation("One hexagon", {"200": _answer("a Feature")}),
        },
        **_tiles(),
    }


def _tiles() -> dict[str, Any]:
    address = [{"name": n, "in": "path", "required": True, "schema": {"type": "integer"}} for n in ("z", "row", "col")]
    tile = {"application/vnd.mapbox-vector-tile": {"schema": {"type": "string", "format": "binary"}}}
    return {
        "/ogc/tileMatrixSets": {"get": _operation("Tile matrix sets", {"200": _answer("tileMatrixSets")})},
        "/ogc/tileMatrixSets/WebMercatorQuad": {
            "get": _operation("How tiles cut the world", {"200": _answer("its definition")})
        },
        "/ogc/collections/{slug}/tiles": {
            "parameters": [SLUG],
            "get": _operation("Tilesets of a collection", {"200": _answer("tilesets")}),
        },
        "/ogc/collections/{slug}/tiles/WebMercatorQuad": {
            "parameters": [SLUG],
            "get": _operation("The vector tileset", {"200": _answer("its description and limits")}),
        },
        "/ogc/collections/{slug}/tiles/WebMercatorQuad/{z}/{row}/{col}": {
            "parameters": [SLUG, *address],
            "get": _operation(
                "Hexagons of the latest release in one tile (MVT 2.1)",
                {"200": _answer("the tile", tile), "204": {"description": "nothing lies there"}},
            ),
        },
    }


def _operation(
    summary: str, answers: dict[str, Any], security: list[dict[str, list[str]]] | None = None, **more: Any
) -> dict[str, Any]:
    return {"summary": summary, "security": security or [], "responses": {**answers, "default": PROBLEM}, **more}


def _answer(description: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"description": description, "content": content or {"application/json": {"schema": {"type": "object"}}}}


def _contribution() -> dict[str, Any]:
    def among(*values: str) -> dict[str, Any]:
        return {"type": "string", "enum": list(values)}

    return {
        "type": "object",
        "description": f"A GeoJSON Feature in WGS 84 with at most {MAX_VERTICES} positions. A route's ends are masked "
        "before it is stored; the answer holds the stored geometry, or null if nothing of it was left.",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": among("Feature"),
            "id": {"type": "string", "format": "uuid", "readOnly": True},
            "revision": {
                **REVISION,
                "description": "The device's count of its versions: an older one changes nothing.",
            },
            "geometry": {"type": "object", "nullable": True},
            "properties": {
                "type": "object",
                "required": ["kind", "category"],
                "additionalProperties": False,
                "properties": {
                    "kind": among(*KINDS),
                    "group": among(*STICKER_GROUPS, "way"),
                    "category": {"type": "string"},
                    "feeling": among(*FEELINGS),
                    "mode": {"type": "string", "description": "Of a route: how it begins."},
                    "modes": _stretches(),
                    "preferred_mode": {"type": "string"},
                    "company": {"type": "string"},
                    "season": among(*SEASONS),
                    "frequency": among(*FREQUENCIES),
                    "own_name": {"type": "string", "maxLength": LONGEST_NAME},
                    "comment": {"type": "string", "maxLength": LONGEST_COMMENT},
                    "source": among(*SOURCES),
                    "state": {"type": "string", "readOnly": True},
                    "received_at": {"type": "string", "format": "date-time", "readOnly": True},
                    "short_id": {"type": "string", "readOnly": True},
                },
            },
        },
    }


def _stretches() -> dict[str, Any]:
    start = {"type": "number", "minimum": 0, "maximum": 1, "exclusiveMinimum": True, "exclusiveMaximum": True}
    return {
        "type": "array",
        "maxItems": MOST_CHANGES,
        "description": "From which fraction of the line's length on one travels in another way, in growing order. In "
        "an answer the fractions are those of the stored line: what changed on a piece that was cut off is forgotten.",
        "items": {
            "type": "object",
            "required": ["from", "mode"],
            "additionalProperties": False,
            "properties": {"from": start, "mode": {"type": "string"}},
        },
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "RFC 9457 problem details",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": text,
            "field": text,
            "facts": {"type": "object"},
        },
    }
