/** Reads sentences aloud with the browser's own Vietnamese voice, one at a time; silent without one. */

const engine = window.speechSynthesis;
const SLOW_RATE = 0.75;
let last = "";
let rate = 0.95;

function voice() {
  return engine?.getVoices().find((each) => each.lang.replace("_", "-").toLowerCase().startsWith("vi")) ?? null;
}

/** Tells whether there is a Vietnamese voice, now and whenever the browser finds others. */
export function hasVoice(tell) {
  tell(Boolean(voice()));
  engine?.addEventListener?.("voiceschanged", () => tell(Boolean(voice())));
}

function utter(text, done) {
  const found = voice();
  if (!found || !text) return done?.();
  const utterance = new SpeechSynthesisUtterance(text);
  Object.assign(utterance, { voice: found, lang: found.lang, rate });
  if (done) {
    utterance.onend = done;
    utterance.onerror = done;
  }
  return engine.speak(utterance);
}

/** Say the first two sentences of a text; what was being said stops, so there is never a second voice. */
export function say(text) {
  last = text.split(/(?<=[.!?]) /).slice(0, 2).join(" ");
  engine?.cancel();
  utter(last);
}

export function repeat() {
  engine?.cancel();
  utter(last);
}

export function hush() {
  last = "";
  engine?.cancel();
}

export function setSlow(slow) {
  rate = slow ? SLOW_RATE : 0.95;
}

/** Say a whole text after what is being said; `done` once it was said, or at once without a voice. */
export function sayInTurn(text, done) {
  utter(text, done);
}
