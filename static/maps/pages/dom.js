// Small helpers for the pages' own elements.

/** The page's data, handed over by the server. */
export function pageData() {
  return JSON.parse(document.getElementById("page-data").textContent);
}

export const find = (selector, within = document) => within.querySelector(selector);
export const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

/** An element with attributes, listeners (onclick) and children; text is always text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** An icon of the sprite. */
export function icon(sprite, name, size = 24) {
  const span = document.createElement("span");
  span.className = "icon-holder";
  span.innerHTML =
    `<svg class="icon" width="${size}" height="${size}" aria-hidden="true" focusable="false">` +
    `<use href="${sprite}#${name}"></use></svg>`;
  return span;
}

/** `10:32` on the day, in the reader's language. */
export function clock(iso, language) {
  return new Date(iso).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}
