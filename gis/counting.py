"""Compiled loops over sorted cells: putting them in order, choosing rows, counting each person once."""

from __future__ import annotations

import numpy as np
from numba import njit

_DIGIT = 11


@njit(cache=True, nogil=True)
def ordered(codes: np.ndarray, rows: np.ndarray, room: np.ndarray, room_2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both sorted by code, in their order where codes are equal: by digits, of those bits in which codes differ. All
    four arrays are written over; two of them are the answer.
    """
    differing = np.uint64(0)
    for n in range(1, len(codes)):
        differing |= codes[n] ^ codes[0]
    shift = np.uint64(0)
    a, ra, b, rb = codes, rows, room, room_2
    last = np.uint64((1 << _DIGIT) - 1)
    while differing >> shift:
        if (differing >> shift) & last:
            starts = np.zeros(1 << _DIGIT, np.int64)
            for n in range(len(a)):
                starts[(a[n] >> shift) & last] += 1
            before = 0
            for digit in range(len(starts)):
                starts[digit], before = before, before + starts[digit]
            for n in range(len(a)):
                digit_ = (a[n] >> shift) & last
                b[starts[digit_]], rb[starts[digit_]] = a[n], ra[n]
                starts[digit_] += 1
            a, b, ra, rb = b, a, rb, ra
        shift += np.uint64(_DIGIT)
        if shift >= np.uint64(64):
            break
    return a, ra


@njit(cache=True, nogil=True)
def merged(
    a: tuple[np.ndarray, np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two of sorted codes, starts and rows as one; where both have a code, the rows of ``a`` come first."""
    codes = np.empty(len(a[0]) + len(b[0]), np.uint64)
    starts = np.empty(len(codes) + 1, np.int64)
    rows = np.empty(len(a[2]) + len(b[2]), np.uint32)
    i = j = cells = found = 0
    while i < len(a[0]) or j < len(b[0]):
        of_a = j == len(b[0]) or (i < len(a[0]) and a[0][i] <= b[0][j])
        of_b = i == len(a[0]) or (j < len(b[0]) and b[0][j] <= a[0][i])
        codes[cells], starts[cells] = a[0][i] if of_a else b[0][j], found
        if of_a:
            for k in range(a[1][i], a[1][i + 1]):
                rows[found] = a[2][k]
                found += 1
            i += 1
        if of_b:
            for k in range(b[1][j], b[1][j + 1]):
                rows[found] = b[2][k]
                found += 1
            j += 1
        cells += 1
    starts[cells] = found
    return codes[:cells].copy(), starts[: cells + 1].copy(), rows


@njit(cache=True, nogil=True)
def chosen(
    codes: np.ndarray, starts: np.ndarray, rows: np.ndarray, becomes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes, starts and rows of those rows whose new number ``becomes[row]`` is not negative."""
    new_codes, new_starts = np.empty_like(codes), np.zeros(len(codes) + 1, starts.dtype)
    new_rows = np.empty_like(rows)
    cells = found = 0
    for n in range(len(codes)):
        before = found
        for at in range(starts[n], starts[n + 1]):
            if becomes[rows[at]] >= 0:
                new_rows[found] = becomes[rows[at]]
                found += 1
        if found > before:
            new_codes[cells] = codes[n]
            cells += 1
            new_starts[cells] = found
    return new_codes[:cells].copy(), new_starts[: cells + 1].copy(), new_rows[:found].copy()


@njit(cache=True, nogil=True)
def people(
    base: tuple[np.ndarray, np.ndarray, np.ndarray],
    recent: tuple[np.ndarray, np.ndarray, np.ndarray],
    shift: np.uint64,
    who: tuple[np.ndarray, np.ndarray, np.ndarray],
    seen: tuple[np.ndarray, np.uint64, bool],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes shifted to the right, the distinct people (weighted) in each, and how often rows are in its cells.

    ``base`` and ``recent`` are sorted codes, starts and rows, read as one. ``who``: which rows count, the person of
    each row, the weight of each person. ``seen``: sorted codes of blocks, how far a code is shifted to be that of its
    block, and whether other blocks count too.
    """
    stamp = np.full(len(who[2]), -1, np.int64)
    most = _groups(base[0], shift) + _groups(recent[0], shift)
    out, count, times = np.empty(most, np.uint64), np.empty(most, np.int32), np.empty(most, np.int64)
    i = j = found = at = at_2 = 0
    while i < len(base[0]) or j < len(recent[0]):
        if j == len(recent[0]) or (i < len(base[0]) and base[0][i] <= recent[0][j]):
            group = base[0][i] >> shift
        else:
            group = recent[0][j] >> shift
        i, at, here, often = _group(base, i, group, shift, who, seen, at, stamp, found)
        j, at_2, more, again = _group(recent, j, group, shift, who, seen, at_2, stamp, found)
        if often + again:
            out[found], count[found], times[found] = group, here + more, often + again
            found += 1
    return out[:found].copy(), count[:found].copy(), times[:found].copy()


@njit(cache=True, nogil=True)
def _group(
    cells: tuple[np.ndarray, np.ndarray, np.ndarray],
    n: int,
    group: np.uint64,
    shift: np.uint64,
    who: tuple[np.ndarray, np.ndarray, np.ndarray],
    seen: tuple[np.ndarray, np.uint64, bool],
    at: int,
    stamp: np.ndarray,
    mark: int,
) -> tuple[int, int, int, int]:
    """Count the cells of one group from the n-th on, people without this group's ``mark`` in ``stamp`` only."""
    codes, starts, rows = cells
    keep, person, weights = who
    blocks, block_shift, every = seen
    here, often = 0, 0
    while n < len(codes) and codes[n] >> shift == group:
        block = codes[n] >> block_shift
        while not every and at < len(blocks) and blocks[at] < block:
            at += 1
        if every or (at < len(blocks) and blocks[at] == block):
            for k in range(starts[n], starts[n + 1]):
                if keep[rows[k]]:
                    often += 1
                    if stamp[person[rows[k]]] != mark:
                        stamp[person[rows[k]]] = mark
                        here += weights[person[rows[k]]]
        n += 1
    return n, at, here, often


@njit(cache=True, nogil=True)
def _groups(codes: np.ndarray, shift: np.uint64) -> int:
    found = 0
    for n in range(len(codes)):
        if n == 0 or codes[n] >> shift != codes[n - 1] >> shift:
            found += 1
    return found
