// A pupil on a new device under the old animal name: what it sent before comes back from the server.

import { call } from "../../core/api.js";

const AGAIN_MS = 5000;

/** Once after a new key, and until it has succeeded. What masking left nothing of stays on the server alone. */
export async function bringBack(page) {
  const { data, database, session } = page;
  if (!session.returning) return;
  try {
    const { features } = await call("GET", data.urls.contributions, { token: session.token });
    for (const feature of features.filter((each) => each.geometry)) await keep(database, feature);
    delete session.returning;
    await database.put("session", "current", session);
  } catch {
    setTimeout(() => void bringBack(page).then(() => session.returning || page.items.load()), AGAIN_MS);
  }
}

async function keep(database, { id, geometry, properties, revision = 1 }) {
  if (await database.get("items", id)) return;
  const { state: _, received_at: receivedAt, short_id: shortId, ...answers } = properties;
  await database.put("items", id, {
    id,
    properties: answers,
    geometry,
    deleted: false,
    born: Date.parse(receivedAt),
    revision,
    sent: revision,
    state: "received",
    receivedAt,
    shortId,
    problem: null,
  });
}
