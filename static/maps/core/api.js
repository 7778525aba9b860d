// The only module that fetches. Everything goes to the page's own host.

const TIMEOUT_MS = 20000;
const UPLOAD_TIMEOUT_MS = 120000;

/** What the server refused, with its stable `code`, or that it could not be reached (status 0). */
export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.title ?? "");
    this.status = status;
    this.code = problem.code ?? "unreachable";
    this.title = problem.title ?? "";
    this.step = problem.detail ?? "";
    this.field = problem.field ?? null;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may be sent again and could then succeed; a refusal without a code is not the service's. */
  get passing() {
    return this.code === "unreachable" || this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

/** Send JSON and read JSON; throws Refused. `token` is the participant's bearer token. */
export async function call(method, url, { body, token, timeout = TIMEOUT_MS } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return answerOf(await reach(url, { method, headers, body: sent }, timeout));
}

/** Send a blob as it is and read JSON; throws Refused. */
export async function upload(url, blob, { token }) {
  const headers = { Accept: "application/json", "Content-Type": blob.type, Authorization: `Bearer ${token}` };
  return answerOf(await reach(url, { method: "PUT", headers, body: blob }, UPLOAD_TIMEOUT_MS));
}

async function answerOf(response) {
  const text = await response.text().catch(() => null);
  if (!response.ok) throw refusal(response, text);
  if (text === "") return null;
  try {
    return JSON.parse(text ?? "cut");
  } catch {
    throw new Refused(0, { code: "cut_short" }, null);
  }
}

/** Read a piece of HTML that the server made for this page. */
export async function fragment(url) {
  const response = await reach(url, { headers: { Accept: "text/html" } });
  const text = await response.text();
  if (!response.ok) throw new Refused(response.status, {}, null);
  return text;
}

/** Read a binary file of this service. */
export async function bytes(url) {
  const response = await reach(url, {});
  const data = await response.arrayBuffer().catch(() => null);
  if (!response.ok || data === null) throw new Refused(response.ok ? 0 : response.status, {}, null);
  return new Uint8Array(data);
}

/** Send the photo of a sheet; its map comes back: the picture, the bounds it lies in, the sheet's number. */
export async function straighten(url, file, number) {
  const headers = { Accept: "image/jpeg, application/json", "Content-Type": file.type || "application/octet-stream" };
  const address = `${url}?number=${encodeURIComponent(number)}`;
  const response = await reach(address, { method: "POST", headers, body: file }, UPLOAD_TIMEOUT_MS);
  if (!response.ok) throw refusal(response, await response.text().catch(() => ""));
  const said = (name) => response.headers.get(name) ?? "";
  const picture = await response.blob();
  return { picture, bounds: said("X-Bounds").split(",").map(Number), number: said("X-Sheet"), missing: said("X-Missing") };
}

async function reach(url, options, timeout = TIMEOUT_MS) {
  const stop = AbortSignal.timeout(timeout);
  try {
    return await fetch(url, { credentials: "same-origin", signal: stop, ...options });
  } catch {
    throw new Refused(0, { code: "unreachable" }, null);
  }
}

function refusal(response, text) {
  let problem = {};
  try {
    problem = JSON.parse(text);
  } catch {
    problem = {};
  }
  return new Refused(response.status, problem ?? {}, seconds(response.headers));
}

/** Retry-After in seconds; a date is measured from the server's own clock, since the device's may be wrong. */
function seconds(headers) {
  const said = headers.get("Retry-After");
  if (said === null) return null;
  const date = (Date.parse(said) - Date.parse(headers.get("Date"))) / 1000;
  const wait = /^\s*[\d.]+\s*$/.test(said) ? Number(said) : date;
  return Number.isFinite(wait) && wait > 0 ? wait : null;
}
