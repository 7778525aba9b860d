// Lines of [longitude, latitude] positions: length, simplification, joining of strokes.

const METRES_PER_DEGREE = 111320;

/** Metres between two positions, on a plane that is right for their latitude. */
export function distance(a, b) {
  const x = (b[0] - a[0]) * Math.cos(((a[1] + b[1]) / 2) * (Math.PI / 180)) * METRES_PER_DEGREE;
  const y = (b[1] - a[1]) * METRES_PER_DEGREE;
  return Math.hypot(x, y);
}

/** Metres along a line. */
export function length(line) {
  let sum = 0;
  for (let i = 1; i < line.length; i += 1) sum += distance(line[i - 1], line[i]);
  return sum;
}

/** Douglas-Peucker: the fewest of the line's own positions that stay within `tolerance` metres of it. */
export function simplify(line, tolerance) {
  if (line.length < 3) return line.slice();
  const keep = new Uint8Array(line.length);
  keep[0] = keep[line.length - 1] = 1;
  const stack = [[0, line.length - 1]];
  while (stack.length > 0) {
    const [first, last] = stack.pop();
    let farthest = -1;
    let most = tolerance;
    for (let i = first + 1; i < last; i += 1) {
      const away = offset(line[i], line[first], line[last]);
      if (away > most) [farthest, most] = [i, away];
    }
    if (farthest > 0) {
      keep[farthest] = 1;
      stack.push([first, farthest], [farthest, last]);
    }
  }
  return line.filter((_, i) => keep[i]);
}

/** At most `most` positions for handles to drag, the line's shape kept as well as that allows. */
export function handles(line, most) {
  let tolerance = 2;
  let found = line;
  while (found.length > most) {
    found = simplify(line, tolerance);
    tolerance *= 1.6;
  }
  return found;
}

/** Metres from `p` to the segment a-b. */
function offset(p, a, b) {
  const scale = Math.cos(a[1] * (Math.PI / 180));
  const [px, py] = [(p[0] - a[0]) * scale, p[1] - a[1]];
  const [bx, by] = [(b[0] - a[0]) * scale, b[1] - a[1]];
  const square = bx * bx + by * by;
  const along = square === 0 ? 0 : Math.max(0, Math.min(1, (px * bx + py * by) / square));
  return Math.hypot(px - along * bx, py - along * by) * METRES_PER_DEGREE;
}

/** Positions with six decimals, about ten centimetres. */
export function rounded(line) {
  return line.map(([x, y]) => [Number(x.toFixed(6)), Number(y.toFixed(6))]);
}

/** Whether a position lies in a GeoJSON Polygon or MultiPolygon (holes respected). */
export function inside(area, [x, y]) {
  const polygons = area.type === "MultiPolygon" ? area.coordinates : [area.coordinates];
  return polygons.some((rings) => rings.filter((ring) => inRing(ring, x, y)).length % 2 === 1);
}

function inRing(ring, x, y) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}
