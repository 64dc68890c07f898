/** The kiosk: one visit from the first touch to the number, wiped when the person leaves. */

import { drawFrom, renderText } from "../answer.js";
import { openAsk, setUpAsking, showEars, wipeAsking } from "./asking.js";
import { setUpIdle } from "./idle.js";
import { bringUp, setUpMore } from "./more.js";
import { button, byId, complain, items, paragraphs, show } from "./screens.js";
import { call, forget, post, watch } from "./server.js";
import { hint, isByVoice, leaveSpoken, setUpSpoken, warnAloud } from "./spoken.js";
import { hasVoice, hush, repeat, say, setSlow, voiceChanged } from "./voice.js";
import { language, setLanguage, t } from "./words.js";

// What the card of papers shows by itself; other questions get their answer first.
const ON_THE_CARD = new Set(["papers", "fee", "time", "place"]);
let visit = freshVisit();

// A visit's own object: an answer that arrives after the wipe belongs to nobody and is dropped.
function freshVisit() {
  return { key: crypto.getRandomValues(new Uint32Array(4)).join("-"), conversationId: null, asked: "", questions: [], list: null, factsFirst: false, priority: false, busy: false };
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
  if (problem.status === undefined) { // a mistake of ours, not a lost server: said, and not hidden
    reportError(problem);
    return complain(t("broken"));
  }
  if (!problem.sentence || problem.status >= 500) return watch(byId("lost"));
  // refusals come in the language of the screen, what is wrong with a request in Vietnamese only
  const sentence = language() === "vi" || problem.status === 409 ? problem.sentence : t("broken");
  complain(sentence);
  return say(sentence);
}

// -- the visit ------------------------------------------------------------------------------

function ask(message) {
  step(async (mine, isMine) => {
    const answer = await post("api/chat", { message, conversation_id: mine.conversationId, channel: "kiosk" });
    if (!isMine()) return forget(answer.conversation_id);
    mine.conversationId = answer.conversation_id;
    mine.asked = message;
    mine.questions.push(message);
    for (const line of document.querySelectorAll(".asked span")) line.textContent = t("asked", message);
    const code = answer.procedure && answer.outcome === "answered" ? answer.procedure.code : null;
    mine.factsFirst = !answer.topics.includes("papers") && answer.topics.some((topic) => topic === "fee" || topic === "time");
    if (code && answer.topics.every((topic) => ON_THE_CARD.has(topic))) return openPapers(code, null, answer.speech);
    byId("answer-title").textContent = answer.procedure?.name ?? t("answer");
    document.querySelector("#answer .text").replaceChildren(plain(renderText(answer.text, answer.choices)));
    items(document.querySelector("#answer .choices"), answer.choices, (choice) => button(choice.label, () => ask(choice.message)));
    byId("open-papers").hidden = !code;
    byId("open-papers").dataset.code = code ?? "";
    show("answer");
    takeAlong(mine.questions, isMine);
    // whoever does not look hears every choice
    const most = isByVoice() && answer.choices.length ? Infinity : 2;
    return say(answer.speech, hint(answer.choices.length ? "pickOne" : "askMore"), most, introduction());
  });
}

/** Without links: whoever follows one at a kiosk does not find the way back. */
function plain(fragment) {
  for (const link of fragment.querySelectorAll("a")) link.replaceWith(link.textContent);
  return fragment;
}

/** A code that asks the same on the phone; without it the answer is there all the same. */
async function takeAlong(questions, isMine) {
  byId("carry").hidden = true;
  try {
    const { svg } = await post("api/kiosk/qr", { questions: questions.slice(-20) });
    if (!isMine()) return;
    byId("carry-qr").innerHTML = svg;
    byId("carry").hidden = false;
  } catch {
    // the screen says what it says without a code
  }
}

async function openPapers(code, chosen, speech) {
  const mine = visit;
  const query = new URLSearchParams({ lang: language(), ...(chosen ? { case: chosen } : {}) });
  const list = await call(`api/kiosk/checklist/${encodeURIComponent(code)}?${query}`);
  if (mine !== visit) return;
  mine.list = list;
  byId("papers-title").textContent = list.name;
  const place = list.counter ? `${t("counter")} ${list.counter} – ${list.counter_name}` : list.counter_name ?? "";
  document.querySelector("#papers .where").textContent = [place, list.way].filter(Boolean).join(", ");
  const cases = document.querySelector("#papers .cases");
  cases.hidden = !list.cases.length;
  cases.classList.toggle("told", Boolean(list.case));
  cases.querySelector(".question").textContent = list.case_question ?? t("yourCase");
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
  const ticks = document.querySelector("#papers .ticks");
  ticks.hidden = !list.papers.length;
  (mine.factsFirst ? cases : ticks).after(document.querySelector("#papers .facts"));
  paragraphs(byId("fees"), list.fees);
  paragraphs(byId("times"), list.times);
  document.querySelector("#papers .unverified").hidden = list.verified;
  byId("take-along").hidden = false;
  byId("checklist-qr").src = `kiosk/qr/giay-to/${encodeURIComponent(code)}.svg${chosen ? `?case=${encodeURIComponent(chosen)}` : ""}`;
  byId("source").hidden = !list.has_source;
  if (list.has_source) byId("source-qr").src = `kiosk/qr/thu-tuc/${encodeURIComponent(code)}.svg`;
  const refused = list.gives_numbers && !list.suspended ? list.no_number_now : null;
  byId("get-number").hidden = !list.gives_numbers || Boolean(list.suspended ?? refused);
  show("papers");
  if (chosen) bringUp(ticks); // the list of this case, which may be below the edge
  byId("no-number").textContent = refused ?? "";
  byId("no-number").hidden = !refused;
  if (list.suspended) trouble({ sentence: list.suspended, status: 409 });
  else if (refused) say(speech, refused, 2, introduction());
  else if (isByVoice() && list.cases.length && !list.case) say(speech, list.spoken_cases, 2, introduction());
  else say(speech, [t("paperCheck"), hint("paperWays")].join(" ").trim(), 2, introduction());
}

function missing() {
  return [...document.querySelectorAll("#papers .ticks input:not(:checked)")].map((box) => box.value);
}

function askPriority() {
  show("priority");
  say(t("priorityQuestion"), hint("yesOrNo"));
}

function checkPapers() {
  const names = missing();
  if (!names.length) return askPriority();
  byId("missing-count").textContent = names.length;
  items(byId("missing-list"), names, (name) => {
    const paper = visit.list.papers.find((each) => each.name === name);
    const line = document.createElement("span");
    line.textContent = paper?.line ?? name;
    if (paper?.get) {
      const get = document.createElement("small");
      get.textContent = paper.get;
      line.append(get);
    }
    return line;
  });
  show("missing");
  return say(t("stillMissing", names.length), hint("missingWays"));
}

function takeNumber() {
  step(async (mine, isMine) => {
    const body = { client_key: mine.key, is_priority: mine.priority, language: language() };
    if (mine.list) Object.assign(body, { code: mine.list.code, case: mine.list.case, missing: missing() });
    const number = await post("api/queue", body);
    if (!isMine()) return;
    const counters = number.counters.map((counter) => counter.number).join(", ");
    byId("label").textContent = number.label;
    byId("counter").textContent = `${t("counter")} ${counters}${number.counters[0]?.way ? ` – ${number.counters[0].way}` : ""}`;
    byId("place").textContent = number.text;
    byId("qr").src = `kiosk/qr/so/${number.token}.svg`;
    byId("map").src = `kiosk/so-do/${encodeURIComponent(number.counters[0]?.number ?? "")}.svg`;
    show("number");
    say(t("yourNumber", number.spoken_label, number.speech), hint("leaveWays"), 3);
    if (mine.printed) return;
    mine.printed = true;
    await printSlip(number.token, isMine);
  });
}

/** One slip for each number: from the printer beside the screen, else from the browser's. */
async function printSlip(token, isMine) {
  byId("print-again").hidden = true;
  try {
    const { by } = await post(`api/queue/${token}/slip`, {});
    // whoever is quick with "Xong" gets the paper all the same: the number was given
    if (by === "browser") byId("slip").src = `kiosk/phieu/${token}?in=1`;
  } catch (problem) {
    if (!isMine() || problem.status === 409) return;
    complain(t("noSlip"));
    byId("print-again").hidden = false;
    byId("print-again").dataset.token = token;
  }
}

// -- leaving --------------------------------------------------------------------------------

/** The next person sees and finds nothing of the last one. */
function wipe() {
  hush();
  forget(visit.conversationId);
  visit = freshVisit();
  wipeAsking();
  for (const kept of document.querySelectorAll("#answer .text, #answer .choices, #papers ul, #missing-list")) kept.replaceChildren();
  for (const kept of document.querySelectorAll(".asked span, #answer-title, #papers-title, #papers .where, #papers .question, #label, #counter, #place, #fees, #times, #no-number, #problem")) kept.textContent = "";
  for (const image of [byId("qr"), byId("map"), byId("checklist-qr"), byId("source-qr")]) image.removeAttribute("src");
  byId("carry-qr").replaceChildren();
  byId("carry").hidden = true;
  delete byId("open-papers").dataset.code;
  byId("print-again").hidden = true;
  delete byId("print-again").dataset.token;
  if (byId("still").open) byId("still").close();
  delete document.documentElement.dataset.size;
  delete document.documentElement.dataset.contrast;
  byId("contrast").setAttribute("aria-pressed", false);
  byId("slow").setAttribute("aria-pressed", false);
  setSlow(false);
  speak("vi");
  greeted = false;
  show("home");
  leaveSpoken();
}

function isHome() {
  return !byId("home").hidden && !visit.conversationId && language() === "vi";
}

function speak(next) {
  setLanguage(next);
  byId("language").textContent = next === "en" ? "Tiếng Việt" : "English";
  byId("language").lang = next === "en" ? "vi" : "en";
  showEars();
  voiceChanged();
}

// -- doing ----------------------------------------------------------------------------------

drawFrom(document, "", []); // nobody calls a number from here
let greeted = false;
/** The first thing that is said in a visit tells what speaks; an answer would cut the long form short. */
function introduction() {
  if (greeted) return "";
  greeted = true;
  return t("whoAmI");
}

/** The first touch of a visit: the machine says what it is, aloud. */
function greet(more = "") {
  if (greeted) return;
  greeted = true;
  const { textContent, dataset } = byId("disclosure");
  say(language() === "vi" ? dataset.spoken : textContent, more);
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  if (!pressed) return;
  if (pressed.dataset.ask) ask(language() === "en" ? pressed.dataset.askEn : pressed.dataset.ask);
  if ("home" in pressed.dataset) wipe();
  if ("edit" in pressed.dataset) openAsk(visit.asked);
  if (pressed.dataset.priority) {
    visit.priority = pressed.dataset.priority === "yes";
    takeNumber();
  }
});
byId("home").addEventListener("pointerdown", ({ target }) => {
  if (!target.closest("button")) greet();
});
byId("open-papers").addEventListener("click", ({ currentTarget }) => step(() => openPapers(currentTarget.dataset.code, null)));
byId("get-number").addEventListener("click", checkPapers);
byId("anyway").addEventListener("click", askPriority);
byId("staff").addEventListener("click", () => {
  show("person");
  say(t("seeReception"), hint("numberWays"));
});
byId("reception-number").addEventListener("click", () => {
  visit.list = null;
  askPriority();
});
byId("print-again").addEventListener("click", ({ currentTarget }) => {
  byId("problem").hidden = true;
  step((mine, isMine) => printSlip(currentTarget.dataset.token, isMine));
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
byId("language").addEventListener("click", () => {
  speak(language() === "vi" ? "en" : "vi");
  show("home");
  greeted = false;
  greet();
});
window.addEventListener("pagehide", () => forget(visit.conversationId));
setUpAsking(ask, setUpSpoken({
  ask, greet, wipe, list: () => visit.list, tellCase: (id) => step(() => openPapers(visit.list.code, id)),
}));
hasVoice((has) => {
  byId("mute").hidden = has;
  byId("again").hidden = !has;
  byId("slow").hidden = !has;
});
setUpMore();
setUpIdle(wipe, isHome, warnAloud);
