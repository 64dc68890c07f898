/** `<letan-chat>`: a button on the office's own page that opens the chat; all in a shadow root. */

import { drawFrom } from "../answer.js";
import { watchInquiries } from "../clerk.js";
import { setUpDisplay } from "../display.js";
import { recall, remember, rememberUnder } from "../memory.js";
import { connectTo } from "../wire.js";
import { chatIn } from "./chat.js";
import { el, icon, panelOf, templatesOf } from "./parts.js";
import { WORDS } from "./words.js";

const NARROW = "(max-width: 30em)"; // the window covers the page, so the page behind it is closed off
const key = SCRIPT.dataset.office ?? "";
const base = new URL(`w/${encodeURIComponent(key)}/`, SCRIPT.src).href;
const desk = new URL(".", SCRIPT.src).href;

connectTo(base, {});
rememberUnder(`letan.widget.${key}`);

/** The office's words, or the reason why there are none; never throws. */
async function fetchOpening() {
  try {
    const response = await fetch(`${base}api/widget`);
    const body = await response.json();
    return response.ok ? body : { problem: body.error?.message };
  } catch {
    return { problem: "" };
  }
}

class LetanChat extends HTMLElement {
  #memory = recall();
  #language = this.#memory.language ?? (document.documentElement.lang.startsWith("en") ? "en" : "vi");
  #launcher = el("button.launcher", { type: "button", "aria-haspopup": "dialog" });
  #window = el("dialog.window", { "aria-labelledby": "title" });
  #opening = null;
  #chat = null;
  #ends = new AbortController();

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    root.append(this.#launcher, this.#window);
    this.#launcher.addEventListener("click", () => this.open());
    this.#window.addEventListener("keydown", (event) => this.#escape(event), { capture: true });
    this.#window.addEventListener("close", (event) => event.target === this.#window && this.#closed());
    watchInquiries(() => (this.#chat?.isBusy() ? null : this.#memory), (code, settled) => this.#settle(code, settled));
  }

  /** Escape closes what lies on top: the text-size panel, then the window; its own dialog closes itself. */
  #escape(event) {
    if (event.key !== "Escape" || this.#window.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopPropagation();
    const details = this.#window.querySelector(".display[open]");
    if (!details) return this.#window.close();
    details.open = false;
    details.querySelector("summary").focus();
  }

  connectedCallback() {
    this.#name();
    if (this.#memory.open) this.open({ focus: false });
  }

  get #words() {
    return WORDS[this.#language];
  }

  #name() {
    this.lang = this.#language;
    this.#launcher.replaceChildren(icon("chat"), el("span", {}, this.#memory.news ? this.#words.launchNew : this.#words.launch));
  }

  async open({ focus = true } = {}) {
    if (this.#window.open) return;
    this.#memory.open = true;
    this.#memory.news = false;
    remember(this.#memory);
    this.#launcher.hidden = true;
    if (matchMedia(NARROW).matches && focus) this.#window.showModal();
    else this.#window.show();
    if (!this.#opening) await this.#fill();
    else this.#chat.readLast();
    if (focus) this.#focus();
  }

  #focus() {
    // a keyboard that jumps up on a phone would hide the greeting
    const first = matchMedia("(hover: hover)").matches ? "textarea" : ".close";
    this.#window.querySelector(first)?.focus({ preventScroll: true });
  }

  #closed() {
    this.#memory.open = false;
    remember(this.#memory);
    this.#launcher.hidden = false;
    this.#name();
    this.#launcher.focus({ preventScroll: true });
  }

  async #fill() {
    this.#window.replaceChildren(el("p.opening", { id: "title", role: "status" }, this.#words.opening));
    const opening = await fetchOpening();
    if (opening.problem !== undefined) return this.#cannotOpen(opening.problem);
    this.#opening = opening;
    return this.#draw();
  }

  #cannotOpen(problem) {
    const again = el("button.way.strong", { type: "button" }, this.#words.again);
    const close = el("button.way.close", { type: "button" }, this.#words.close);
    again.addEventListener("click", () => this.#fill());
    close.addEventListener("click", () => this.#window.close());
    const sentence = problem || this.#words.not_open;
    if (problem) console.warn(`letan: ${problem}`);
    this.#window.replaceChildren(el("div.opening", {}, el("p", { id: "title", role: "alert" }, sentence), el("div.ways", {}, again, close)));
  }

  #draw() {
    this.#ends.abort();
    this.#ends = new AbortController();
    const { signal } = this.#ends;
    drawFrom(templatesOf(this.#words, this.#opening.sections), desk, this.#opening.phones);
    this.#window.replaceChildren(...panelOf(this.#words, this.#opening));
    this.#window.querySelector(".close").addEventListener("click", () => this.#window.close());
    this.#window.querySelector(".language").addEventListener("click", () => this.#switchLanguage());
    setUpDisplay(this.#window.querySelector(".display"), this);
    this.#chat = chatIn(this.#window, this.#words, this.#memory, this.#opening.max_chars, signal);
    this.#chat.readLast();
  }

  #switchLanguage() {
    if (this.#chat.isBusy()) return;
    const typed = this.#window.querySelector("textarea").value;
    this.#language = this.#language === "vi" ? "en" : "vi";
    this.#memory.language = this.#language;
    remember(this.#memory);
    this.#name();
    this.#draw();
    this.#window.querySelector("textarea").value = typed;
    this.#window.querySelector(".language").focus();
  }

  #settle(code, { answer, answeredAt }) {
    const heard = this.#memory.entries.some(
      ({ kind, answer: said }) => kind === "desk" && said.outcome === "office_info" && said.text.includes(`${code} (`) && said.text.includes(answer),
    );
    if (answer && !heard) {
      const entry = { kind: "clerk", code, text: answer, at: answeredAt };
      this.#memory.entries.push(entry);
      this.#chat?.show(entry);
      if (!this.#window.open) this.#memory.news = true;
      this.#name();
    }
    remember(this.#memory);
  }
}

function start() {
  if (!customElements.get("letan-chat")) customElements.define("letan-chat", LetanChat);
  if (!document.querySelector("letan-chat")) document.body.append(document.createElement("letan-chat"));
}

if (document.body) start();
else document.addEventListener("DOMContentLoaded", start);
