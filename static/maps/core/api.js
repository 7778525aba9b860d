// The only module that fetches. Everything goes to the page's own host.

const TIMEOUT_MS = 20000;
const PICTURE_TIMEOUT_MS = 120000;

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

  /** Whether the same request may be sent again and could then succeed. */
  get passing() {
    return this.status === 0 || this.status >= 500 || this.status === 429 || this.code.endsWith("_paused");
  }
}

/** Send JSON and read JSON; throws Refused. `token` is the participant's bearer token. */
export async function call(method, url, { body, token } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await reach(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text().catch(() => "");
  if (!response.ok) throw refusal(response, text);
  if (text === "") return null;
  try {
    return JSON.parse(text);
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

/** Send the photo of a sheet; its map comes back: the picture, the bounds it lies in, the sheet's number. */
export async function straighten(url, file, number) {
  const headers = { Accept: "image/jpeg, application/json", "Content-Type": file.type || "application/octet-stream" };
  const address = `${url}?number=${encodeURIComponent(number)}`;
  const response = await reach(address, { method: "POST", headers, body: file }, PICTURE_TIMEOUT_MS);
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
  const seconds = Number(response.headers.get("Retry-After"));
  return new Refused(response.status, problem, Number.isFinite(seconds) && seconds > 0 ? seconds : null);
}
