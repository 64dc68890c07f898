/** What lies below the edge is said to be there: a button that moves on, for who does not know to drag. */

import { byId, shown } from "./screens.js";

const WORTH_IT = 2; // a rounded dot; a few more already cut a code that is to be scanned
const more = byId("more");

/** How high the part is that can be read: the bar stands over the rest. */
function readable() {
  const bar = document.querySelector(".bar");
  return innerHeight - (getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0);
}

function move(top) {
  scrollBy({ top, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

function look() {
  more.hidden = byId(shown()).getBoundingClientRect().bottom - readable() < WORTH_IT;
}

/** Move on until `element` starts the part that is read; where it ends in view already, nothing moves. */
export function bringUp(element) {
  const { top, bottom } = element.getBoundingClientRect();
  if (bottom > readable()) move(top);
}

export function setUpMore() {
  // a little of what was read last stays, so that the eye finds its place
  more.addEventListener("click", () => move(readable() * 0.8));
  document.addEventListener("scroll", look, { passive: true });
  const sizes = new ResizeObserver(look);
  for (const each of [byId("main"), document.body]) sizes.observe(each);
  look();
}
