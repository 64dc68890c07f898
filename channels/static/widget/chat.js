/** The conversation in the widget's window: what is said, what waits for a network, what comes back. */

import { renderAnswer, renderClerk } from "../answer.js";
import { waitFor } from "../clerk.js";
import { nothing, remember } from "../memory.js";
import { ask, newTurnId } from "../wire.js";
import { el, failureOf, followUpsOf, questionOf } from "./parts.js";

const SLOW_AFTER_MS = 3_000;
const TRY_AGAIN_MS = 15_000;
const OVERVIEW = ["papers", "place", "fee", "time", "channel"]; // what an answer without a topic covers

/** The chat in `panel`; `memory` is shared and changed in place. Ends with `signal`. */
export function chatIn(panel, words, memory, maxChars, signal) {
  const find = (selector) => panel.querySelector(selector);
  const [log, scroll, message] = [find(".log"), find(".scroll"), find("textarea")];
  const pending = el("p.pending");
  let busy = false;

  function elementOf(entry) {
    if (entry.kind === "desk") return renderAnswer(entry.answer);
    if (entry.kind === "clerk") return renderClerk(entry);
    if (entry.kind === "note") return el("p.note", {}, words[entry.name]);
    return questionOf(words, entry);
  }

  function show(entry) {
    const element = elementOf(entry);
    log.append(element);
    return element;
  }

  function add(entry) {
    memory.entries.push(entry);
    return show(entry);
  }

  // Reading starts at the question, so the question is brought to the top, not the answer's end.
  function readFrom(element) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = scroll.scrollTop + element.getBoundingClientRect().top - scroll.getBoundingClientRect().top - 8;
    scroll.scrollTo({ top, behavior: still ? "auto" : "smooth" });
  }

  function showFollowUps() {
    for (const old of log.querySelectorAll(".follow-ups, .follow-ups-title")) old.remove();
    const last = memory.entries.at(-1);
    if (last?.kind !== "desk" || !last.answer.procedure || last.answer.outcome !== "answered") return;
    log.lastElementChild.append(...followUpsOf(words, last.answer.topics.length ? last.answer.topics : OVERVIEW));
  }

  function showBusy(sentence) {
    busy = Boolean(sentence);
    panel.classList.toggle("busy", busy);
    find(".send").setAttribute("aria-disabled", busy);
    pending.textContent = sentence;
    if (busy) log.append(pending); // inside the log, which is the one region that is read out
    else pending.remove();
  }

  const queued = () => memory.entries.find((entry) => entry.status === "queued");

  function say(text, turnId = newTurnId()) {
    if (busy) return null;
    if (queued()) {
      tell("one_waits");
      return null;
    }
    const entry = { kind: "resident", text, turnId, status: "sending" };
    const element = add(entry);
    showFollowUps();
    readFrom(element);
    if (navigator.onLine) send(entry, element);
    else conclude(entry, element, { name: "failed", reason: "offline" });
    return element;
  }

  async function send(entry, element) {
    showBusy(words.sending);
    const slow = setTimeout(() => showBusy(words.slow), SLOW_AFTER_MS);
    remember(memory);
    let result = await ask(entry.text, memory.conversationId, entry.turnId, reword);
    if (result.name === "unknown" && memory.conversationId) {
      Object.assign(memory, { conversationId: null, procedure: null });
      result = await ask(entry.text, null, entry.turnId, reword);
      if (result.name === "answered") tell("new_conversation");
    }
    clearTimeout(slow);
    showBusy("");
    conclude(entry, element, result);
    if (result.name === "answered") readFrom(element);
  }

  function conclude(entry, element, { name, answer, inquiry, sentence, reason }) {
    element.querySelector(".failed")?.remove();
    if (name === "answered") {
      entry.status = "sent";
      memory.conversationId = answer.conversation_id;
      memory.procedure = answer.procedure ?? memory.procedure;
      if (inquiry) waitFor(memory, inquiry);
      add({ kind: "desk", answer });
      showFollowUps();
    } else {
      const status = name === "refused" ? "refused" : ["offline", "unreachable"].includes(reason) ? "queued" : "failed";
      Object.assign(entry, { status, sentence, reason: reason ?? "broken" });
      element.append(failureOf(words, entry));
      readFrom(element);
    }
    remember(memory);
  }

  /** What waits is sent once there is a network; the same turn, so never answered twice. */
  function sendQueued() {
    const entry = queued();
    if (!entry || busy || !navigator.onLine) return;
    const element = elementFor(entry);
    element.querySelector(".failed")?.remove();
    send(entry, element);
  }

  const elementFor = (entry) => log.querySelectorAll(".message, .note")[memory.entries.indexOf(entry)];

  function act(element, what) {
    const entry = memory.entries[[...log.querySelectorAll(".message, .note")].indexOf(element)];
    if (busy || !entry) return;
    memory.entries.splice(memory.entries.indexOf(entry), 1);
    element.remove();
    remember(memory);
    if (what === "retry") return say(entry.text, entry.turnId)?.focus({ preventScroll: true });
    message.value = [entry.text, message.value].filter(Boolean).join("\n");
    typed();
    return message.focus();
  }

  /** A model has worded an answer that is shown already: other words in the same place, read out to nobody twice. */
  function reword(answer) {
    const entry = memory.entries.find((each) => each.kind === "desk" && each.answer.turn_id === answer.turn_id);
    if (!entry) return;
    entry.answer = answer;
    remember(memory);
    const shown = log.querySelector(`[data-turn="${CSS.escape(answer.turn_id)}"] .text`);
    shown.setAttribute("aria-live", "off");
    shown.replaceChildren(...renderAnswer(answer).querySelector(".text").childNodes);
  }

  function tell(name) {
    const last = memory.entries.at(-1);
    if (last?.kind === "note" && last.name === name) return;
    readFrom(add({ kind: "note", name }));
    remember(memory);
  }

  function submit() {
    const text = message.value.trim();
    if (busy || !text) return message.focus();
    if (say(text)) message.value = "";
    return typed();
  }

  function typed() {
    const count = message.value.trim().length;
    const over = words.over.replace("{count}", count).replace("{limit}", maxChars);
    find(".count").textContent = count > maxChars ? over : "";
    message.style.height = "auto";
    message.style.height = `${message.scrollHeight + 2}px`;
  }

  async function erase() {
    const old = memory.conversationId;
    Object.assign(memory, nothing());
    log.replaceChildren();
    remember(memory);
    message.focus({ preventScroll: true });
    if (!old) return tell("erased");
    showBusy(words.sending);
    const result = await ask("Xóa cuộc trò chuyện", old, newTurnId());
    showBusy("");
    const gone = result.name === "unknown" || (result.answer && result.answer.conversation_id !== old);
    return tell(gone ? "erased" : "erased_here");
  }

  panel.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (pressed?.dataset.say) say(pressed.dataset.say);
    if (pressed?.dataset.act) act(pressed.closest(".message"), pressed.dataset.act);
    if (pressed?.matches(".erase") && !busy) find(".erasing").showModal();
  }, { signal });
  find(".erasing").addEventListener("close", ({ target }) => {
    if (target.returnValue === "erase") erase();
    target.returnValue = "";
  }, { signal });
  find(".composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  }, { signal });
  message.addEventListener("input", typed, { signal });
  message.addEventListener("keydown", (event) => {
    // while a Telex or VNI keyboard is composing, Enter only accepts the syllable (229: older Safari)
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  }, { signal });
  addEventListener("online", sendQueued, { signal });
  const again = setInterval(sendQueued, TRY_AGAIN_MS);
  signal.addEventListener("abort", () => clearInterval(again));

  for (const entry of memory.entries) show(entry);
  showFollowUps();
  log.setAttribute("aria-live", "polite"); // after what was said before, which is not news
  sendQueued();
  return {
    isBusy: () => busy,
    /** A clerk's answer that has come, shown unless the desk has just read it out. */
    show: (entry) => {
      const element = show(entry);
      if (!message.value) readFrom(element);
    },
    readLast: () => log.lastElementChild && readFrom(log.lastElementChild),
  };
}
