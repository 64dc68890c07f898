/** The waiting room's board: every call shown and said in order, none over another. */

import { hasVoice, sayInTurn } from "./voice.js";

const SHOW_MS = 4_000; // long enough to read across a room, with or without a voice
const ROWS = 8;
const now = document.getElementById("now");
const WELCOME = now.textContent;
const NEW_DAY_MS = 60_000;
const calls = document.getElementById("calls");
const waiting = [];
let busy = false;

function row(call) {
  const line = document.createElement("tr");
  for (const text of [call.label, call.counter]) {
    const cell = document.createElement("td");
    cell.textContent = text;
    line.append(cell);
  }
  calls.prepend(line);
  while (calls.rows.length > ROWS) calls.lastElementChild.remove();
}

function next() {
  if (busy || !waiting.length) return;
  busy = true;
  const call = waiting.shift();
  now.textContent = call.text;
  row(call);
  const said = new Promise((done) => sayInTurn(call.speech, done));
  const shown = new Promise((done) => setTimeout(done, waiting.length ? SHOW_MS : 500));
  // a voice that never reports its end must not stop the queue
  const patience = new Promise((done) => setTimeout(done, 15_000));
  Promise.race([Promise.all([said, shown]), patience]).then(() => {
    busy = false;
    next();
  });
}

async function open() {
  let last = 0;
  try {
    const board = await (await fetch("api/board")).json();
    calls.replaceChildren();
    for (const call of board.calls) row(call);
    if (board.calls.length) {
      now.textContent = board.calls.at(-1).text;
      last = board.calls.at(-1).id;
    }
  } catch {
    document.getElementById("lost").hidden = false;
    return setTimeout(open, 3_000);
  }
  document.getElementById("lost").hidden = true;
  const events = new EventSource(`api/board/events?after=${last}`);
  events.addEventListener("call", (event) => {
    waiting.push(JSON.parse(event.data));
    next();
  });
  events.onopen = () => { document.getElementById("lost").hidden = true; };
  events.onerror = () => {
    document.getElementById("lost").hidden = false;
    if (events.readyState === EventSource.CLOSED) setTimeout(open, 3_000);
  };
  return events;
}

/** A new day: yesterday's last call must not send anybody to a counter. */
async function clearYesterday() {
  if (!calls.rows.length) return;
  try {
    const board = await (await fetch("api/board")).json();
    if (board.calls.length || busy || waiting.length) return;
  } catch {
    return; // said by the lost stream already
  }
  calls.replaceChildren();
  now.textContent = WELCOME;
}

hasVoice((has) => { document.getElementById("mute").hidden = has; });
open();
setInterval(clearYesterday, NEW_DAY_MS);
