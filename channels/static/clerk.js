/** Questions that wait for a clerk: asked after while the page is looked at, each until it is settled. */

import { askInquiry } from "./wire.js";

const EVERY_MS = 60_000;
let asked = -EVERY_MS;

/** The references `memory.inquiries` still waits for. */
function waiting(memory) {
  return Object.keys(memory.inquiries).filter((code) => memory.inquiries[code] === "waiting");
}

/** Wait for the answer to `code`, unless it was brought here already. */
export function waitFor(memory, code) {
  memory.inquiries[code] ??= "waiting";
}

/**
 * Ask after what waits: now, every minute, and when the page is looked at again.
 * `current()` gives the page's memory or null while it is busy; `settle(code, inquiry)` is told once
 * of each inquiry that needs no more asking: `inquiry.answer` is null when nobody answered it.
 */
export function watchInquiries(current, settle) {
  const look = async () => {
    if (document.visibilityState !== "visible" || performance.now() - asked < EVERY_MS) return;
    asked = performance.now();
    for (const code of waiting(current() ?? { inquiries: {} })) {
      const inquiry = await askInquiry(code);
      const memory = current();
      // Meanwhile the conversation may have been deleted, or another question is on its way.
      if (!inquiry || memory?.inquiries[code] !== "waiting") continue;
      memory.inquiries[code] = "settled";
      settle(code, inquiry);
    }
  };
  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
  look();
}
