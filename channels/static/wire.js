/** Questions to the server: what came back, under a name the page acts on. Never throws. */

const TIMEOUT_MS = 30_000; // a ward PC under load still answers far below this
const READABLE = new Set([400, 413, 422, 429]); // refusals whose sentence is written for residents

/**
 * {name: "answered", answer, inquiry: the reference of a question for a clerk, or null} | {name: "unknown"} | {name: "refused", sentence}
 * | {name: "failed", reason: "offline" | "unreachable" | "timeout" | "broken"}.
 */
export async function ask(message, conversationId) {
  let response;
  let body;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), TIMEOUT_MS);
  try {
    response = await fetch("api/chat", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ message, conversation_id: conversationId, channel: "web" }),
      signal: patience.signal,
    });
    body = await response.json();
  } catch {
    if (patience.signal.aborted) return { name: "failed", reason: "timeout" };
    if (response) return { name: "failed", reason: "broken" }; // not JSON: a proxy's error page
    return { name: "failed", reason: navigator.onLine ? "unreachable" : "offline" };
  } finally {
    clearTimeout(timer);
  }
  if (response.ok && typeof body?.text === "string") {
    return { name: "answered", answer: body, inquiry: response.headers.get("letan-inquiry") };
  }
  if (response.status === 404 && body?.error?.code === "unknown_conversation") return { name: "unknown" };
  if (READABLE.has(response.status) && body?.error?.message) {
    return { name: "refused", sentence: body.error.message };
  }
  return { name: "failed", reason: "broken" };
}

/**
 * {answer, answeredAt} once an inquiry is settled (`answer` is null when it was closed or is not
 * there any more); null while it waits and whenever the server could not say.
 */
export async function askInquiry(code) {
  try {
    const response = await fetch(`api/inquiries/${encodeURIComponent(code)}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status === 404) return { answer: null };
    if (!response.ok) return null;
    const { status, answer, answered_at: answeredAt } = await response.json();
    if (status === "answered" && answer) return { answer, answeredAt };
    return status === "closed" ? { answer: null } : null;
  } catch {
    return null; // no network, or a proxy's page: asked again in a minute
  }
}
