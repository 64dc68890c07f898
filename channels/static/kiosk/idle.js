/** Nobody touches the screen for a while: a warned countdown, then the wipe. */

import { byId } from "./screens.js";
import { call } from "./server.js";

const IDLE_MS = Number(document.body.dataset.idle) * 1000;
const COUNTDOWN = Number(document.body.dataset.countdown);
// Hours, notices and what the office has closed are part of the page.
const FRESH_MS = 5 * 60_000;
const loadedAt = Date.now();
let idleTimer;
let countdownTimer;
let leave;
let isHome;
let warned = () => {};

function warn() {
  if (isHome()) {
    leave();
    return refresh();
  }
  let left = COUNTDOWN;
  byId("left").textContent = left;
  byId("still").showModal();
  warned();
  countdownTimer = setInterval(() => {
    left -= 1;
    byId("left").textContent = left;
    if (left > 0) return;
    clearInterval(countdownTimer);
    leave();
  }, 1000);
  return undefined;
}

/** Nobody is here: an old page is fetched anew, and kept where there is no server to give a new one. */
async function refresh() {
  if (Date.now() - loadedAt < FRESH_MS) return alive();
  try {
    await call("readyz");
  } catch {
    return alive(); // later
  }
  return isHome() ? location.reload() : undefined;
}

/** Somebody is here: the wait begins anew. */
export function alive() {
  clearTimeout(idleTimer);
  clearInterval(countdownTimer);
  if (byId("still").open) byId("still").close();
  idleTimer = setTimeout(warn, IDLE_MS);
}

/** Whether the warning stands on the screen. */
export function isWarning() {
  return byId("still").open;
}

/**
 * Call `wipe` after the warning, or without one when `home` says that there is nothing to lose;
 * `warn` is told when the warning appears.
 */
export function setUpIdle(wipe, home, tell) {
  leave = wipe;
  isHome = home;
  warned = tell;
  byId("stay").addEventListener("click", alive);
  for (const sign of ["pointerdown", "keydown"]) document.addEventListener(sign, alive);
  alive();
}
