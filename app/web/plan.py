"""The planner's pages: sign in, the map with its areas, the roadmap."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from app import maps
from app.errors import Invalid, Refusal, Unauthenticated
from app.model.catalogue import FEELINGS, STICKER_GROUPS
from app.model.roadmap import REALISERS
from app.services import (
    analysis,
    area_history,
    area_words,
    arenas,
    heads,
    methods,
    notes,
    occasions,
    processes,
    roadmap,
    staff,
)
from app.services.index import Selection
from app.web import access, problems, wire
from app.web import area_history as area_telling
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
        latest = area_history.latest(at.db, at.process)
        words = wire.catalogue(processes.catalogue(at.db, at.process.id), current())
        data = page_data(
            slug=slug,
            minimum=at.process.minimum_people,
            catalogue=words,
            feelings=FEELINGS,
            area=plain(at.process.area),
            bounds=at.process.area.bounds,
            vector=url_for("basemap.vector", slug=slug, version=at.process.version),
            heat=heat_addresses(slug, analysis.HEAT),
            scales={kind: url_for("heat.scale", slug=slug, kind=kind) for kind in analysis.HEAT},
            pictures={kind: url_for("heat.picture", slug=slug, kind=kind) for kind in analysis.HEAT},
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
            latest=latest,
            changes=area_telling.changes(latest) if latest else "",
            **frame(at, "map"),
        )


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
        if chosen.categories:
            rows = [row for row in rows if row.category is None or row.category in chosen.categories]
        figures = analysis.area_figures(index, rows, chosen)
        inputs = roadmap.inputs_of_areas(at.db, rows)
        listed = [
            {
                "id": row.public_id,
                "group": row.group,
                "category": row.category,
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
        return jsonify({"areas": listed, "totals": totals, "edition": index.edition})


@blueprint.post("/<slug>/omrader")
def derive_areas(slug: str) -> BaseResponse:
    """Looking for them takes seconds where there is much: only storing them keeps others from writing."""
    with desk(slug) as at:
        form = request.form
        found = analysis.find_areas(at.index, by=form.get("by") or "group", method=form.get("method") or "dbscan")
    with desk(slug, write=True) as at:
        area_history.keep(at.db, at.process, found, now())
    return redirect(url_for("plan.map_page", slug=slug, _anchor="computed"))


@blueprint.get("/<slug>/omrader/<public_id>")
def area_card(slug: str, public_id: str) -> str | BaseResponse:
    """The card beside the map: figures, what children wrote, history, and the form that makes a roadmap input.

    Who opens its address comes to the map with the card beside it.
    """
    with desk(slug) as at:
        if request.headers.get("Sec-Fetch-Mode") == "navigate":
            area = analysis.area(at.db, at.process, public_id)
            return redirect(url_for("plan.map_page", slug=slug, area=area.public_id))
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
            groups=occasions.of_process(at.db, at.process),
            heads=heads.of_process(at.db, at.process),
            counts=notes.counted(at.db, at.process),
            methods=methods.table().values(),
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
            seasons=frozenset(args.getlist("season")),
        )
    except ValueError as error:
        raise Invalid("value_unknown", field="filter", offered="kind, group, grade, arena, from, to") from error


def _area_card(at: Desk, public_id: str, form: dict[str, str], refusal: Refusal | None) -> str:
    slug, area = at.process.slug, analysis.area(at.db, at.process, public_id)
    entries = processes.catalogue(at.db, at.process.id)
    there = area_history.there_now(at.db, at.process, area) if area.state == "gone" else []
    history = area_history.of(at.db, [area])[area.id]
    return render_template(
        "plan/area_card.html",
        area=area,
        figures=analysis.area_figures(at.index, [area], selection())[area.id],
        words={code: entry.words.get(current(), code) for code, entry in entries.get(area.group, {}).items()},
        written=area_words.written(at.db, at.process, area),
        photos=area_words.released_photos(at.db, at.process, area),
        history=area_telling.told(slug, history),
        ended=history[-1].event if history else "",
        outline=plain(area.geometry),
        there=area_telling.links(slug, [each.public_id for each in there]),
        inputs=roadmap.inputs_of_areas(at.db, [area]).get(area.id, []),
        themes=themes(at),
        realisers=REALISERS,
        process=at.process,
        form=form,
        **problems.shown(refusal),
    )


def _local(address: str) -> str:
    """An address on this site to go on to, or nothing."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else ""
