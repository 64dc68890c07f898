/** The kiosk: one visit from the first touch to the number, wiped when the person leaves. */

import { renderText } from "../answer.js";
import { say, setSlow, repeat, hush, hasVoice } from "./voice.js";

const byId = (id) => document.getElementById(id);
const IDLE_MS = Number(document.body.dataset.idle) * 1000;
const COUNTDOWN = Number(document.body.dataset.countdown);
const TIMEOUT_MS = 15_000;
const RETRY_MS = 3_000;

let visit = freshVisit();
let idleTimer;
let countdownTimer;

// A visit's own object: an answer that arrives after the wipe belongs to nobody and is dropped.
function freshVisit() {
  return { key: crypto.getRandomValues(new Uint32Array(4)).join("-"), conversationId: null, list: null, priority: false, busy: false };
}

async function call(path, options = {}) {
  const response = await fetch(path, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) throw Object.assign(new Error(path), { sentence: body?.error?.message, status: response.status });
  return body;
}

const post = (path, body) => call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

// -- screens --------------------------------------------------------------------------------

function show(id) {
  for (const screen of document.querySelectorAll(".screen")) screen.hidden = screen.id !== id;
  byId("problem").hidden = true;
  window.scrollTo(0, 0);
  byId(`${id}-title`).focus({ preventScroll: true });
}

function items(list, lines, make) {
  list.replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.append(make(line));
    return item;
  }));
}

function paragraphs(place, lines) {
  place.replaceChildren(...(lines.length ? lines : ["chưa công bố"]).map((line) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    return paragraph;
  }));
}

function button(text, pressed) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", pressed);
  return element;
}

/** Run one step of the visit; a second tap meanwhile does nothing. */
async function step(work) {
  const mine = visit;
  if (mine.busy) return;
  mine.busy = true;
  document.body.classList.add("busy");
  try {
    await work(mine, () => mine === visit);
  } catch (problem) {
    if (mine === visit) trouble(problem);
  } finally {
    mine.busy = false;
    document.body.classList.remove("busy");
  }
}

function trouble(problem) {
  if (problem.sentence && problem.status < 500) {
    byId("problem").textContent = problem.sentence;
    byId("problem").hidden = false;
    say(problem.sentence);
    return;
  }
  byId("lost").hidden = false;
  watch();
}

let watching = false;
function watch() {
  if (watching) return;
  watching = true;
  const look = async () => {
    try {
      await call("readyz");
      byId("lost").hidden = true;
      watching = false;
    } catch {
      setTimeout(look, RETRY_MS);
    }
  };
  setTimeout(look, RETRY_MS);
}

// -- the visit ------------------------------------------------------------------------------

function ask(message) {
  step(async (mine, isMine) => {
    const answer = await post("api/chat", { message, conversation_id: mine.conversationId, channel: "kiosk" });
    if (!isMine()) return forget(answer.conversation_id);
    mine.conversationId = answer.conversation_id;
    if (answer.procedure && answer.outcome === "answered") return openPapers(answer.procedure.code, null, answer.speech);
    byId("answer-title").textContent = answer.procedure?.name ?? "Trả lời";
    document.querySelector("#answer .text").replaceChildren(renderText(answer.text, answer.choices));
    items(document.querySelector("#answer .choices"), answer.choices, (choice) => button(choice.label, () => ask(choice.message)));
    show("answer");
    return say(answer.speech);
  });
}

async function openPapers(code, chosen, speech) {
  const mine = visit;
  const query = chosen ? `?case=${encodeURIComponent(chosen)}` : "";
  const list = await call(`api/kiosk/checklist/${encodeURIComponent(code)}${query}`);
  if (mine !== visit) return;
  mine.list = list;
  byId("papers-title").textContent = list.name;
  const place = list.counter ? `Quầy ${list.counter} – ${list.counter_name}` : list.counter_name ?? "";
  document.querySelector("#papers .where").textContent = [place, list.way].filter(Boolean).join(", ");
  const cases = document.querySelector("#papers .cases");
  cases.hidden = !list.cases.length;
  cases.querySelector(".question").textContent = list.case_question ?? "Trường hợp của anh/chị?";
  items(cases.querySelector("ul"), list.cases, (one) => {
    const choice = button(one.label, () => step(() => openPapers(code, one.id)));
    choice.setAttribute("aria-pressed", one.id === list.case);
    return choice;
  });
  items(document.querySelector("#papers .ticks ul"), list.papers, (paper) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", value: paper.name });
    label.append(box, " ", paper.line);
    return label;
  });
  document.querySelector("#papers .ticks").hidden = !list.papers.length;
  paragraphs(byId("fees"), list.fees);
  paragraphs(byId("times"), list.times);
  document.querySelector("#papers .unverified").hidden = list.verified;
  byId("get-number").hidden = !list.gives_numbers || Boolean(list.suspended);
  show("papers");
  if (list.suspended) trouble({ sentence: list.suspended, status: 409 });
  else if (speech) say(speech);
}

function missing() {
  return [...document.querySelectorAll("#papers .ticks input:not(:checked)")].map((box) => box.value);
}

function checkPapers() {
  const names = missing();
  if (!names.length) return show("priority");
  byId("missing-count").textContent = names.length;
  items(byId("missing-list"), names, (name) => name);
  return show("missing");
}

function takeNumber() {
  step(async (mine, isMine) => {
    const body = { client_key: mine.key, is_priority: mine.priority };
    if (mine.list) Object.assign(body, { code: mine.list.code, case: mine.list.case, missing: missing() });
    const number = await post("api/queue", body);
    if (!isMine()) return;
    const counters = number.counters.map((counter) => counter.number).join(", ");
    byId("label").textContent = number.label;
    byId("counter").textContent = `Quầy ${counters}${number.counters[0]?.way ? ` – ${number.counters[0].way}` : ""}`;
    byId("place").textContent = number.text;
    byId("qr").src = `kiosk/qr/so/${number.token}.svg`;
    byId("map").src = `kiosk/so-do/${encodeURIComponent(number.counters[0]?.number ?? "")}.svg`;
    show("number");
    say(`Số của anh chị là ${number.label}. ${number.text}`);
    if (mine.printed) return;
    mine.printed = true;
    byId("slip").src = `kiosk/phieu/${number.token}?in=1`;
  });
}

// -- leaving --------------------------------------------------------------------------------

function forget(id) {
  if (id) fetch(`api/conversations/${encodeURIComponent(id)}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

/** The next person sees and finds nothing of the last one. */
function wipe() {
  hush();
  forget(visit.conversationId);
  visit = freshVisit();
  for (const kept of document.querySelectorAll("#answer .text, #answer .choices, #papers ul, #missing-list")) kept.replaceChildren();
  for (const kept of document.querySelectorAll("#answer-title, #papers-title, #papers .where, #papers .question, #label, #counter, #place, #fees, #times, #problem")) kept.textContent = "";
  for (const image of [byId("qr"), byId("map")]) image.removeAttribute("src");
  byId("slip").src = "about:blank";
  if (byId("still").open) byId("still").close();
  delete document.documentElement.dataset.size;
  delete document.documentElement.dataset.contrast;
  byId("contrast").setAttribute("aria-pressed", false);
  show("home");
}

function isHome() {
  return !byId("home").hidden && !visit.conversationId;
}

function alive() {
  clearTimeout(idleTimer);
  clearInterval(countdownTimer);
  if (byId("still").open) byId("still").close();
  idleTimer = setTimeout(warn, IDLE_MS);
}

function warn() {
  if (isHome()) return wipe();
  let left = COUNTDOWN;
  byId("left").textContent = left;
  byId("still").showModal();
  countdownTimer = setInterval(() => {
    left -= 1;
    byId("left").textContent = left;
    if (left > 0) return;
    clearInterval(countdownTimer);
    wipe();
  }, 1000);
}

// -- doing ----------------------------------------------------------------------------------

let greeted = false;
document.addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  if (!pressed) return;
  if (!greeted && pressed.dataset.ask) {
    greeted = true;
    say(byId("disclosure").textContent);
  }
  if (pressed.dataset.ask) ask(pressed.dataset.ask);
  if ("home" in pressed.dataset) {
    greeted = false;
    wipe();
  }
  if (pressed.dataset.priority) {
    visit.priority = pressed.dataset.priority === "yes";
    takeNumber();
  }
});
byId("get-number").addEventListener("click", checkPapers);
byId("anyway").addEventListener("click", () => show("priority"));
byId("staff").addEventListener("click", () => show("person"));
byId("reception-number").addEventListener("click", () => {
  visit.list = null;
  show("priority");
});
byId("again").addEventListener("click", repeat);
byId("slow").addEventListener("click", (event) => {
  const slow = event.currentTarget.getAttribute("aria-pressed") !== "true";
  event.currentTarget.setAttribute("aria-pressed", slow);
  setSlow(slow);
});
byId("size").addEventListener("click", () => {
  const data = document.documentElement.dataset;
  data.size = `${(Number(data.size ?? 1) % 3) + 1}`;
});
byId("contrast").addEventListener("click", (event) => {
  const data = document.documentElement.dataset;
  data.contrast = data.contrast === "high" ? "normal" : "high";
  event.currentTarget.setAttribute("aria-pressed", data.contrast === "high");
});
byId("stay").addEventListener("click", alive);
for (const sign of ["pointerdown", "keydown"]) document.addEventListener(sign, alive);
window.addEventListener("pagehide", () => forget(visit.conversationId));
hasVoice((has) => {
  byId("mute").hidden = has;
  byId("again").hidden = !has;
  byId("slow").hidden = !has;
});
alive();
