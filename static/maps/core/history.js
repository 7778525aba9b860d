// Undo and redo of everything: a step is {id, before, after}, contents of an item or null where there is none.

export class History {
  #done = [];
  #undone = [];

  constructor(apply) {
    this.apply = apply;
    this.onChange = () => {};
  }

  /** Do a step and remember it. */
  step(id, before, after) {
    this.#done.push({ id, before, after });
    this.#undone = [];
    this.apply(id, after);
    this.onChange();
  }

  undo() {
    const step = this.#done.pop();
    if (!step) return null;
    this.#undone.push(step);
    this.apply(step.id, step.before);
    this.onChange();
    return step;
  }

  redo() {
    const step = this.#undone.pop();
    if (!step) return null;
    this.#done.push(step);
    this.apply(step.id, step.after);
    this.onChange();
    return step;
  }

  /** How many steps can be undone. */
  get depth() {
    return this.#done.length;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }
}
