/** Calls to the desk, and the watch over a server that was lost. */

const TIMEOUT_MS = 15_000;
const RETRY_MS = 3_000;
let watching = false;

/** An address of the office, from pages that lie deeper too (`data-root` leads up to it). */
export function at(path) {
  return new URL(path, new URL(document.body.dataset.root ?? ".", document.baseURI)).href;
}

/** The body of an answer; throws with `sentence` (written for residents) and `status`, 0 for a server out of reach. */
export async function call(path, options = {}) {
  let response;
  let body;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
    body = response.status === 204 ? null : await response.json();
  } catch (problem) {
    throw Object.assign(new Error(path), { status: 0, cause: problem });
  }
  if (!response.ok) throw Object.assign(new Error(path), { sentence: body?.error?.message, status: response.status });
  return body;
}

export function post(path, body) {
  return call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

/** Delete a conversation; the page may be closing. */
export function forget(id) {
  if (id) fetch(`api/conversations/${encodeURIComponent(id)}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

/** Show `sign` until the server answers again. */
export function watch(sign) {
  sign.hidden = false;
  if (watching) return;
  watching = true;
  const look = async () => {
    try {
      await call("readyz");
      sign.hidden = true;
      watching = false;
    } catch {
      setTimeout(look, RETRY_MS);
    }
  };
  setTimeout(look, RETRY_MS);
}
