// The process's named places, streets and crossings, decoded from the compact list the server keeps. An entry is
//   {key, kind, name, near, at: [lon, lat], streets, lines}
// `kind` is a kind of place, "street" or "crossing"; `near` tells namesakes apart; `streets` are the numbers of the
// streets an entry lies on; `lines` are a street's own stretches. `key` stays the same while the names do.

import { distance } from "./lines.js";

const SAME_M = 4;

export class Gazetteer {
  constructor({ unit, places, streets, crossings }) {
    const at = (x, y) => [round(x * unit), round(y * unit)];
    this.places = places.map(([kind, name, near, x, y]) => entry(kind, name, near, at(x, y)));
    this.streets = streets.map(([name, near, x, y, parts], number) => ({
      ...entry("street", name, near, at(x, y)),
      streets: [number],
      ...shape(parts.map((part) => line(part, unit))),
    }));
    this.crossings = crossings.map(([a, b, near, x, y]) => ({
      ...entry("crossing", `${streets[a][0]} × ${streets[b][0]}`, near || twins(streets, a, b), at(x, y)),
      streets: [a, b],
    }));
    this.entries = [...this.places, ...this.streets, ...this.crossings];
    this.keys = new Map(this.entries.map((each) => [each.key, each]));
  }

  get empty() {
    return this.entries.length === 0;
  }

  /** The entry of a key, or null when the list has changed. */
  find(key) {
    return this.keys.get(key) ?? null;
  }

  /** The place or street nearest to a position, and metres to it: {entry, metres}, or null. */
  nearest(position) {
    let best = null;
    for (const each of this.places) best = closer(best, each, distance(each.at, position));
    for (const each of this.streets) {
      const most = best?.metres ?? Infinity;
      if (distance(within(each.box, position), position) < most) best = closer(best, each, away(each.lines, position, most));
    }
    return best;
  }

  /** The entry that stands just there, or null. */
  exactly(position) {
    const there = (each) => distance(each.at, position) < SAME_M;
    return this.places.find(there) ?? this.crossings.find(there) ?? this.streets.find(there) ?? null;
  }
}

function entry(kind, name, near, at) {
  return { key: `${kind}/${name}/${near}/${at.map((value) => value.toFixed(4))}`, kind, name, near, at, streets: [], lines: [] };
}

function shape(lines) {
  const [x, y] = [0, 1].map((axis) => lines.flat().map((position) => position[axis]));
  const ends = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [180, -180]);
  return { lines, box: [ends(x), ends(y)] };
}

/** The position of a box that is nearest to another position. */
function within(box, position) {
  return position.map((value, axis) => Math.max(box[axis][0], Math.min(box[axis][1], value)));
}

/** Crossings of namesake streets are told apart as the streets are. */
function twins(streets, a, b) {
  return streets[a][1] || streets[b][1];
}

function line(steps, unit) {
  const positions = [];
  let [x, y] = [0, 0];
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    positions.push([round(x * unit), round(y * unit)]);
  }
  return positions;
}

function round(degrees) {
  return Number(degrees.toFixed(6));
}

function closer(best, each, metres) {
  return best === null || metres < best.metres ? { entry: each, metres } : best;
}

/** Metres from a position to the nearest vertex or stretch of some lines, or `most` where that is not closer. */
function away(lines, position, most) {
  let best = most;
  for (const each of lines) {
    for (let i = 1; i < each.length; i += 1) best = Math.min(best, foot(position, each[i - 1], each[i]).metres);
  }
  return best;
}

/** The position on a-b nearest to `p`: {at, along (0 to 1), metres}. */
export function foot(p, a, b) {
  const scale = Math.cos(a[1] * (Math.PI / 180));
  const [bx, by] = [(b[0] - a[0]) * scale, b[1] - a[1]];
  const square = bx * bx + by * by;
  const dot = (p[0] - a[0]) * scale * bx + (p[1] - a[1]) * by;
  const along = square === 0 ? 0 : Math.max(0, Math.min(1, dot / square));
  const at = [a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])];
  return { at, along, metres: distance(p, at) };
}
