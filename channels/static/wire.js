/** Questions to the server: what came back, under a name the page acts on. Never throws. */

import { eventsOf } from "./events.js";

const TIMEOUT_MS = 30_000; // a ward PC under load still answers far below this
const AGAIN_AFTER_MS = [400, 1500]; // the same turn, so it is never answered twice
const READABLE = new Set([400, 413, 422, 429]); // refusals whose sentence is written for residents
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

let server = { base: "", headers: {} };

/** Where the desk is, for who is not on its own page: `base` ends in "/". */
export function connectTo(base, headers) {
  server = { base, headers };
}

/** A name for a turn that nobody else chooses; works without https, unlike randomUUID. */
export function newTurnId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * {name: "answered", answer, inquiry: the reference of a question for a clerk, or null} | {name: "unknown"} | {name: "refused", sentence}
 * | {name: "failed", reason: "offline" | "unreachable" | "timeout" | "broken"}.
 * Asking again under the same `turnId` brings the same answer. `onWorded(answer)` is called later,
 * when a language model has worded it.
 */
export async function ask(message, conversationId, turnId, onWorded = () => {}) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), TIMEOUT_MS);
  const question = { message, conversation_id: conversationId, channel: "web" };
  try {
    for (const wait of [...AGAIN_AFTER_MS, null]) {
      const result = await stream(question, turnId, patience.signal, onWorded);
      if (result.name === "no_stream") return await post(question, patience.signal);
      const lost = result.reason === "unreachable" || result.reason === "lost";
      if (wait === null || !lost || !navigator.onLine) return result.reason === "lost" ? failed("broken") : result;
      await pause(wait);
    }
  } finally {
    clearTimeout(timer);
  }
}

async function stream(question, turnId, signal, onWorded) {
  const reading = new AbortController(); // after the answer its wording may take longer than our patience
  const stop = () => reading.abort();
  signal.addEventListener("abort", stop);
  let response;
  try {
    response = await fetchJson("api/chat/stream", { ...question, turn_id: turnId }, reading.signal);
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return await refusal(response, "no_stream");
    const events = eventsOf(response);
    for (;;) {
      const { value, done } = await events.next();
      if (done) return failed("lost");
      if (value.event !== "answer") continue;
      follow(events, turnId, onWorded);
      return { name: "answered", answer: value.data, inquiry: response.headers.get("letan-inquiry") };
    }
  } catch {
    return signal.aborted ? failed("timeout") : response ? failed("lost") : unreachable();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** What comes after the answer. Lost on the way, it is asked for once more; the answer stands without it. */
async function follow(events, turnId, onWorded) {
  await pause(0); // first the answer is shown
  try {
    for await (const { event, data } of events) {
      if (event === "worded") onWorded(data);
      if (event === "worded" || event === "end" || event === "error") return;
    }
    throw new Error("the stream ended early");
  } catch {
    await pause(AGAIN_AFTER_MS[1]);
    try {
      const headers = { ...server.headers, "last-event-id": turnId };
      const response = await fetch(`${server.base}api/chat/stream/${turnId}`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (response.status !== 200) return;
      for await (const { event, data } of eventsOf(response)) if (event === "worded") onWorded(data);
    } catch {
      // still no network: the record's own words stay
    }
  }
}

async function post(question, signal) {
  let response;
  try {
    response = await fetchJson("api/chat", question, signal);
    if (!response.ok) return await refusal(response);
    const answer = await response.json();
    if (typeof answer?.text !== "string") return failed("broken");
    return { name: "answered", answer, inquiry: response.headers.get("letan-inquiry") };
  } catch {
    return signal.aborted ? failed("timeout") : response ? failed("broken") : unreachable();
  }
}

async function refusal(response, otherwise = "failed") {
  const error = (await response.json().catch(() => null))?.error; // a proxy's page is no JSON
  if (error?.code === "unknown_conversation") return { name: "unknown" };
  if (READABLE.has(response.status) && error?.message) return { name: "refused", reason: error.code, sentence: error.message };
  if (error?.code === "busy") return { name: "failed", reason: "busy", sentence: error.message };
  return { name: otherwise, reason: "broken" };
}

const failed = (reason) => ({ name: "failed", reason });
const unreachable = () => failed(navigator.onLine ? "unreachable" : "offline");

function fetchJson(path, body, signal) {
  const headers = { ...server.headers, "content-type": "application/json" };
  return fetch(server.base + path, { method: "POST", headers, body: JSON.stringify(body), signal });
}

/**
 * {answer, answeredAt} once an inquiry is settled (`answer` is null when it was closed or is not
 * there any more); null while it waits and whenever the server could not say.
 */
export async function askInquiry(code) {
  try {
    const at = `${server.base}api/inquiries/${encodeURIComponent(code)}`;
    const response = await fetch(at, { headers: server.headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status === 404) return { answer: null };
    if (!response.ok) return null;
    const { status, answer, answered_at: answeredAt } = await response.json();
    if (status === "answered" && answer) return { answer, answeredAt };
    return status === "closed" ? { answer: null } : null;
  } catch {
    return null; // no network, or a proxy's page: asked again in a minute
  }
}
