"""Travel today and travel wished for: how people get about, and how they would rather."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from app.model import Process
from app.services import voices
from app.services.columns import Column
from app.services.index import CATEGORICAL, Selection
from app.services.touched import passing
from gis.suppression import withheld

_CODED = (*CATEGORICAL, "preferred_mode", "participant_id", "registered_on")


@dataclass(frozen=True)
class Travel:
    """People by how they travel (rows) and would rather travel (columns) on ways of which both are told, each once in
    a figure. ``modes`` are the rows and columns, the most travelled first; the last row and column of ``table`` are
    the totals, and -1 stands for what is left out. ``people`` is None where they are too few, ``silent`` the ways of
    which the wish is not told (None where their people are too few).
    """

    modes: list[str]
    table: list[list[int]]
    people: int | None
    silent: int | None


def of(db: Session, process: Process, selection: Selection) -> Travel:
    """Of the ways under a filter."""
    columns, weights = _read(db, process)
    keep = passing(columns, selection) & _told(columns["mode"])
    wished = _told(columns["preferred_mode"])
    person = columns["participant_id"].codes
    minimum = process.minimum_people
    modes, table = _crossed(columns, person, weights, keep & wished)
    people = int(table[-1, -1])
    silent = np.flatnonzero(keep & ~wished)
    hushed = int(weights[np.unique(person[silent])].sum())
    return Travel(
        modes,
        np.where(withheld(table, minimum), -1, table).tolist(),
        people if people >= minimum else None,
        len(silent) if hushed >= minimum else None,
    )


def _crossed(
    columns: dict[str, Column], person: np.ndarray, weights: np.ndarray, keep: np.ndarray
) -> tuple[list[str], np.ndarray]:
    """The modes that occur, and the table with its totals; a person is counted once in each figure."""
    names: dict[str, int] = {}
    today, wish = (
        np.array([names.setdefault(value, len(names)) for value in columns[name].values], np.int64)[columns[name].codes]
        for name in ("mode", "preferred_mode")
    )
    every = len(names)
    table = np.zeros((every + 1, every + 1), np.int64)
    for rows, cols in ((today, wish), (today, None), (None, wish), (None, None)):
        row, col = (np.full(len(person), every) if part is None else part for part in (rows, cols))
        once = np.unique(np.stack([row[keep], col[keep], person[keep]]), axis=1)
        np.add.at(table, (once[0], once[1]), weights[once[2]])
    used = np.flatnonzero(table[:every, -1] + table[-1, :every])
    used = used[np.lexsort((-table[-1, used], -table[used, -1]))]
    at = np.append(used, every)
    spoken = list(names)
    return [spoken[n] for n in used], table[np.ix_(at, at)]


def _told(column: Column) -> np.ndarray:
    return ~column.among(frozenset({None}))


def _read(db: Session, process: Process) -> tuple[dict[str, Column], np.ndarray]:
    """The coded answers of every way, and each participant's people."""
    columns = {name: Column() for name in _CODED}
    codes: dict[str, list[np.ndarray]] = {name: [np.zeros(0, np.int32)] for name in _CODED}
    heads = [np.zeros(0, np.int64)]
    for batch in voices.journeys(db, process):
        for name, column in columns.items():
            codes[name].append(column.encode(batch[name]))
        heads.append(batch["head_count"].to_numpy())
    for name, column in columns.items():
        column.codes = np.concatenate(codes[name])
    weights = np.ones(len(columns["participant_id"].values), np.int64)
    weights[columns["participant_id"].codes] = np.concatenate(heads)
    return columns, weights
