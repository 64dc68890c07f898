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
let begun = () => {};
let over = () => {};
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

/** A text as the server knows it: it keeps the sound of each sentence. */
function sentences(text) {
  return text.split(/(?<=[.!?]) +/).filter(Boolean);
}

async function soundOf(sentence) {
  const response = await fetch(at("api/kiosk/speech"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text: sentence, language: language() }),
    signal: AbortSignal.timeout(8_000),
  });
  if (response.status === 503) {
    served.delete(language()); // until the page is loaded again, others speak
    voiceChanged();
  }
  if (!response.ok) throw new Error("no voice");
  return URL.createObjectURL(await response.blob());
}

/** Play the sentences one after the other, each fetched while the one before is said. */
async function serverVoice(text, mine) {
  const left = sentences(text);
  let coming = soundOf(left[0]);
  try {
    while (left.length) {
      const address = await coming;
      if (mine !== turn) return URL.revokeObjectURL(address);
      coming = left.length > 1 ? soundOf(left[1]) : null;
      coming?.catch(() => {}); // told when its turn comes
      await play(address);
      if (mine !== turn) return undefined;
      left.shift();
    }
  } catch {
    if (mine === turn) await spokenByBrowser(left.join(" "));
  }
  return undefined;
}

async function play(address) {
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
}

function spokenByBrowser(text) {
  const found = browserVoice();
  if (!found) return Promise.resolve();
  return new Promise((done) => {
    const utterance = new SpeechSynthesisUtterance(text.replace(/(\p{L})\/(?=\p{L})/gu, "$1 "));
    Object.assign(utterance, { voice: found, lang: found.lang, rate: slow ? SLOW : 0.95, onend: done, onerror: done });
    engine.speak(utterance);
  });
}

/** Whether the text was said to its end, or shown where there is no voice; false when cut short. */
async function utter(text) {
  silence();
  const mine = turn;
  if (!text) return false;
  begun();
  document.body.dataset.saying = text;
  try {
    if (served.has(language())) await serverVoice(text, mine);
    else await spokenByBrowser(text);
  } finally {
    if (mine === turn) delete document.body.dataset.saying;
  }
  return mine === turn;
}

function silence() {
  turn += 1;
  player?.pause();
  player = null;
  engine?.cancel();
  delete document.body.dataset.saying;
}

/** `starts` is called before every utterance, `ends` after one that was said to its end. */
export function aroundSpeech(starts, ends) {
  begun = starts;
  over = ends;
}

function utterAndTell(text) {
  utter(text).then((isSaid) => { if (isSaid) over(); });
}

/**
 * Say the first sentences of a text, with `before` and `more` around them; what was being said
 * stops, so there is never a second voice.
 */
export function say(text, more = "", most = 2, before = "") {
  last = [before, ...sentences(text ?? "").slice(0, most), more].filter(Boolean).join(" ");
  utterAndTell(last);
}

export function repeat() {
  utterAndTell(last);
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
  utter(text).then(() => done());
}
