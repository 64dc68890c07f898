/** The visible conversation, kept in sessionStorage: a reload keeps it, closing the tab ends it. */

let key = "letan.conversation";
const MAX_ENTRIES = 200; // sessionStorage holds about 5 MB; an answer is at most a few kB

/** Another place in this tab's storage, where the page is not ours alone. */
export function rememberUnder(name) {
  key = name;
}

/** Nothing said yet: the server's id, the procedure in hand, questions at a clerk, what was said. */
export function nothing() {
  return { conversationId: null, procedure: null, inquiries: {}, entries: [] };
}

/** What the tab remembers; a message that was on its way when the page closed counts as failed. */
export function recall() {
  let memory;
  try {
    memory = JSON.parse(sessionStorage.getItem(key));
  } catch {
    return nothing();
  }
  if (!memory || !Array.isArray(memory.entries)) return nothing();
  memory.inquiries ??= {};
  for (const entry of memory.entries) {
    if (entry.status === "sending") Object.assign(entry, { status: "failed", reason: "interrupted" });
  }
  return memory;
}

export function remember(memory) {
  memory.entries.splice(0, memory.entries.length - MAX_ENTRIES);
  try {
    sessionStorage.setItem(key, JSON.stringify(memory));
  } catch {
    // full or switched off: the conversation goes on, only a reload would lose it
  }
}
