// How one thing goes to the server: PUT what is there, DELETE what is gone.

import { call, upload } from "../../core/api.js";

/** `send(item)` for the outbox; `urls` are the page's, `token` the participant's. */
export function sender(urls, token) {
  return (item) => {
    const url = `${urls.contributions}/${item.id}`;
    if (item.deleted) return remove(url, token);
    const body = { type: "Feature", geometry: item.geometry, properties: item.properties };
    return call("PUT", url, { body, token });
  };
}

/** Deleting what never arrived is done already. */
async function remove(url, token) {
  try {
    return await call("DELETE", url, { token });
  } catch (refused) {
    if (refused.status === 404) return null;
    throw refused;
  }
}

/** The same for a photo beside a thing. */
export function photoSender(urls, token) {
  return (photo) => {
    const url = `${urls.contributions}/${photo.item}/photos/${photo.id}`;
    return photo.deleted ? remove(url, token) : upload(url, photo.blob, { token });
  };
}
