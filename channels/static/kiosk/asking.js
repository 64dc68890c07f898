/** A question in the resident's own words: typed on the screen's keyboard, or spoken and shown before it counts. */

import { alive } from "./idle.js";
import { setUpKeyboard } from "./keyboard.js";
import { LONGEST_SECONDS, browserEar, hasMicrophone, listen, listenInBrowser } from "./microphone.js";
import { byId, show, shown } from "./screens.js";
import { giveWay } from "./voice.js";
import { language, t } from "./words.js";

const MARKS = 12; // of the level meter
const QUIET_DB = -55;
const ears = new Set((document.body.dataset.ears ?? "").split(" ").filter(Boolean));
const inBrowser = document.body.dataset.browserEar === "yes";
const field = byId("question");
let turn = null;
let way = "screen";
let clock;
let back = "home";
let sendQuestion = () => {};
let endTurn = () => {};

export function canHear() {
  return inBrowser ? Boolean(browserEar()) : ears.has(language()) && hasMicrophone();
}

/** Show the microphone only where it is of use. */
export function showEars() {
  byId("talk").hidden = !canHear();
  byId("again-talk").hidden = !canHear();
  byId("browser-ear").hidden = !inBrowser || !browserEar();
}

/** The screen that a spoken turn is about: the one shown before the microphone had it to itself. */
export function screenBehind() {
  return shown() === "listening" ? back : shown();
}

/** Open the keyboard with `text` in it; `isHeard` asks whether it was understood. */
export function openAsk(text = "", isHeard = false) {
  remember();
  byId("ask-title").textContent = t(isHeard ? "checkTitle" : "typeTitle");
  byId("send").textContent = t(isHeard ? "right" : "ask");
  byId("again-talk").textContent = t(isHeard ? "talkAgain" : "talk");
  field.value = text;
  byId("send").disabled = !text.trim();
  show("ask");
  field.focus({ preventScroll: true });
  field.setSelectionRange(text.length, text.length);
}

function remember() {
  back = ["ask", "listening"].includes(shown()) ? back : shown();
}

export function isListening() {
  return turn !== null;
}

/**
 * Open the microphone: "screen" gives it the whole screen, "strip" a strip below what is shown, and
 * "unseen" nothing (the first screen, which says by itself that it listens).
 */
export function openTalk(where = "screen") {
  if (turn) return;
  giveWay();
  way = where;
  byId("words").textContent = "";
  byId("level").value = 0;
  const panel = byId("listening");
  panel.classList.toggle("strip", where === "strip");
  if (where === "screen") {
    remember();
    show("listening");
  } else if (where === "strip") {
    document.querySelector(".bar").prepend(panel);
    panel.hidden = false;
    panel.scrollIntoView({ block: "nearest" });
  }
  const until = Date.now() + LONGEST_SECONDS * 1000;
  const tick = () => { byId("seconds").textContent = t("secondsLeft", Math.max(0, Math.ceil((until - Date.now()) / 1000))); };
  tick();
  clock = setInterval(tick, 250);
  turn = (inBrowser ? listenInBrowser : listen)(language(), told);
}

function told(what) {
  if ("level" in what) {
    const db = 20 * Math.log10(Math.max(what.level, 1e-6));
    byId("level").value = Math.max(0, Math.round(MARKS * (1 - db / QUIET_DB)));
    return;
  }
  if ("over" in what) return;
  if (way !== "unseen" && ("words" in what || what.heard)) alive();
  if ("words" in what) byId("words").textContent = what.words;
  else ended(what);
}

function ended(what) {
  const where = way;
  closeTalk();
  if (what.heard) byId("words").textContent = what.heard;
  endTurn(what, where);
}

/** Back from a screen of our own to the one before it. */
export function goBack() {
  if (shown() === "listening") show(back);
}

export function closeTalk() {
  clearInterval(clock);
  turn?.drop();
  turn = null;
  const panel = byId("listening");
  if (panel.parentElement.id === "main") return;
  panel.hidden = true;
  panel.classList.remove("strip");
  byId("main").append(panel);
}

/** The microphone is off and nothing of the question is left. */
export function wipeAsking() {
  closeTalk();
  field.value = "";
  byId("words").textContent = "";
  byId("level").value = 0;
}

/** `ask` gets every typed question, `ends` how each spoken turn ended and where it was shown. */
export function setUpAsking(ask, ends) {
  sendQuestion = ask;
  endTurn = ends;
  const send = () => {
    const text = field.value.trim();
    if (text) sendQuestion(text);
  };
  setUpKeyboard(byId("keyboard"), field);
  field.addEventListener("input", () => { byId("send").disabled = !field.value.trim(); });
  byId("ask-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  byId("talk").addEventListener("click", () => openTalk());
  byId("again-talk").addEventListener("click", () => openTalk());
  byId("type").addEventListener("click", () => openAsk());
  byId("stop").addEventListener("click", () => turn?.stop());
  byId("cancel-talk").addEventListener("click", () => {
    closeTalk();
    goBack();
  });
  showEars();
}
