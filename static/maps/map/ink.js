// The line under a moving finger: drawn once, piece by piece, on canvases of its own, so that nothing else is redrawn.

const PARTS = [
  ["ink-casing", "#fff", 11],
  ["ink-line", "#1b2430", 6],
];
const PULL = 0.6;

export class Ink {
  constructor(container) {
    this.container = container;
    this.frame = null;
    this.waiting = [];
    this.pens = PARTS.map(([name, color, width]) => {
      const canvas = document.createElement("canvas");
      canvas.className = `ink ${name}`;
      return { canvas, color, width, context: canvas.getContext("2d") };
    });
  }

  /** A stroke begins at (x, y), CSS pixels of the container. */
  begin(x, y) {
    const { clientWidth: width, clientHeight: height } = this.container;
    const density = Math.min(devicePixelRatio || 1, 2);
    for (const pen of this.pens) {
      pen.canvas.width = width * density;
      pen.canvas.height = height * density;
      Object.assign(pen.context, { strokeStyle: pen.color, lineWidth: pen.width, lineCap: "round", lineJoin: "round" });
      pen.context.scale(density, density);
      if (!pen.canvas.isConnected) this.container.append(pen.canvas);
    }
    this.at = { x, y };
    this.middle = { x, y };
  }

  /** The finger came to (x, y); it is drawn with the next frame. */
  to(x, y) {
    this.waiting.push({ x, y });
    this.frame ??= requestAnimationFrame(() => this.#draw());
  }

  /** The stroke has ended, or never was. */
  clear() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.waiting = [];
    for (const { canvas } of this.pens) canvas.remove();
  }

  /** Through the middles of the steps, as curves: the finger's trembling is half gone before it is seen. */
  #draw() {
    this.frame = null;
    const began = this.middle;
    const curves = this.waiting.map((p) => {
      const control = this.at;
      this.at = { x: control.x + PULL * (p.x - control.x), y: control.y + PULL * (p.y - control.y) };
      this.middle = { x: (control.x + this.at.x) / 2, y: (control.y + this.at.y) / 2 };
      return [control, this.middle];
    });
    this.waiting = [];
    for (const { context } of this.pens) {
      context.beginPath();
      context.moveTo(began.x, began.y);
      for (const [control, end] of curves) context.quadraticCurveTo(control.x, control.y, end.x, end.y);
      context.stroke();
    }
  }
}
