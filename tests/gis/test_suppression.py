"""Cross tables: what is withheld stays unknown, asked of a solver that knows everything that is shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.optimize import linprog

from gis.suppression import withheld

K = 5


def with_totals(cells: np.ndarray) -> np.ndarray:
    rows = np.column_stack([cells, cells.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


def possible(table: np.ndarray, hidden: np.ndarray) -> dict[tuple[int, int], tuple[int, int]]:
    """The least and the most that each missing figure can be, for one who knows the rest and that none is nought."""
    rows, columns = table.shape
    sums = []
    for row in range(rows):
        line = np.zeros(table.shape)
        line[row], line[row, -1] = 1, -1
        sums.append(line.ravel())
    for column in range(columns):
        line = np.zeros(table.shape)
        line[:, column], line[-1, column] = 1, -1
        sums.append(line.ravel())
    bounds = [(1, None) if h else (t, t) for t, h in zip(table.ravel(), hidden.ravel(), strict=True)]
    found = {}
    for at in map(tuple, np.argwhere(hidden)):
        wanted = np.zeros(table.shape)
        wanted[at] = 1
        ends = [
            linprog(sign * wanted.ravel(), A_eq=sums, b_eq=np.zeros(len(sums)), bounds=bounds, method="highs")
            for sign in (1, -1)
        ]
        least = round(ends[0].fun)
        most = round(-ends[1].fun) if ends[1].status == 0 else 10**9
        found[at] = (least, most)
    return found


CELLS = arrays.arrays(
    np.int64,
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    elements=st.one_of(st.just(0), st.integers(1, 7), st.integers(0, 60)),
)


@given(CELLS)
def test_no_missing_figure_is_the_only_one_possible(cells: np.ndarray) -> None:
    table = with_totals(cells)
    hidden = withheld(table, K)
    assert all(least < most for least, most in possible(table, hidden).values())


@given(CELLS)
def test_few_are_never_shown_nor_what_is_missing_of_a_line(cells: np.ndarray) -> None:
    table = with_totals(cells)
    hidden = withheld(table, K)
    assert not ((table > 0) & (table < K) & ~hidden).any()
    for figures, gone in ((table, hidden), (table.T, hidden.T)):
        lacking = np.where(gone, figures, 0)[:, :-1].sum(axis=1)
        assert all(n == 0 or n >= K for n in lacking[~gone[:, -1]])


@given(CELLS)
def test_nought_is_shown_and_a_table_of_many_is_whole(cells: np.ndarray) -> None:
    table = with_totals(cells)
    assert not withheld(table, K)[table == 0].any()
    assert not withheld(with_totals(cells + K), K).any()


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        ([[20, 3]], [(0, 0), (0, 1), (1, 0), (1, 1)]),
        ([[20, 9, 3]], [(0, 1), (0, 2), (1, 1), (1, 2)]),
        ([[3, 8, 20], [9, 7, 20], [20, 20, 20]], [(0, 0), (0, 1), (1, 0), (1, 1)]),
    ],
)
def test_the_least_is_withheld_beside(cells: list[list[int]], missing: list[tuple[int, int]]) -> None:
    assert [*map(tuple, np.argwhere(withheld(with_totals(np.array(cells)), K)).tolist())] == missing


def test_a_figure_that_could_only_shrink_below_one_is_not_safe() -> None:
    """Six missing figures in a ring, two of them one person: every line lacks five, and yet each would be known."""
    table = with_totals(np.array([[1, 4, 9], [9, 4, 1], [4, 9, 4]]))
    hidden = withheld(table, K)
    assert all(least < most for least, most in possible(table, hidden).values())
