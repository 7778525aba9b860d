// The page's texts, in the language the server chose. A message that is missing is shown as it was written here.

let catalogue = { texts: {}, plural: "1" };

/** Take over the page's catalogue: {texts: {msgid: text | [forms]}, plural: "100..."}. */
export function speak(data) {
  catalogue = data;
}

/** The translation of `message`, with {names} replaced by `values`. */
export function t(message, values = {}) {
  const found = catalogue.texts[message];
  return fill(typeof found === "string" && found !== "" ? found : message, values);
}

/** The form of a message that fits `count`; {n} is the count. */
export function n(one, many, count, values = {}) {
  const forms = catalogue.texts[one];
  const index = Number(catalogue.plural[count < catalogue.plural.length ? count : 100 + (count % 100)] ?? 0);
  const form = Array.isArray(forms) && forms[index] ? forms[index] : count === 1 ? one : many;
  return fill(form, { n: count, ...values });
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
