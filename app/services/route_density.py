"""How many people's ways pass through each cell: read at once, without everything else that an index holds."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pyarrow as pa
from sqlalchemy.orm import Session

from app.model import Process
from app.services import voices
from app.services.columns import Ids
from app.services.located import WAITING, Pile
from gis import density, wkb
from gis.density import Cells
from gis.raster import Raster, Window

LEVEL = 20


def of(db: Session, process: Process, window: Window | None = None) -> Raster:
    """Each person once in a cell, cells of fewer than the minimum withheld. The window is the process's area at
    ``LEVEL`` unless another is asked for. Read while ``db`` is open.
    """
    window = window or Window.covering(process.area.bounds, LEVEL)
    ids, weights = [pa.array([], pa.string())], [np.zeros(0, np.int64)]
    pile, waiting = Pile(), deque[Future[None]]()
    first = 0
    with ThreadPoolExecutor(1) as beside:
        for found in voices.walked(db, process):
            ids.append(found["participant_id"])
            weights.append(found["head_count"].to_numpy())
            drawn = wkb.vertices(found["shape"])
            rows, codes = density.touched(drawn.xy, drawn.part, drawn.row_of_part, window.level)
            waiting.append(beside.submit(pile.add, codes, (rows + first).astype(np.uint32)))
            first += len(found["shape"])
            if len(waiting) > WAITING:
                waiting.popleft().result()
        for each in waiting:
            each.result()
    people_ = Ids()
    person = people_.encode(pa.concat_arrays(ids))
    of_person = np.ones(len(people_.values), np.int64)
    of_person[person] = np.concatenate(weights)
    codes, people, _ = density.everyone(pile.cells(), Cells.none(), np.ones(first, bool), person, of_person)
    enough = people >= process.minimum_people
    return window.filled(codes[enough], people[enough])
