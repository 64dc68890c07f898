/**
 * Reads sentences aloud: with the office's own voice, else the browser's, else not at all. One voice
 * at a time, on every way out.
 */

import { at } from "./server.js";
import { language } from "./words.js";

const engine = window.speechSynthesis;
const SLOW = 0.75;
let last = "";
let slow = false;
let turn = 0; // who speaks now; whoever was before has lost the word
let player = null;
let listeners = [];
const served = new Set((document.body.dataset.voices ?? "").split(" ").filter(Boolean));

function browserVoice() {
  return engine?.getVoices().find((each) => each.lang.replace("_", "-").toLowerCase().startsWith(language())) ?? null;
}

function speaks() {
  return served.has(language()) || Boolean(browserVoice());
}

/** Tells whether there is a voice for the page's language, now and whenever that changes. */
export function hasVoice(tell) {
  listeners.push(tell);
  tell(speaks());
}

export function voiceChanged() {
  for (const tell of listeners) tell(speaks());
}

engine?.addEventListener?.("voiceschanged", voiceChanged);

async function serverVoice(text, mine) {
  const response = await fetch(at("api/kiosk/speech"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text, language: language() }),
    signal: AbortSignal.timeout(8_000),
  });
  if (response.status === 503) {
    served.delete(language()); // until the page is loaded again, others speak
    voiceChanged();
  }
  if (!response.ok) throw new Error("no voice");
  const address = URL.createObjectURL(await response.blob());
  if (mine !== turn) return URL.revokeObjectURL(address);
  player = new Audio(address);
  player.playbackRate = slow ? SLOW : 1;
  const ended = new Promise((done, failed) => {
    player.onended = done;
    player.onpause = done;
    player.onerror = failed;
  });
  try {
    await player.play();
    await ended;
  } finally {
    URL.revokeObjectURL(address);
  }
  return undefined;
}

function spokenByBrowser(text) {
  const found = browserVoice();
  if (!found) return Promise.resolve();
  return new Promise((done) => {
    const utterance = new SpeechSynthesisUtterance(text);
    Object.assign(utterance, { voice: found, lang: found.lang, rate: slow ? SLOW : 0.95, onend: done, onerror: done });
    engine.speak(utterance);
  });
}

async function utter(text) {
  silence();
  const mine = turn;
  if (!text) return;
  document.body.dataset.saying = text;
  try {
    if (served.has(language())) await serverVoice(text, mine);
    else await spokenByBrowser(text);
  } catch {
    if (mine === turn) await spokenByBrowser(text);
  } finally {
    if (mine === turn) delete document.body.dataset.saying;
  }
}

function silence() {
  turn += 1;
  player?.pause();
  player = null;
  engine?.cancel();
  delete document.body.dataset.saying;
}

/** Say the first two sentences of a text; what was being said stops, so there is never a second voice. */
export function say(text) {
  last = text.split(/(?<=[.!?]) /).slice(0, 2).join(" ");
  utter(last);
}

export function repeat() {
  utter(last);
}

export function hush() {
  last = "";
  silence();
}

/** Stop speaking while somebody else does; "repeat" still knows the sentence. */
export function giveWay() {
  silence();
}

export function setSlow(next) {
  slow = next;
  if (player) player.playbackRate = slow ? SLOW : 1;
}

/** Say a whole text; `done` once it was said, or at once without a voice. The caller takes turns. */
export function sayInTurn(text, done) {
  utter(text).then(done);
}
