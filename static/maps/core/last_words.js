// What changed in the moment a page went. The device's memory may be cut off in the middle of writing; this is written at
// once, beside it, and struck as soon as the memory has it. The next page of the same participant hands in what is left.

const KEY = "snarvei-last";

/** Write down `value` for `at` ("store/key") in the name of `whose`. Where the browser keeps nothing, nothing is kept. */
export function jot(at, value, whose) {
  save({ ...jotted(), [at]: { value, whose } });
}

/** {at: {value, whose}} of everything that was not struck. */
export function jotted() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** The memory has it, or nobody wants it; what was written down later stays. */
export function strike(at, value) {
  const { [at]: found, ...others } = jotted();
  if (found && JSON.stringify(found.value) === JSON.stringify(value)) save(others);
}

export function strikeAll() {
  save({});
}

function save(notes) {
  try {
    if (Object.keys(notes).length > 0) localStorage.setItem(KEY, JSON.stringify(notes));
    else localStorage.removeItem(KEY);
  } catch {
    return;
  }
}
