/** A question in the resident's own words: typed on the screen's keyboard, or spoken and shown before it counts. */

import { alive } from "./idle.js";
import { setUpKeyboard } from "./keyboard.js";
import { LONGEST_SECONDS, browserEar, hasMicrophone, listen, listenInBrowser } from "./microphone.js";
import { byId, complain, show, shown } from "./screens.js";
import { giveWay, say } from "./voice.js";
import { language, t } from "./words.js";

const MARKS = 12; // of the level meter
const QUIET_DB = -55;
const ears = new Set((document.body.dataset.ears ?? "").split(" ").filter(Boolean));
const inBrowser = document.body.dataset.browserEar === "yes";
const field = byId("question");
let turn = null;
let clock;
let back = "home";
let sentQuestion = () => {};

function canHear() {
  return inBrowser ? Boolean(browserEar()) : ears.has(language()) && hasMicrophone();
}

/** Show the microphone only where it is of use. */
export function showEars() {
  byId("talk").hidden = !canHear();
  byId("again-talk").hidden = !canHear();
  byId("browser-ear").hidden = !inBrowser || !browserEar();
}

/** Open the keyboard with `text` in it; `isHeard` asks whether it was understood. */
export function openAsk(text = "", isHeard = false) {
  back = ["ask", "listening"].includes(shown()) ? back : shown();
  byId("ask-title").textContent = t(isHeard ? "checkTitle" : "typeTitle");
  byId("send").textContent = t(isHeard ? "right" : "ask");
  field.value = text;
  byId("send").disabled = !text.trim();
  show("ask");
  field.focus({ preventScroll: true });
  field.setSelectionRange(text.length, text.length);
}

export function openTalk() {
  if (turn) return;
  giveWay();
  back = ["ask", "listening"].includes(shown()) ? back : shown();
  byId("words").textContent = "";
  byId("level").value = 0;
  show("listening");
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
  alive();
  if ("words" in what) byId("words").textContent = what.words;
  else if (!("over" in what)) ended(what);
}

function ended(what) {
  closeTalk();
  if (what.heard && what.sure) {
    byId("words").textContent = what.heard;
    return sentQuestion(what.heard);
  }
  if (what.heard) return openAsk(what.heard, true);
  const why = t(what.nothing ?? what.problem);
  show(back);
  complain(why);
  return say(why);
}

function closeTalk() {
  clearInterval(clock);
  turn?.drop();
  turn = null;
}

/** The microphone is off and nothing of the question is left. */
export function wipeAsking() {
  closeTalk();
  field.value = "";
  byId("words").textContent = "";
  byId("level").value = 0;
}

/** `ask` gets every question. */
export function setUpAsking(ask) {
  sentQuestion = ask;
  const send = () => {
    const text = field.value.trim();
    if (text) ask(text);
  };
  setUpKeyboard(byId("keyboard"), field);
  field.addEventListener("input", () => { byId("send").disabled = !field.value.trim(); });
  byId("ask-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  byId("talk").addEventListener("click", openTalk);
  byId("again-talk").addEventListener("click", openTalk);
  byId("type").addEventListener("click", () => openAsk());
  byId("stop").addEventListener("click", () => turn?.stop());
  byId("cancel-talk").addEventListener("click", () => {
    closeTalk();
    show(back);
  });
  showEars();
}
