/** The kiosk's screens, one at a time, and small elements built from text. */

import { t } from "./words.js";

export const byId = (id) => document.getElementById(id);

export function show(id) {
  for (const screen of document.querySelectorAll("main > .screen")) screen.hidden = screen.id !== id;
  byId("problem").hidden = true;
  byId("asking").hidden = id === "ask" || id === "listening" || id === "number";
  window.scrollTo(0, 0);
  byId(`${id}-title`).focus({ preventScroll: true });
}

/** The id of the screen that is shown. */
export function shown() {
  return document.querySelector("main > .screen:not([hidden])").id;
}

export function items(list, lines, make) {
  list.replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.append(make(line));
    return item;
  }));
}

export function paragraphs(place, lines) {
  place.replaceChildren(...(lines.length ? lines : [t("unpublished")]).map((line) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    return paragraph;
  }));
}

export function button(text, pressed) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", pressed);
  return element;
}

export function complain(sentence) {
  byId("problem").textContent = sentence;
  byId("problem").hidden = false;
  byId("problem").scrollIntoView({ block: "nearest" });
}
