/** Nobody touches the screen for a while: a warned countdown, then the wipe. */

import { byId } from "./screens.js";

const IDLE_MS = Number(document.body.dataset.idle) * 1000;
const COUNTDOWN = Number(document.body.dataset.countdown);
let idleTimer;
let countdownTimer;
let leave;
let isHome;
let warned = () => {};

function warn() {
  if (isHome()) return leave();
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
