/** The widget's elements, made one by one: no markup is parsed, so a page's strictest policy holds. */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  chat: "M4.5 5h15v11h-8l-4.5 3.6V16H4.5Z",
  close: "M6 6l12 12M18 6 6 18",
  send: "M12 19.5v-15M5.5 11 12 4.5l6.5 6.5",
  person: "M12 11.3a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6M4.5 20.5c0-4.3 3.2-7 7.5-7s7.5 2.7 7.5 7",
};

/** `el("button.way", {type: "button"}, "Gọi")`; a template's children become its content. */
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) if (value !== false) element.setAttribute(key, value === true ? "" : value);
  (tag === "template" ? element.content : element).append(...children);
  return element;
}

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  return drawing;
}

const button = (name, attributes, ...children) => el(`button.${name}`, { type: "button", ...attributes }, ...children);
const badge = () => el("span.badge", {}, "AI");

/** What answer.js copies; `sections` are the names of the parts of a record. */
export function templatesOf(words, sections) {
  const fragment = document.createDocumentFragment();
  const named = (id, pairs) => el("template", { id }, ...pairs.map(([name, text]) => el("span", { "data-name": name }, text)));
  fragment.append(
    el("template", { id: "desk-message" }, el("article.message.answer", { tabindex: "-1" },
      el("p.who", {}, `${words.desk} `, badge()),
      el("div.text"),
      el("ul.choices"),
      el("details.sources", {}, el("summary", {}, words.sources), el("ul")))),
    el("template", { id: "clerk-message" }, el("article.message.clerk", { tabindex: "-1" },
      el("p.who", {}, icon("person"), el("b", {}, words.clerk), " ", el("time")),
      el("div.text"),
      el("p.reference", {}, `${words.reference} `, el("span")))),
    el("template", { id: "source" }, el("li", {},
      el("b.sections"), " ", el("span.name"), " ", el("span.day", {}, `${words.day} `, el("time")), " ",
      el("span.mark", {}, words.unchecked), " ", el("span.code", {}, `${words.code} `, el("span")))),
    named("page-words", [["checklist", words.checklist]]),
    named("section-names", Object.entries(sections)),
  );
  return fragment;
}

/** The window of the chat; its parts are found by class. */
export function panelOf(words, opening) {
  const { office, phone } = opening;
  return [
    el("div.head", {},
      el("div.name", {}, el("h2", { id: "title" }, words.title), el("p.office", {}, office)),
      el("button.language", { type: "button" }, words.other),
      el("details.display", {},
        el("summary", {}, el("span.big", { "aria-hidden": "true" }, "A"), el("span.small", { "aria-hidden": "true" }, "A"), el("span.unseen", {}, words.display)),
        displayOf(words)),
      button("close", { "aria-label": words.close }, icon("close"))),
    el("p.machine", {}, badge(), " ", words.machine),
    el("div.scroll", { tabindex: "0", role: "region", "aria-label": words.log },
      welcomeOf(words, opening),
      el("div.log", { role: "log", "aria-label": words.log, "aria-live": "off" })),
    el("div.foot", {},
      el("div.ways", {},
        el("a.way", { href: `tel:${phone.replaceAll(" ", "")}` }, words.call, el("span.number", {}, `\u00a0${phone}`)),
        button("way", { "data-say": words.askPerson }, words.person),
        button("way.quiet.erase", { "aria-label": words.eraseLong }, words.erase)),
      el("form.composer", {},
        el("label.unseen", { for: "message" }, words.message),
        el("textarea", { id: "message", rows: "1", placeholder: words.placeholder, "aria-describedby": "count privacy", enterkeyhint: "send", autocomplete: "off" }),
        el("button.send", {}, icon("send"), el("span", {}, words.send))),
      el("p.count", { id: "count" }),
      el("p.privacy", { id: "privacy" }, words.privacy)),
    el("dialog.erasing", { "aria-labelledby": "erase-title" }, el("form", { method: "dialog" },
      el("h3", { id: "erase-title" }, words.eraseTitle),
      el("p", {}, words.eraseText),
      el("div.ways", {}, el("button.way.strong", { value: "erase" }, words.eraseYes), el("button.way", { value: "keep" }, words.eraseNo)))),
  ];
}

function displayOf(words) {
  const sizes = words.sizes.map((name, index) =>
    el("label", {}, el("input", { type: "radio", name: "size", value: `${index + 1}`, checked: index === 0 }), ` ${name}`));
  return el("form.panel", {},
    el("fieldset", {}, el("legend", {}, words.display), ...sizes),
    el("label", {}, el("input", { type: "checkbox", name: "contrast", value: "high" }), ` ${words.contrast}`));
}

function welcomeOf(words, { office, greeting, disclosure, notices, open_now: openNow }) {
  const own = (name, given) => words[name]?.replace("{office}", office) ?? given;
  const examples = words.examples.map(([label, say]) => el("li", {}, button("example", { "data-say": say }, label)));
  return el("div.welcome", {},
    ...(notices ? [el("p.notice", {}, notices)] : []),
    el("p.greeting", {}, own("greeting", greeting)),
    el("p.disclosure", {}, own("disclosure", disclosure)),
    el("p.open", {}, openNow),
    el("h3", {}, words.examplesTitle),
    el("ul.examples", {}, ...examples));
}

/** The questions one can go on with: `covered` topics were just answered. */
export function followUpsOf(words, covered) {
  const offered = words.topics.filter(([topic]) => !covered.includes(topic));
  return [
    el("p.follow-ups-title", {}, words.followUps),
    el("ul.follow-ups", {}, ...offered.map(([, label, say]) => el("li", {}, button("chip", { "data-say": say }, label)))),
  ];
}

/** A resident's question, with what became of it when it was not answered. */
export function questionOf(words, entry) {
  const article = el("article.message.resident", { tabindex: "-1" }, el("p.unseen", {}, words.you), el("p.said", {}, entry.text));
  if (["failed", "refused", "queued"].includes(entry.status)) article.append(failureOf(words, entry));
  return article;
}

export function failureOf(words, { status, sentence, reason }) {
  const act = { failed: ["retry", words.retry], refused: ["edit", words.edit], queued: ["drop", words.drop] }[status];
  return el(`div.failed.${status}`, {},
    el("p.reason", {}, words[reason] ?? sentence),
    button(status === "queued" ? "way" : "way.strong", { "data-act": act[0] }, act[1]));
}
