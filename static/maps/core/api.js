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
  return answerOf(response);
}

/** Send a blob as it is and read JSON; throws Refused. */
export async function upload(url, blob, { token }) {
  const headers = { Accept: "application/json", "Content-Type": blob.type, Authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(UPLOAD_TIMEOUT_MS);
  return answerOf(await reach(url, { method: "PUT", headers, body: blob, signal }));
}

async function answerOf(response) {
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

/** Read a binary file of this service. */
export async function bytes(url) {
  const response = await reach(url, {});
  const data = await response.arrayBuffer().catch(() => null);
  if (!response.ok || data === null) throw new Refused(response.ok ? 0 : response.status, {}, null);
  return new Uint8Array(data);
}

async function reach(url, options) {
  const stop = AbortSignal.timeout(TIMEOUT_MS);
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
