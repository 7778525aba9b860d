// Everything on the device as one GeoJSON file, which `snarvei import` takes (docs/import.md).

const ANSWERS = [
  "kind",
  "group",
  "category",
  "feeling",
  "mode",
  "preferred_mode",
  "company",
  "season",
  "frequency",
  "own_name",
  "comment",
  "source",
];

/**
 * A FeatureCollection of what is present. Of what was received and not changed since, the line is the one the server
 * kept; of the rest it is the whole line, as it is on the device.
 */
export function backup(items, { pupil, className }) {
  return { type: "FeatureCollection", features: items.map((item) => feature(item, pupil, className)) };
}

function feature(item, pupil, className) {
  const answers = Object.fromEntries(ANSWERS.map((name) => [name, item.properties[name] ?? null]));
  const received = item.sent >= item.revision;
  const about = { id: item.id, pupil, class: className, received, received_at: item.receivedAt, short_id: item.shortId };
  const geometry = received && item.stored !== undefined ? item.stored : item.geometry;
  return { type: "Feature", geometry, properties: { ...about, ...answers } };
}
