"""The planner's pages: sign in, the map with its areas, the roadmap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from app import maps
from app.errors import Invalid, Refusal, Unauthenticated
from app.model import Contribution
from app.model.catalogue import FEELINGS, STICKER_GROUPS
from app.model.roadmap import REALISERS
from app.services import analysis, arenas, photos, processes, publication, roadmap, staff
from app.services.index import Selection
from app.web import access, problems, wire
from app.web.desk import Desk, desk, frame, heat_addresses, themes
from app.web.language import current
from app.web.pages import page_data
from app.web.service import now, service
from gis.geojson import collection, plain

blueprint = Blueprint("plan", __name__, url_prefix="/plan")


@blueprint.route("/logg-inn", methods=["GET", "POST"])
@access.limiter.limit(access.SIGN_INS, methods=["POST"], deduct_when=access.failed)
def sign_in() -> str | BaseResponse | tuple[str, int]:
    after = _local(request.values.get("til", ""))
    if request.method == "GET":
        return render_template("plan/sign_in.html", after=after, username="", problem=None)
    username = request.form.get("username", "")
    try:
        with service().store.reading() as db:
            access.sign_in(staff.sign_in(db, username, request.form.get("password", "")))
    except Unauthenticated as refusal:
        return render_template("plan/sign_in.html", after=after, username=username, problem=problems.said(refusal)), 401
    return redirect(after or url_for("plan.home"))


@blueprint.post("/logg-ut")
def sign_out() -> BaseResponse:
    access.sign_out()
    return redirect(url_for("plan.sign_in"))


@blueprint.get("/")
def home() -> str | BaseResponse:
    with service().store.reading() as db:
        officer = access.officer(db)
        rows = processes.of_officer(db, officer)
        if len(rows) == 1:
            return redirect(url_for("plan.map_page", slug=rows[0].slug))
        return render_template("plan/home.html", processes=rows, officer=officer)


@blueprint.get("/<slug>/kart")
def map_page(slug: str) -> str:
    with desk(slug) as at:
        areas = analysis.current_areas(at.db, at.process)
        words = wire.catalogue(processes.catalogue(at.db, at.process.id), current())
        data = page_data(
            slug=slug,
            minimum=at.process.minimum_people,
            catalogue=words,
            feelings=FEELINGS,
            area=plain(at.process.area),
            bounds=at.process.area.bounds,
            vector=url_for("basemap.vector", slug=slug, version=at.process.version),
            heat=heat_addresses(slug),
            hexagons=url_for("plan.hexagons", slug=slug),
            areas=url_for("plan.areas", slug=slug),
            area_card=url_for("plan.area_card", slug=slug, public_id="ID"),
        )
        return render_template(
            "plan/map.html",
            map=maps.planner_map(at.process, service().config),
            data=data,
            catalogue=words,
            arenas=arenas.in_process(at.db, at.process),
            groups=STICKER_GROUPS,
            computed_at=max((area.computed_at for area in areas), default=None),
            **frame(at, "map"),
        )


@blueprint.get("/<slug>/varme/<any(place, route):kind>/<int:z>/<int:x>/<int:y>.png")
def heat_tile(slug: str, kind: str, z: int, x: int, y: int) -> Response:
    """One tile of heat; 204 where nothing may be seen. The ETag is the state of the data under this filter."""
    with desk(slug) as at:
        index = at.index
        tag = f"{index.generation}-{index.version}"
        if request.if_none_match.contains(tag):
            return Response(status=304)
        body = analysis.heat_tile(index, selection(), kind, z, x, y)
    response = Response(body, mimetype="image/png") if body else Response(status=204)
    response.set_etag(tag)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    return response


@blueprint.get("/<slug>/sekskanter")
def hexagons(slug: str) -> Response:
    with desk(slug) as at:
        return jsonify(collection(analysis.hexagon_layer(at.index, at.process, selection())))


@blueprint.get("/<slug>/omrader")
def areas(slug: str) -> Response:
    """Areas with their figures under the filter, the most people first."""
    with desk(slug) as at:
        index, chosen = at.index, selection()
        rows = analysis.current_areas(at.db, at.process)
        if chosen.groups:
            rows = [row for row in rows if row.group in chosen.groups]
        figures = analysis.area_figures(index, rows, chosen)
        inputs = roadmap.inputs_of_areas(at.db, rows)
        listed = [
            {
                "id": row.public_id,
                "group": row.group,
                "people": figures[row.id].people,
                "registrations": figures[row.id].registrations,
                "categories": figures[row.id].categories,
                "inputs": inputs.get(row.id, []),
                "geometry": plain(row.geometry),
            }
            for row in sorted(rows, key=lambda row: -(figures[row.id].people or 0))
        ]
        people, registrations = index.figures(index.rows(chosen))
        shown = people >= at.process.minimum_people
        totals = {"people": people if shown else None, "registrations": registrations if shown else None}
        return jsonify({"areas": listed, "totals": totals, "generation": index.generation})


@blueprint.post("/<slug>/omrader")
def derive_areas(slug: str) -> BaseResponse:
    with desk(slug, write=True) as at:
        analysis.derive_areas(at.db, at.process, at.index, now())
    return redirect(url_for("plan.map_page", slug=slug))


@blueprint.get("/<slug>/omrader/<public_id>")
def area_card(slug: str, public_id: str) -> str:
    """The card beside the map: figures, the words children wrote, and the form that makes a roadmap input."""
    with desk(slug) as at:
        return _area_card(at, public_id, {}, None)


@blueprint.post("/<slug>/omrader/<public_id>/innspill")
def make_input(slug: str, public_id: str) -> str | BaseResponse | tuple[str, int]:
    form = request.form
    try:
        with desk(slug, write=True) as at:
            made = roadmap.from_area(
                at.db,
                at.officer,
                at.process,
                analysis.area(at.db, at.process, public_id),
                title=form.get("title", ""),
                theme=form.get("theme", ""),
                realiser=form.get("realiser", ""),
                text=form.get("text"),
                now=now(),
            )
    except Invalid as refusal:
        with desk(slug) as at:
            return render_template(
                "plan/area_page.html", card=_area_card(at, public_id, dict(form), refusal), **frame(at, "map")
            ), 422
    return redirect(url_for("roadmap.input_page", slug=slug, public_id=made.public_id))


@blueprint.route("/<slug>/arenaer", methods=["GET", "POST"])
def arenas_page(slug: str) -> str:
    """The process's arenas; making a new host link shows its address once."""
    link = None
    if request.method == "POST":
        with desk(slug, write=True) as at:
            token = arenas.create_host_link(
                at.db,
                at.process,
                label=request.form.get("label", ""),
                method=request.form.get("method") or "school_class",
                now=now(),
            )
            base = (service().config.public_url or request.url_root).rstrip("/")
            link = base + url_for("facilitate.classes", token=token)
    return arenas_view(slug, link=link)


def arenas_view(slug: str, *, link: str | None = None, typed: str = "", problem: tuple[str, str] | None = None) -> str:
    """The arenas, with a link just made or a title that was refused."""
    with desk(slug) as at:
        rows = arenas.in_process(at.db, at.process)
        return render_template(
            "plan/arenas.html",
            arenas=rows,
            open_maps=[row for row in rows if row.join_code and arenas.for_residents(row)],
            link=link,
            typed=typed,
            problem=problem,
            **frame(at, "arenas"),
        )


def selection(prefix: str = "") -> Selection:
    """The filter in the address; a page with two of them tells them apart by a prefix. What is empty asks for nothing.
    Raises Invalid for a value that cannot be read.
    """
    asked = request.args.items(multi=True)
    args = MultiDict((name[len(prefix) :], value) for name, value in asked if value and name.startswith(prefix))
    try:
        return Selection(
            kinds=frozenset(args.getlist("kind")),
            groups=frozenset(args.getlist("group")),
            categories=frozenset(args.getlist("category")),
            feelings=frozenset(args.getlist("feeling")),
            modes=frozenset(args.getlist("mode")),
            grades=frozenset(int(grade) for grade in args.getlist("grade")),
            arenas=frozenset(UUID(arena) for arena in args.getlist("arena")),
            since=date.fromisoformat(args["from"]) if "from" in args else None,
            until=date.fromisoformat(args["to"]) if "to" in args else None,
        )
    except ValueError as error:
        raise Invalid("value_unknown", field="filter", offered="kind, group, grade, arena, from, to") from error


def _area_card(at: Desk, public_id: str, form: dict[str, str], refusal: Refusal | None) -> str:
    area = analysis.area(at.db, at.process, public_id)
    said = publication.area_contributions(at.db, at.process, area)
    entries = processes.catalogue(at.db, at.process.id)
    return render_template(
        "plan/area_card.html",
        area=area,
        figures=analysis.area_figures(at.index, [area], selection())[area.id],
        words={code: entry.words.get(current(), code) for code, entry in entries.get(area.group, {}).items()},
        said=_said(said),
        photos=photos.released(at.db, [row.id for row in said]),
        inputs=roadmap.inputs_of_areas(at.db, [area]).get(area.id, []),
        themes=themes(at),
        realisers=REALISERS,
        process=at.process,
        form=form,
        problem=problems.said(refusal),
        problem_field=refusal.field if refusal else None,
    )


@dataclass(frozen=True)
class Said:
    """Words that one or more children wrote about a category."""

    words: str
    category: str
    times: int
    released: bool


def _said(rows: list[Contribution]) -> list[Said]:
    """What was written, the most frequent first; released only if every one of them is."""
    found: dict[tuple[str, str], list[bool]] = {}
    for row in rows:
        words = row.comment or row.own_name
        if words:
            found.setdefault((words, row.category), []).append(row.state == "released")
    said = [Said(words, category, len(states), all(states)) for (words, category), states in found.items()]
    return sorted(said, key=lambda each: -each.times)


def _local(address: str) -> str:
    """An address on this site to go on to, or nothing."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else ""
