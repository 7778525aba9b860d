// A way from stop to stop. Between two stops on one street it follows the street; elsewhere it is straight, or whatever
// `between(a, b)` (positions → positions, or null) knows better, such as a street network.

import { foot } from "./gazetteer.js";
import { distance, simplify } from "./lines.js";

const ON_STREET_M = 30;
const GAP_M = 30;
const SHAPE_M = 1;

/** The line through `stops` (gazetteer entries, in order) as positions. */
export function wayThrough(gazetteer, stops, between = () => null) {
  const line = [stops[0].at];
  for (let i = 1; i < stops.length; i += 1) line.push(...stretch(gazetteer, stops[i - 1], stops[i], between).slice(1));
  return simplify(distinct(line), SHAPE_M);
}

function stretch(gazetteer, from, to, between) {
  const shared = from.streets.filter((number) => to.streets.includes(number));
  for (const number of shared) {
    const found = alongStreet(gazetteer.streets[number].lines, from.at, to.at);
    if (found) return [from.at, ...found, to.at];
  }
  return between(from.at, to.at) ?? [from.at, to.at];
}

/** The street's own positions from near `a` to near `b`, or null if its stretches do not lead there. */
export function alongStreet(lines, a, b) {
  const [start, end] = [onto(lines, a), onto(lines, b)];
  if (!start || !end) return null;
  if (start.line === end.line) return piece(lines[start.line], start, end);
  const way = chain(lines, start, end);
  if (!way) return null;
  const positions = [];
  let from = start;
  for (const { line, out, into } of way) {
    positions.push(...piece(lines[line], from, endOf(lines[line], out)));
    from = into;
  }
  positions.push(...piece(lines[end.line], from, end));
  return positions;
}

/** The nearest position on the lines: {line, segment, along, at}, or null if none is near. */
function onto(lines, position) {
  let best = null;
  lines.forEach((line, number) => {
    for (let i = 1; i < line.length; i += 1) {
      const { at, along, metres } = foot(position, line[i - 1], line[i]);
      if (metres <= (best?.metres ?? ON_STREET_M)) best = { line: number, segment: i - 1, along, at, metres };
    }
  });
  return best;
}

/** A line from one of its positions to another, in that direction. */
function piece(line, from, to) {
  const [a, b] = [from.segment + from.along, to.segment + to.along];
  const inner = line.filter((_, i) => i > Math.min(a, b) && i < Math.max(a, b));
  if (a > b) inner.reverse();
  return [from.at, ...inner, to.at];
}

function endOf(line, last) {
  return last
    ? { segment: line.length - 2, along: 1, at: line.at(-1) }
    : { segment: 0, along: 0, at: line[0] };
}

/** The fewest stretches, end to end, that lead from one line to another: [{line, out, into}] or null. */
function chain(lines, start, end) {
  const came = new Map([[start.line, null]]);
  const queue = [start.line];
  while (queue.length > 0 && !came.has(end.line)) {
    const line = queue.shift();
    for (const step of leading(lines, line)) {
      if (came.has(step.to)) continue;
      came.set(step.to, { line, ...step });
      queue.push(step.to);
    }
  }
  if (!came.has(end.line)) return null;
  const way = [];
  for (let step = came.get(end.line); step; step = came.get(step.line)) way.unshift(step);
  return way;
}

/** The lines that begin where this one ends. */
function leading(lines, line) {
  const steps = [];
  lines.forEach((other, to) => {
    if (to === line) return;
    for (const out of [false, true]) {
      for (const enters of [false, true]) {
        const [leaves, into] = [endOf(lines[line], out), endOf(other, enters)];
        if (distance(leaves.at, into.at) <= GAP_M) steps.push({ to, out, into });
      }
    }
  });
  return steps;
}

function distinct(line) {
  return line.filter((at, i) => i === 0 || distance(at, line[i - 1]) > 0.05);
}
