/** One question to the server: what came back, under a name the page acts on. Never throws. */

const TIMEOUT_MS = 30_000; // a ward PC under load still answers far below this
const READABLE = new Set([400, 413, 422, 429]); // refusals whose sentence is written for residents

/**
 * {name: "answered", answer} | {name: "unknown"} | {name: "refused", sentence}
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
  if (response.ok && typeof body?.text === "string") return { name: "answered", answer: body };
  if (response.status === 404 && body?.error?.code === "unknown_conversation") return { name: "unknown" };
  if (READABLE.has(response.status) && body?.error?.message) {
    return { name: "refused", sentence: body.error.message };
  }
  return { name: "failed", reason: "broken" };
}
