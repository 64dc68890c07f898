/**
 * A visit by voice alone: when the machine has spoken it listens, and what is said then presses what
 * is on the screen, or is asked. Whoever touches the screen goes on by touch.
 */

import { canHear, closeTalk, goBack, isListening, openAsk, openTalk, screenBehind } from "./asking.js";
import { alive, isWarning } from "./idle.js";
import { byId, complain, shown } from "./screens.js";
import { post } from "./server.js";
import { aroundSpeech, repeat, say } from "./voice.js";
import { t } from "./words.js";

const PATIENCE = 2; // turns in a row without a word; then the microphone waits to be touched
const FEW_WORDS = 3; // "còn", "tôi đây": says only that somebody is there
const AGAIN_MS = 300;
const LATER_MS = 30_000;
const OWN = "#talk, #again-talk, #listening"; // touching these is talking
const NUMBER = ["#get-number", "#anyway", "#open-papers", "#reception-number"];
const handsFree = document.body.dataset.handsFree === "yes";
let on = false;
let quiet = 0;
let answersWarning = false;
let visit = 0; // an answer for somebody who left is nobody's
let wait;
let desk = {};

/** What is said only to somebody who answers by voice. */
export function hint(name) {
  return on ? t(name) : "";
}

export function isByVoice() {
  return on;
}

/** Nobody talks any more; the first screen may wait to be called. */
export function leaveSpoken() {
  on = false;
  quiet = 0;
  visit += 1;
  waitForCall();
}

function waitForCall(ms = AGAIN_MS) {
  clearTimeout(wait);
  byId("call").hidden = !handsFree || !canHear();
  if (byId("call").hidden) return;
  wait = setTimeout(() => {
    if (!on && shown() === "home" && !isListening() && !document.body.dataset.saying) openTalk("unseen");
  }, ms);
}

function listenAgain() {
  if (!on || !canHear() || isListening() || shown() === "listening") return;
  answersWarning = isWarning();
  openTalk("strip");
}

function visible(selector) {
  const element = document.querySelector(selector);
  return element?.checkVisibility() ? element : null;
}

function press(...selectors) {
  const element = selectors.map(visible).find(Boolean);
  if (element) element.click();
  else repeat();
}

/** The numbered things of the screen: choices, cases while none is told, papers to tick. */
function numbered() {
  const inOrder = (selector) => [...document.querySelectorAll(selector)].filter((each) => !each.closest("[hidden]:not(.screen)"));
  if (screenBehind() === "answer") return inOrder("#answer .choices button");
  if (screenBehind() !== "papers") return [];
  return desk.list()?.case || !desk.list()?.cases.length ? inOrder("#papers .ticks input") : inOrder("#papers .cases button");
}

function tick(isWanted) {
  for (const box of document.querySelectorAll("#papers .ticks input")) if (isWanted(box)) box.checked = true;
}

const ACTS = {
  repeat: () => (shown() === "ask" ? listenAgain() : repeat()),
  slower: () => {
    if (byId("slow").getAttribute("aria-pressed") !== "true") byId("slow").click();
    repeat();
  },
  bigger: () => {
    byId("size").click();
    listenAgain();
  },
  english: () => byId("language").click(),
  staff: () => byId("staff").click(),
  home: () => desk.wipe(),
  done: () => desk.wipe(),
  call: ({ rest }) => (rest ? desk.ask(rest) : desk.greet(t("whatMatter"))),
  number: () => press(...NUMBER),
  papers: () => press("#open-papers"),
  read: () => say(desk.list().spoken_papers, t("paperWays"), Infinity),
  choose: ({ option }) => {
    const chosen = numbered()[option];
    chosen.click();
    if (chosen.type === "checkbox") say(t("ticked"), t("paperWays"));
  },
  case: (said) => desk.tellCase(said.case),
  have: ({ papers }) => {
    tick((box) => papers.includes(box.value));
    say(t("ticked"), t("paperWays"));
  },
  lack: ({ papers }) => {
    tick((box) => !papers.includes(box.value));
    press("#get-number");
  },
  yes: () => {
    if (shown() === "papers") tick(() => true);
    press("#send", "#get-number", "#anyway", '[data-priority="yes"]');
  },
  no: () => {
    if (shown() === "ask") return listenAgain();
    return press("#get-number", "#missing [data-home]", '[data-priority="no"]');
  },
};
const FOR_GOOD = new Set(["home", "done"]); // wipes: only what was heard for sure

/** How a spoken turn ended: a command, a question, or nothing. */
async function ended(what, where) {
  const mine = visit;
  const asked = answersWarning;
  answersWarning = false;
  if (where === "unseen") return called(what, mine);
  if (!what.heard) return missed(what, where);
  quiet = 0;
  if (asked && what.heard.split(" ").length <= FEW_WORDS) return listenAgain();
  const said = await understand(what.heard, screenBehind());
  if (mine !== visit) return undefined;
  if (said.does === "ask" || (FOR_GOOD.has(said.does) && !what.sure)) return question(what);
  goBack();
  return ACTS[said.does](said);
}

function question({ heard, sure }) {
  if (sure) return desk.ask(heard);
  openAsk(heard, true);
  return on ? say(t("heardThis", heard), t("isItRight")) : undefined;
}

async function understand(text, screen) {
  const list = screen === "papers" ? desk.list() : null;
  try {
    return await post("api/kiosk/said", {
      text, screen, options: numbered().length, ...(list ? { code: list.code, case: list.case } : {}),
    });
  } catch {
    return { does: "ask" }; // whoever is asked next says what is wrong
  }
}

function missed(what, where) {
  quiet += 1;
  goBack();
  if (what.problem) on = false;
  if (where === "strip" && what.nothing === "silence") {
    if (quiet < PATIENCE) return listenAgain();
    on = false;
    return undefined;
  }
  if (quiet > PATIENCE) on = false;
  const why = t(what.nothing ?? what.problem);
  complain(why);
  return say(why);
}

/** Somebody in the hall said something: only a call to the machine is meant for it. */
async function called(what, mine) {
  if (what.problem) return waitForCall(LATER_MS);
  const said = what.heard ? await understand(what.heard, "home") : null;
  if (mine !== visit || shown() !== "home" || on) return undefined;
  if (said?.does !== "call") return waitForCall();
  begin();
  return ACTS.call(said);
}

function begin() {
  on = canHear();
  quiet = 0;
  clearTimeout(wait);
  byId("call").hidden = true;
}

/**
 * `desk` is what the kiosk can do: ask(text), greet(sentence), list() of the papers shown,
 * tellCase(id), wipe(). Returns what `setUpAsking` tells the end of a turn.
 */
export function setUpSpoken(can) {
  desk = can;
  aroundSpeech(closeTalk, () => {
    if (!isWarning()) alive(); // who listens is here
    listenAgain();
    waitForCall();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (target.closest(OWN)) return;
    on = false;
    closeTalk();
    goBack();
  }, true);
  for (const id of ["talk", "again-talk"]) byId(id).addEventListener("click", begin);
  byId("cancel-talk").addEventListener("click", () => { on = false; });
  waitForCall();
  return ended;
}

/** The countdown has begun: whoever speaks instead of touching is asked aloud. */
export function warnAloud() {
  if (on) say(t("stillThere"));
}
