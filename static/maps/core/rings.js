// Outlines of areas: rings of [longitude, latitude] positions, first not repeated at the end.

import { distance } from "./lines.js";

const METRES_PER_DEGREE = 111320;
const CORNERS = 24;

/** Whether a line of positions crosses itself; with `closed`, also by the edge from its last position to its first. */
export function crosses(line, { closed = false } = {}) {
  return firstCrossing(closed ? [...line, line[0]] : line) !== null;
}

/** Square metres inside a ring, on a plane that is right for its latitude. */
export function size(ring) {
  if (ring.length < 3) return 0;
  const scale = Math.cos(ring[0][1] * (Math.PI / 180));
  let twice = 0;
  ring.forEach(([x, y], i) => {
    const [u, v] = ring[(i + 1) % ring.length];
    twice += (x - ring[0][0]) * (v - ring[0][1]) - (u - ring[0][0]) * (y - ring[0][1]);
  });
  return (Math.abs(twice) / 2) * scale * METRES_PER_DEGREE ** 2;
}

/** The ring a hand meant: ends that overshoot are cut off where they cross. null if it crosses itself more than that. */
export function loop(stroke) {
  const found = firstCrossing(stroke);
  const ring = found ? [found.at, ...stroke.slice(found.i + 1, found.j + 1)] : stroke;
  const whole = size(ring) > size(stroke) / 2 && ring.length > 2;
  return whole && !crosses(ring, { closed: true }) ? ring : null;
}

/** A ring of corners at so many metres from a position. */
export function circle([x, y], metres) {
  const [up, out] = [metres / METRES_PER_DEGREE, metres / METRES_PER_DEGREE / Math.cos(y * (Math.PI / 180))];
  return Array.from({ length: CORNERS }, (_, i) => (i / CORNERS) * 2 * Math.PI).map((turn) => [x + out * Math.cos(turn), y + up * Math.sin(turn)]);
}

/** The middle of a ring's area, for a badge. */
export function middle(ring) {
  let [sum, x, y] = [0, 0, 0];
  const [ox, oy] = ring[0];
  ring.forEach(([a, b], i) => {
    const [c, d] = ring[(i + 1) % ring.length];
    const part = (a - ox) * (d - oy) - (c - ox) * (b - oy);
    sum += part;
    x += part * (a + c - 2 * ox);
    y += part * (b + d - 2 * oy);
  });
  return sum === 0 ? ring[0] : [ox + x / (3 * sum), oy + y / (3 * sum)];
}

/** A GeoJSON Polygon of a ring, counter-clockwise and closed. */
export function polygon(ring) {
  const turned = signed(ring) < 0 ? ring.slice().reverse() : ring;
  return { type: "Polygon", coordinates: [[...turned, turned[0]]] };
}

/** Positions without those that lie within a centimetre of the one before. */
export function distinct(ring) {
  return ring.filter((position, i) => i === 0 || distance(position, ring[i - 1]) > 0.01);
}

function signed(ring) {
  return ring.reduce((sum, [x, y], i) => {
    const [u, v] = ring[(i + 1) % ring.length];
    return sum + (x * v - u * y);
  }, 0);
}

/** {i, j, at}: the first edges that cross or touch without being neighbours, and where; null if none do. */
function firstCrossing(line) {
  const closed = line.length > 3 && line[0] === line.at(-1);
  for (let i = 0; i < line.length - 1; i += 1) {
    for (let j = line.length - 2; j > i + 1; j -= 1) {
      if (closed && i === 0 && j === line.length - 2) continue;
      const at = meet(line[i], line[i + 1], line[j], line[j + 1]);
      if (at) return { i, j, at };
    }
  }
  return null;
}

function meet([ax, ay], [bx, by], [cx, cy], [dx, dy]) {
  const across = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx);
  if (across === 0) return null;
  const t = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / across;
  const u = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / across;
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? [ax + t * (bx - ax), ay + t * (by - ay)] : null;
}
