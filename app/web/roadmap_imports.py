"""Rows of a spreadsheet into the roadmap: choose the file, see what each row would become, then store all or none."""

from __future__ import annotations

import base64
import binascii
from pathlib import PurePath

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from app.errors import Invalid, Refusal, TooLarge
from app.model.roadmap import INPUT_KINDS, REALISERS
from app.services import roadmap_imports, sheets
from app.services.roadmap_imports import CODED, CODES, FIELDS, Mapping, Report
from app.services.sheets import Sheet
from app.web import access, problems
from app.web.desk import Desk, desk, frame, themes
from app.web.service import now

blueprint = Blueprint("roadmap_imports", __name__, url_prefix="/plan/<slug>/veikart/import")
MOST_FORM = 2 * sheets.MOST_BYTES
MOST_SHOWN = 100


@blueprint.get("")
def page(slug: str) -> str:
    with desk(slug) as at:
        return _page(at)


@blueprint.post("")
@access.csrf.exempt
def receive(slug: str) -> str | tuple[str, int]:
    """Nothing of the file is kept until it is stored: between two steps the page itself carries it."""
    request.max_content_length = request.max_form_memory_size = MOST_FORM
    with desk(slug) as at:
        try:
            body, called = _sent()
            sheet = sheets.read(body, called)
        except Refusal as refusal:
            return _page(at, refusal=refusal), problems.STATUS[type(refusal)]
    mapping = _mapping(sheet)
    if request.form.get("do") == "store":
        return _stored(slug, sheet, mapping, body, called)
    with desk(slug) as at:
        return _tried(at, sheet, mapping, body, called)


def _stored(slug: str, sheet: Sheet, mapping: Mapping, body: bytes, called: str) -> str | tuple[str, int]:
    try:
        with desk(slug, write=True) as at:
            roadmap_imports.alone(at.db, at.process)
            report = roadmap_imports.tried(at.db, at.process, sheet, mapping, called)
            made = roadmap_imports.store(at.db, at.officer, at.process, report, now())
    except Invalid as refusal:
        with desk(slug) as at:
            return _tried(at, sheet, mapping, body, called, refusal)
    with desk(slug) as at:
        return _page(at, made=made, report=report)


def _tried(
    at: Desk, sheet: Sheet, mapping: Mapping, body: bytes, called: str, refusal: Refusal | None = None
) -> str | tuple[str, int]:
    """What would become of each row, with the mapping to change and the file carried along."""
    report = None
    try:
        report = roadmap_imports.tried(at.db, at.process, sheet, mapping, called)
    except Invalid as wrong:
        refusal = wrong
    carried = base64.b64encode(body).decode()
    html = _page(at, refusal=refusal, report=report, sheet=sheet, mapping=mapping, carried=carried, called=called)
    return (html, 422) if refusal else html


def _sent() -> tuple[bytes, str]:
    """The file chosen now, or the one that the page carries. The form is too large to be read before the limit is
    known, so the token against forged requests is looked at here.
    """
    if (request.content_length or 0) > MOST_FORM:
        raise TooLarge("file_too_large", field="file", file="–", most=sheets.MOST_BYTES // 1_000_000)
    access.own_form()
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        return sent.read(), PurePath(sent.filename.replace("\\", "/")).name[-120:]
    if not request.form.get("carried"):
        raise Invalid("field_missing", field="file")
    called = PurePath(request.form.get("called", "")).name[-120:]
    try:
        return base64.b64decode(request.form["carried"], validate=True), called
    except (binascii.Error, ValueError) as error:
        raise Invalid("sheet_unreadable", field="file", file=called) from error


def _mapping(sheet: Sheet) -> Mapping:
    """What was chosen on the page; what the names of the columns suggest when the file has just come."""
    form = request.form
    if "carried" not in form:
        return roadmap_imports.guess(sheet)
    columns = {name: form[f"column_{name}"] for name in FIELDS if form.get(f"column_{name}")}
    return Mapping(columns, {name: form[f"default_{name}"] for name in CODED if form.get(f"default_{name}")})


def _page(
    at: Desk,
    *,
    refusal: Refusal | None = None,
    report: Report | None = None,
    sheet: Sheet | None = None,
    mapping: Mapping | None = None,
    carried: str = "",
    called: str = "",
    made: list[str] | None = None,
) -> str:
    refused = report.refused[:MOST_SHOWN] if report else []
    return render_template(
        "plan/roadmap_import.html",
        report=report,
        refused=[(row, problems.field_word(each.field), problems.said(each)) for row, each in refused],
        sheet=sheet,
        mapping=mapping,
        carried=carried,
        called=called,
        made=made,
        fields={name: problems.field_word(name) for name in FIELDS},
        coded={"theme": tuple(themes(at)), "kind": INPUT_KINDS, "realiser": REALISERS, "status": CODES["status"]},
        themes=themes(at),
        suffixes=sheets.SUFFIXES,
        most_mb=sheets.MOST_BYTES // 1_000_000,
        most_rows=sheets.MOST_ROWS,
        no_column=_("none of them"),
        problem=problems.said(refusal),
        **frame(at, "roadmap"),
    )
