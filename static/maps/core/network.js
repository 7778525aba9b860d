// The streets of a process, read from one compact file (gis/network.py writes it) and routed here: no drawing is sent to
// a router. Positions are [longitude, latitude]; inside, everything is metres on a plane right for the network's middle.

import { bytes } from "./api.js";

const MAGIC = [83, 78, 87, 49];
const UNIT = 1e-6;
const METRES_PER_DEGREE = 111320;
const CELL_M = 120;
const NONE = -1;

/** The network at an address, or null where it cannot be had: drawing goes on without it. */
export async function networkAt(address) {
  try {
    return new Network(await bytes(address));
  } catch {
    return null;
  }
}

export class Network {
  /** `bytes` is a Uint8Array or ArrayBuffer. Throws RangeError if it is no network. */
  constructor(bytes) {
    const [n, m, v, take] = header(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes);
    this.nodes = n;
    this.edges = m;
    const start = [zag(take()), zag(take())];
    const x = running(n, take, start[0]);
    const y = running(n, take, start[1]);
    const edges = ends(m, take);
    this.from = edges.from;
    this.to = edges.to;
    this.#place(x, y, bends(v, take, edges, x, y));
    this.#measure();
    this.#connect();
    this.#index();
    this.cost = new Float64Array(n);
    this.came = new Int32Array(n);
    this.seen = new Int32Array(n);
    this.round = 0;
  }

  /** The nearest point on a street within `tolerance` metres: {edge, along, position, away}, or null. */
  nearest(position, tolerance) {
    const [px, py] = this.#metric(position);
    let best = null;
    let least = tolerance;
    for (const s of this.#around(px, py, tolerance)) {
      const [ax, ay, bx, by] = [this.x[s], this.y[s], this.x[s + 1], this.y[s + 1]];
      const square = (bx - ax) ** 2 + (by - ay) ** 2;
      const t = square === 0 ? 0 : Math.max(0, Math.min(1, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / square));
      const [qx, qy] = [ax + t * (bx - ax), ay + t * (by - ay)];
      const away = Math.hypot(px - qx, py - qy);
      if (away > least || (best && away === least)) continue;
      least = away;
      best = { edge: this.owner[s], along: this.run[s] + t * Math.sqrt(square), x: qx, y: qy, away };
    }
    return best && { ...best, position: this.#degrees(best.x, best.y) };
  }

  /** The shortest way along the streets between two answers of `nearest`: {positions, metres}, or null if there is none. */
  way(a, b) {
    const found = this.#search(a, b);
    if (found === null) return null;
    const line = found.direct ? this.#part(a.edge, a.along, b.along) : this.#follow(a, b, found);
    return { positions: distinct(line), metres: found.metres };
  }

  /** A* (Hart, Nilsson, Raphael 1968) from the point on one edge to the point on another. */
  #search(a, b) {
    this.round += 1;
    const heap = new Heap();
    const goal = new Map();
    let best = { metres: Infinity, node: NONE, direct: false };
    if (a.edge === b.edge) best = { metres: Math.abs(a.along - b.along), node: NONE, direct: true };
    const size = this.length[b.edge];
    for (const [node, rest] of [[this.from[b.edge], b.along], [this.to[b.edge], size - b.along]]) {
      goal.set(node, Math.min(rest, goal.get(node) ?? Infinity));
    }
    const guess = (node) => Math.hypot(this.nodeX[node] - b.x, this.nodeY[node] - b.y);
    const reach = (node, metres, edge) => {
      if (this.seen[node] === this.round && this.cost[node] <= metres) return;
      this.seen[node] = this.round;
      this.cost[node] = metres;
      this.came[node] = edge;
      heap.push(node, metres + guess(node));
    };
    reach(this.from[a.edge], a.along, NONE);
    reach(this.to[a.edge], this.length[a.edge] - a.along, NONE);
    while (heap.size > 0) {
      const { node, key } = heap.pop();
      if (key >= best.metres) break;
      const metres = this.cost[node];
      if (key > metres + guess(node) + 1e-9) continue;
      const rest = goal.get(node);
      if (rest !== undefined && metres + rest < best.metres) best = { metres: metres + rest, node, direct: false };
      for (let i = this.first[node]; i < this.first[node + 1]; i += 1) {
        const edge = this.beside[i];
        const following = this.from[edge] === node ? this.to[edge] : this.from[edge];
        reach(following, metres + this.length[edge], edge);
      }
    }
    return best.metres === Infinity ? null : best;
  }

  /** Positions along the way that `#search` found, back from its last node. */
  #follow(a, b, { node }) {
    const parts = [this.#part(b.edge, this.#nearer(b, node) ? 0 : this.length[b.edge], b.along)];
    let at = node;
    while (this.came[at] !== NONE) {
      const edge = this.came[at];
      const forwards = this.to[edge] === at && !(this.from[edge] === at && this.to[edge] === at);
      parts.push(this.#part(edge, forwards ? 0 : this.length[edge], forwards ? this.length[edge] : 0));
      at = forwards ? this.from[edge] : this.to[edge];
    }
    parts.push(this.#part(a.edge, a.along, this.#nearer(a, at) ? 0 : this.length[a.edge]));
    return parts.reverse().flat();
  }

  /** Whether the first end of the point's edge is the one by which `node` is reached. */
  #nearer({ edge, along }, node) {
    if (this.from[edge] !== node) return false;
    return this.to[edge] !== node || along <= this.length[edge] / 2;
  }

  /** Positions of an edge from `start` to `end`, metres along it. */
  #part(edge, start, end) {
    const [low, high] = start <= end ? [start, end] : [end, start];
    const line = [this.#on(edge, low)];
    for (let p = this.point[edge]; p < this.point[edge + 1]; p += 1) {
      if (this.run[p] > low && this.run[p] < high) line.push(this.#degrees(this.x[p], this.y[p]));
    }
    line.push(this.#on(edge, high));
    return start <= end ? line : line.reverse();
  }

  #on(edge, along) {
    let p = this.point[edge];
    while (p < this.point[edge + 1] - 2 && this.run[p + 1] < along) p += 1;
    const step = this.run[p + 1] - this.run[p];
    const t = step === 0 ? 0 : Math.max(0, Math.min(1, (along - this.run[p]) / step));
    return this.#degrees(this.x[p] + t * (this.x[p + 1] - this.x[p]), this.y[p] + t * (this.y[p + 1] - this.y[p]));
  }

  /** All positions of all edges, each edge with both its ends, in metres. */
  #place(x, y, inner) {
    const total = this.edges * 2 + inner.x.length;
    this.middle = y.length > 0 ? [x[0] * UNIT, y[0] * UNIT] : [0, 0];
    this.scale = Math.cos((this.middle[1] * Math.PI) / 180) * METRES_PER_DEGREE;
    this.point = new Int32Array(this.edges + 1);
    this.x = new Float64Array(total);
    this.y = new Float64Array(total);
    const put = (at, ux, uy) => {
      this.x[at] = (ux * UNIT - this.middle[0]) * this.scale;
      this.y[at] = (uy * UNIT - this.middle[1]) * METRES_PER_DEGREE;
    };
    let at = 0;
    let bend = 0;
    for (let e = 0; e < this.edges; e += 1) {
      this.point[e] = at;
      put(at++, x[this.from[e]], y[this.from[e]]);
      for (let k = 0; k < inner.counts[e]; k += 1, bend += 1) put(at++, inner.x[bend], inner.y[bend]);
      put(at++, x[this.to[e]], y[this.to[e]]);
    }
    this.point[this.edges] = at;
    this.nodeX = Float64Array.from(x, (each) => (each * UNIT - this.middle[0]) * this.scale);
    this.nodeY = Float64Array.from(y, (each) => (each * UNIT - this.middle[1]) * METRES_PER_DEGREE);
  }

  #measure() {
    this.run = new Float64Array(this.x.length);
    this.owner = new Int32Array(this.x.length);
    this.length = new Float64Array(this.edges);
    for (let e = 0; e < this.edges; e += 1) {
      for (let p = this.point[e]; p < this.point[e + 1]; p += 1) {
        this.owner[p] = e;
        if (p > this.point[e]) this.run[p] = this.run[p - 1] + Math.hypot(this.x[p] - this.x[p - 1], this.y[p] - this.y[p - 1]);
      }
      this.length[e] = this.run[this.point[e + 1] - 1];
    }
  }

  /** Edges beside each node, one array after the other. */
  #connect() {
    this.first = new Int32Array(this.nodes + 1);
    for (let e = 0; e < this.edges; e += 1) {
      this.first[this.from[e] + 1] += 1;
      this.first[this.to[e] + 1] += 1;
    }
    for (let i = 0; i < this.nodes; i += 1) this.first[i + 1] += this.first[i];
    const next = this.first.slice();
    this.beside = new Int32Array(this.edges * 2);
    for (let e = 0; e < this.edges; e += 1) {
      this.beside[next[this.from[e]]++] = e;
      this.beside[next[this.to[e]]++] = e;
    }
  }

  /** Segments by the squares of CELL_M they touch, one array after the other. A segment is named by its first point. */
  #index() {
    this.west = lowest(this.x);
    this.south = lowest(this.y);
    this.columns = this.#column(-lowest(this.x.map((each) => -each))) + 1;
    const rows = this.#row(-lowest(this.y.map((each) => -each))) + 1;
    this.starts = new Int32Array(this.columns * rows + 1);
    this.#touched((square) => (this.starts[square + 1] += 1));
    for (let i = 1; i < this.starts.length; i += 1) this.starts[i] += this.starts[i - 1];
    const next = this.starts.slice();
    this.segments = new Int32Array(this.starts.at(-1));
    this.#touched((square, s) => (this.segments[next[square]++] = s));
  }

  /** `tell(square, segment)` for every square a segment may touch. */
  #touched(tell) {
    for (let s = 0; s + 1 < this.x.length; s += 1) {
      if (this.owner[s] !== this.owner[s + 1]) continue;
      const east = this.#column(Math.max(this.x[s], this.x[s + 1]));
      const north = this.#row(Math.max(this.y[s], this.y[s + 1]));
      for (let j = this.#row(Math.min(this.y[s], this.y[s + 1])); j <= north; j += 1) {
        for (let i = this.#column(Math.min(this.x[s], this.x[s + 1])); i <= east; i += 1) tell(j * this.columns + i, s);
      }
    }
  }

  *#around(px, py, radius) {
    const east = Math.min(this.#column(px + radius), this.columns - 1);
    const rows = (this.starts.length - 1) / this.columns;
    const north = Math.min(this.#row(py + radius), rows - 1);
    for (let j = Math.max(this.#row(py - radius), 0); j <= north; j += 1) {
      for (let i = Math.max(this.#column(px - radius), 0); i <= east; i += 1) {
        const square = j * this.columns + i;
        for (let k = this.starts[square]; k < this.starts[square + 1]; k += 1) yield this.segments[k];
      }
    }
  }

  #column(x) {
    return Math.floor((x - this.west) / CELL_M);
  }

  #row(y) {
    return Math.floor((y - this.south) / CELL_M);
  }

  #metric([lon, lat]) {
    return [(lon - this.middle[0]) * this.scale, (lat - this.middle[1]) * METRES_PER_DEGREE];
  }

  #degrees(x, y) {
    return [x / this.scale + this.middle[0], y / METRES_PER_DEGREE + this.middle[1]];
  }
}

/** A binary heap of nodes by key, the least first. */
class Heap {
  nodes = [];
  keys = [];

  get size() {
    return this.nodes.length;
  }

  push(node, key) {
    let i = this.nodes.push(node) - 1;
    this.keys.push(key);
    for (let up = (i - 1) >> 1; i > 0 && this.keys[up] > key; up = (i - 1) >> 1) {
      this.#set(i, this.nodes[up], this.keys[up]);
      i = up;
    }
    this.#set(i, node, key);
  }

  pop() {
    const top = { node: this.nodes[0], key: this.keys[0] };
    const [node, key] = [this.nodes.pop(), this.keys.pop()];
    if (this.size > 0) this.#sink(node, key);
    return top;
  }

  #sink(node, key) {
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      if (down >= this.size) break;
      if (down + 1 < this.size && this.keys[down + 1] < this.keys[down]) down += 1;
      if (this.keys[down] >= key) break;
      this.#set(i, this.nodes[down], this.keys[down]);
      i = down;
    }
    this.#set(i, node, key);
  }

  #set(i, node, key) {
    this.nodes[i] = node;
    this.keys[i] = key;
  }
}

/** Numbers of nodes, edges and bends, and the reader of what follows. */
function header(bytes) {
  if (MAGIC.some((letter, i) => bytes[i] !== letter)) throw new RangeError("no network");
  let at = MAGIC.length;
  const take = () => {
    let value = 0;
    let weight = 1;
    for (;;) {
      if (at >= bytes.length) throw new RangeError("cut short");
      const byte = bytes[at++];
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
      weight *= 128;
    }
  };
  return [take(), take(), take(), take];
}

function zag(value) {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** `size` numbers, each given as the step from the one before. */
function running(size, take, start) {
  const numbers = new Float64Array(size);
  for (let i = 0, value = start; i < size; i += 1) numbers[i] = value += zag(take());
  return numbers;
}

function ends(size, take) {
  const from = new Int32Array(size);
  const to = new Int32Array(size);
  for (let i = 0, node = 0; i < size; i += 1) from[i] = node += take();
  for (let i = 0; i < size; i += 1) to[i] = from[i] + take();
  return { from, to };
}

/** Bends are kept as differences from where they would lie if the rest of their edge were straight and even. */
function bends(size, take, { from, to }, x, y) {
  const counts = Int32Array.from(from, () => take());
  const column = (ends) => {
    const found = new Float64Array(size);
    let at = 0;
    for (let e = 0; e < from.length; e += 1) {
      let before = ends[from[e]];
      const goal = ends[to[e]];
      for (let left = counts[e]; left > 0; left -= 1) {
        before += Math.floor((goal - before) / (left + 1)) + zag(take());
        found[at++] = before;
      }
    }
    return found;
  };
  return { counts, x: column(x), y: column(y) };
}

function lowest(numbers) {
  return numbers.reduce((least, each) => Math.min(least, each), numbers.length > 0 ? Infinity : 0);
}

function distinct(line) {
  return line.filter((p, i) => i === 0 || p[0] !== line[i - 1][0] || p[1] !== line[i - 1][1]);
}

/** The positions of a new stretch from `from` (null: it is the first) to `to`: along the streets where both lie within
 *  `tolerance` metres of one and a way leads there, else straight.
 */
export function follow(network, from, to, tolerance) {
  const b = network.nearest(to, tolerance);
  if (!b) return [to];
  const a = from && network.nearest(from, tolerance);
  const way = a && network.way(a, b);
  return way ? way.positions : [b.position];
}
