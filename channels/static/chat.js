/** The chat page: what a resident does, what the server says, what is shown. */

import { copyOf, renderAnswer, renderClerk, word } from "./answer.js";
import { carried } from "./carried.js";
import { waitFor, watchInquiries } from "./clerk.js";
import { setUpDisplay } from "./display.js";
import { nothing, recall, remember } from "./memory.js";
import { ask, newTurnId } from "./wire.js";

const SLOW_AFTER_MS = 3_000;
const byId = (id) => document.getElementById(id);
const log = byId("log");
const message = byId("message");
const pending = byId("pending");
const maxChars = Number(document.body.dataset.maxChars);

let memory = recall();
let busy = false;

// -- showing --------------------------------------------------------------------------------

function show(entry) {
  const element = elementOf(entry);
  log.append(element);
  return element;
}

function elementOf(entry) {
  if (entry.kind === "desk") return renderAnswer(entry.answer);
  return entry.kind === "clerk" ? renderClerk(entry) : shownWords(entry);
}

function shownWords(entry) {
  if (entry.kind === "note") {
    const note = document.createElement("p");
    note.className = "note";
    note.textContent = word("sentences", entry.name);
    return note;
  }
  const element = copyOf("resident-message");
  element.querySelector(".said").textContent = entry.text;
  if (entry.status === "failed" || entry.status === "refused") element.append(failureOf(entry, element));
  return element;
}

function failureOf(entry, element) {
  const failure = copyOf("failed-message");
  failure.querySelector(".reason").textContent = entry.sentence ?? word("sentences", entry.reason);
  const [keep, drop] = entry.status === "refused" ? [".edit", ".retry"] : [".retry", ".edit"];
  failure.querySelector(drop).remove();
  failure.querySelector(keep).addEventListener("click", () => {
    if (busy) return;
    memory.entries = memory.entries.filter((each) => each !== entry);
    element.remove();
    if (entry.status === "refused") takeBack(entry.text);
    else say(entry.text, entry.turnId).focus({ preventScroll: true }); // the pressed button is gone
  });
  return failure;
}

function takeBack(text) {
  message.value = [text, message.value].filter(Boolean).join("\n");
  remember(memory);
  typed();
  message.focus();
}

function showInHand() {
  byId("in-hand").hidden = !memory.procedure;
  byId("in-hand").querySelector("b").textContent = memory.procedure?.name ?? "";
  byId("in-hand").title = memory.procedure ? `${memory.procedure.name} (${memory.procedure.code})` : "";
}

function showFollowUps() {
  for (const old of log.querySelectorAll(".follow-ups, .follow-ups-title")) old.remove();
  const last = memory.entries.at(-1);
  if (last?.kind !== "desk" || !last.answer.procedure || last.answer.outcome !== "answered") return;
  // an answer without a topic is the overview, see assistant/facts.py
  const covered = last.answer.topics.length ? last.answer.topics : ["papers", "place", "fee", "time", "channel"];
  const offered = byId("follow-ups").content.cloneNode(true);
  for (const topic of covered) offered.querySelector(`[data-topic="${CSS.escape(topic)}"]`)?.parentElement.remove();
  log.lastElementChild.append(offered);
}

function showBusy(sentence) {
  busy = Boolean(sentence);
  document.body.classList.toggle("busy", busy);
  byId("send").setAttribute("aria-disabled", busy);
  pending.textContent = sentence;
}

// Reading starts at the question, so the question is brought to the top, not the answer's end.
function readFrom(element) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
}

// -- saying ---------------------------------------------------------------------------------

/** Put a message into the log and send it, under the name of a turn that failed before; the element that shows it. */
function say(text, turnId = newTurnId()) {
  const { entry, element } = put(text, turnId);
  send(entry, element);
  return element;
}

function put(text, turnId) {
  const entry = { kind: "resident", text, turnId, status: "sending" };
  memory.entries.push(entry);
  const element = show(entry);
  showFollowUps();
  return { entry, element };
}

/** Questions from the screen in the lobby, asked here in their order. */
async function bring(texts) {
  for (const text of texts) {
    const { entry, element } = put(text, newTurnId());
    await send(entry, element);
  }
}

async function send(entry, element) {
  showBusy(word("sentences", "sending"));
  const slow = setTimeout(() => showBusy(word("sentences", "slow")), SLOW_AFTER_MS);
  remember(memory);
  readFrom(element);
  let result = await ask(entry.text, memory.conversationId, entry.turnId, reword);
  if (result.name === "unknown" && memory.conversationId) {
    Object.assign(memory, { conversationId: null, procedure: null });
    result = await ask(entry.text, null, entry.turnId, reword);
    if (result.name === "answered") tell("new_conversation");
  }
  clearTimeout(slow);
  showBusy("");
  conclude(entry, element, result);
  showInHand();
  remember(memory);
  readFrom(element);
}

function conclude(entry, element, { name, answer, inquiry, sentence, reason }) {
  if (name === "answered") {
    entry.status = "sent";
    memory.conversationId = answer.conversation_id;
    memory.procedure = answer.procedure ?? memory.procedure;
    if (inquiry) waitFor(memory, inquiry);
    memory.entries.push({ kind: "desk", answer });
    show(memory.entries.at(-1));
    showFollowUps();
    return;
  }
  Object.assign(entry, { status: name === "refused" ? "refused" : "failed", sentence, reason: reason ?? "broken" });
  element.append(failureOf(entry, element));
}

/** A model has worded an answer that is shown already: other words in the same place, said to nobody twice. */
function reword(answer) {
  const entry = memory.entries.find((each) => each.kind === "desk" && each.answer.turn_id === answer.turn_id);
  if (!entry) return; // deleted meanwhile
  entry.answer = answer;
  remember(memory);
  const shown = log.querySelector(`[data-turn="${CSS.escape(answer.turn_id)}"] .text`);
  shown.setAttribute("aria-live", "off");
  shown.replaceChildren(...renderAnswer(answer).querySelector(".text").childNodes);
}

/** A clerk has settled an inquiry: the answer as a bubble, unless the desk has just read it out. */
function settle(code, { answer, answeredAt }) {
  const heard = memory.entries.some(
    ({ kind, answer: said }) => kind === "desk" && said.outcome === "office_info" && said.text.includes(`${code} (`) && said.text.includes(answer),
  );
  if (answer && !heard) {
    memory.entries.push({ kind: "clerk", code, text: answer, at: answeredAt });
    const element = show(memory.entries.at(-1));
    if (!message.value) readFrom(element); // who is writing is not moved away
  }
  remember(memory);
}

function tell(name) {
  const note = { kind: "note", name };
  memory.entries.push(note);
  show(note);
}

// -- doing ----------------------------------------------------------------------------------

function submit() {
  const text = message.value.trim();
  if (busy || !text) return message.focus();
  message.value = "";
  typed();
  return say(text);
}

function typed() {
  message.style.height = "auto";
  message.style.height = `${message.scrollHeight + 2}px`;
  const count = message.value.trim().length;
  const over = word("sentences", "over").replace("{count}", count).replace("{limit}", maxChars);
  byId("count").textContent = count > maxChars ? over : "";
}

async function erase() {
  const old = memory.conversationId;
  memory = nothing();
  log.replaceChildren();
  showInHand();
  remember(memory);
  byId("welcome").focus({ preventScroll: true });
  window.scrollTo(0, 0);
  if (!old) return tell("erased");
  showBusy(word("sentences", "erasing"));
  const result = await ask("Xóa cuộc trò chuyện", old, newTurnId()); // the same words work in every channel
  showBusy("");
  const gone = result.name === "unknown" || (result.answer && result.answer.conversation_id !== old);
  tell(gone ? "erased" : "erased_here");
  return remember(memory);
}

function showNetwork() {
  byId("offline").textContent = navigator.onLine ? "" : word("sentences", "no_network");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-say]");
  if (button && !busy) say(button.dataset.say);
});
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
message.addEventListener("input", typed);
message.addEventListener("keydown", (event) => {
  // while a Telex or VNI keyboard is composing, Enter only accepts the syllable (229: older Safari)
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
byId("erase").addEventListener("click", () => !busy && byId("erase-dialog").showModal());
byId("erase-dialog").addEventListener("close", (event) => {
  if (event.target.returnValue === "erase") erase();
  event.target.returnValue = "";
});
window.addEventListener("online", showNetwork);
window.addEventListener("offline", showNetwork);

setUpDisplay(byId("display"));
for (const entry of memory.entries) show(entry);
showFollowUps();
showInHand();
showNetwork();
log.setAttribute("aria-live", "polite"); // after what a reload brought back, which is not news
watchInquiries(() => (busy ? null : memory), settle);
for (const control of document.querySelectorAll("[disabled]")) control.disabled = false;
if (log.lastElementChild) log.lastElementChild.scrollIntoView({ block: "start" });
bring(carried());
