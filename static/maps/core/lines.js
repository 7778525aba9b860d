// Lines of [longitude, latitude] positions: length, smoothing, simplification, reshaping, stretches.

const METRES_PER_DEGREE = 111320;
const SMOOTHINGS = 3;
// What a hand drew and what is kept differ by at most the sum of these three: 4.9 metres.
const SMOOTHED_M = 2;
const STROKE_M = 0.7;
const WHOLE_M = 2.2;

/** The most positions a route drawn by hand has; only a scribble that does not fit within five metres is drawn coarser. */
export const MOST_VERTICES = 200;

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
  return kept(line, tolerance).map((i) => line[i]);
}

function kept(line, tolerance) {
  if (line.length < 3) return line.map((_, i) => i);
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
  return line.map((_, i) => i).filter((i) => keep[i]);
}

/** What a finger did as a line without its trembling: within SMOOTHED_M + STROKE_M metres of where it went. */
export function stroke(raw) {
  return simplify(smoothed(raw, SMOOTHED_M), STROKE_M);
}

/** A whole route of at most `most` positions, within WHOLE_M metres of the line if that is enough. */
export function economical(line, most = MOST_VERTICES) {
  let tolerance = STROKE_M;
  let found = simplify(line, tolerance);
  while (found.length > most) {
    tolerance = tolerance < WHOLE_M ? Math.min(tolerance * 1.3, WHOLE_M) : tolerance * 1.3;
    found = simplify(line, tolerance);
  }
  return found;
}

/** Every position drawn towards its neighbours, the ends kept, none moved by more than `most` metres. */
export function smoothed(line, most) {
  let now = line;
  for (let pass = 0; pass < SMOOTHINGS; pass += 1) {
    const earlier = now;
    const mean = (i, axis) => (earlier[i - 1][axis] + 2 * earlier[i][axis] + earlier[i + 1][axis]) / 4;
    now = earlier.map((p, i) => (i === 0 || i === earlier.length - 1 ? p : [mean(i, 0), mean(i, 1)]));
  }
  return now.map((p, i) => {
    const away = distance(line[i], p);
    return away <= most ? p : between(line[i], p, most / away);
  });
}

/** Indices of at most `most` positions for handles to drag, the line's shape kept as well as that allows. */
export function handles(line, most) {
  let tolerance = 2;
  let found = line.map((_, i) => i);
  while (found.length > most) {
    found = kept(line, tolerance);
    tolerance *= 1.25;
  }
  return found;
}

/** The line with position `index` at `to`: what lies between it and positions `low` and `high` follows, less and less. */
export function reshaped(line, low, index, high, to) {
  const run = runs(line);
  const [dx, dy] = [to[0] - line[index][0], to[1] - line[index][1]];
  return line.map((p, i) => {
    if (i === index) return to;
    if (i <= low || i >= high) return p;
    const end = run[i < index ? low : high];
    const share = run[index] === end ? 0 : (run[i] - end) / (run[index] - end);
    return [p[0] + share * dx, p[1] + share * dy];
  });
}

/** The position at a fraction (0 to 1) of the line's length. */
export function at(line, fraction) {
  const [i, share] = spot(runs(line), fraction);
  return between(line[i], line[i + 1], share);
}

/** The fraction of the line's length at its point nearest to `position`. */
export function fractionAt(line, position) {
  const run = runs(line);
  let best = { away: Infinity, run: 0 };
  for (let i = 0; i + 1 < line.length; i += 1) {
    const share = alongSegment(position, line[i], line[i + 1]);
    const away = distance(position, between(line[i], line[i + 1], share));
    if (away < best.away) best = { away, run: run[i] + share * (run[i + 1] - run[i]) };
  }
  return best.run / run.at(-1);
}

/** The line cut at growing fractions of its length: one piece more than there are fractions. */
export function pieces(line, fractions) {
  const run = runs(line);
  const made = [[line[0]]];
  let next = 1;
  for (const fraction of fractions) {
    const [i, share] = spot(run, fraction);
    while (next <= i) made.at(-1).push(line[next++]);
    const here = between(line[i], line[i + 1], share);
    made.at(-1).push(here);
    made.push([here]);
  }
  made.at(-1).push(...line.slice(next));
  return made;
}

/** Metres from the line's start to each of its positions. */
function runs(line) {
  const run = [0];
  for (let i = 1; i < line.length; i += 1) run.push(run[i - 1] + distance(line[i - 1], line[i]));
  return run;
}

/** Segment and share of it at a fraction of the whole. */
function spot(run, fraction) {
  const wanted = Math.max(0, Math.min(1, fraction)) * run.at(-1);
  let i = 0;
  while (i < run.length - 2 && run[i + 1] < wanted) i += 1;
  const size = run[i + 1] - run[i];
  return [i, size === 0 ? 0 : (wanted - run[i]) / size];
}

function between(a, b, share) {
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
}

/** How far along the segment a-b its point nearest to `p` lies, from 0 to 1. */
function alongSegment(p, a, b) {
  const scale = Math.cos(a[1] * (Math.PI / 180));
  const [px, py] = [(p[0] - a[0]) * scale, p[1] - a[1]];
  const [bx, by] = [(b[0] - a[0]) * scale, b[1] - a[1]];
  const square = bx * bx + by * by;
  return square === 0 ? 0 : Math.max(0, Math.min(1, (px * bx + py * by) / square));
}

/** Metres from `p` to the segment a-b. */
function offset(p, a, b) {
  const share = alongSegment(p, a, b);
  return distance(p, between(a, b, share));
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
