/**
 * An answer as elements. Everything that came from outside becomes a text node, never markup.
 */

const URL_IN_TEXT = /https?:\/\/[^\s<>"'“”]+/g;
const CLOCK = new Intl.DateTimeFormat("vi-VN", { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Ho_Chi_Minh" });
const LABEL = /^([^\s:.,;?!][^:.,;?!]{1,32}): (?=\S)/;

let place = { root: document, base: "", phones: null };

/** Where the templates are, if not in the page; where links lead; which numbers can be called. */
export function drawFrom(root, base, phones) {
  place = { root, base, phones };
}

/** A copy of a <template>'s only element. */
export function copyOf(id) {
  return place.root.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** A word of the page, by name: `<template id=group>` holds `<… data-name=name>`. */
export function word(group, name) {
  const holder = place.root.getElementById(group).content.querySelector(`[data-name="${CSS.escape(name)}"]`);
  return holder ? holder.textContent : name;
}

/** The text of an answer as paragraphs and lists; `choices` already listed there are left to their buttons. */
export function renderText(text, choices = []) {
  const fragment = document.createDocumentFragment();
  let list = null;
  for (const line of text.split("\n").map((each) => each.trim())) {
    const item = /^(?:(•|[-–*])|(\d{1,2})\.)\s+(.+)$/.exec(line);
    if (item && item[2] && choices[item[2] - 1]?.label === item[3]) continue;
    if (!item) {
      list = null;
      if (line) fragment.append(paragraph(line, !fragment.childNodes.length));
      continue;
    }
    const kind = item[1] ? "UL" : "OL";
    if (list?.tagName !== kind) {
      list = document.createElement(kind);
      if (item[2] > 1) list.start = Number(item[2]);
      fragment.append(list);
    }
    const entry = document.createElement("li");
    appendLinked(entry, item[3]);
    list.append(entry);
  }
  return fragment;
}

function paragraph(line, isFirst) {
  const element = document.createElement("p");
  const label = isFirst ? null : LABEL.exec(line);
  if (line.endsWith(":")) element.className = isFirst ? "lead" : "heading";
  if (line.startsWith("Nguồn: ")) element.className = "aside";
  if (label) {
    const bold = document.createElement("b");
    bold.textContent = `${label[1]}:`;
    element.append(bold, " ");
    line = line.slice(label[0].length);
  }
  appendLinked(element, line);
  return element;
}

function appendLinked(element, text) {
  let done = 0;
  for (const match of text.matchAll(URL_IN_TEXT)) {
    const address = withoutPunctuation(match[0]);
    const link = linkTo(address, address);
    if (!link) continue;
    appendPhones(element, text.slice(done, match.index));
    element.append(link);
    done = match.index + address.length;
  }
  appendPhones(element, text.slice(done));
}

function withoutPunctuation(address) {
  const cut = address.replace(/[.,;:!?»…]+$/, "");
  return cut.endsWith(")") && !cut.includes("(") ? cut.slice(0, -1) : cut;
}

/** A link that opens beside the page, or null when the address is not plain http(s). */
function linkTo(address, text) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (!["http:", "https:"].includes(url.protocol)) return null;
  const link = document.createElement("a");
  Object.assign(link, { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow", textContent: text });
  return link;
}

// Only the office's own numbers become callable: a number in a record may be anything.
function appendPhones(element, text) {
  const phones = place.phones ?? document.body.dataset.phones.split("|").filter(Boolean);
  const at = phones.map((phone) => [text.indexOf(phone), phone]).filter(([index]) => index >= 0);
  if (!at.length) return element.append(text);
  const [index, phone] = at.sort((a, b) => a[0] - b[0])[0];
  const link = document.createElement("a");
  Object.assign(link, { href: `tel:${phone.replaceAll(" ", "")}`, textContent: phone, className: "phone" });
  element.append(text.slice(0, index), link);
  return appendPhones(element, text.slice(index + phone.length));
}

/** One answer of the desk; buttons carry what they say in `data-say`. */
export function renderAnswer(answer) {
  const article = copyOf("desk-message");
  article.dataset.turn = answer.turn_id;
  const choices = answer.choices ?? [];
  article.querySelector(".text").append(renderText(answer.text, choices));
  addChecklists(article.querySelector(".text"), answer);
  fillChoices(article.querySelector(".choices"), choices);
  fillSources(article.querySelector(".sources"), [answer, ...(answer.also ?? [])].flatMap((one) => one.citations ?? []));
  return article;
}

/** A clerk's answer to an inquiry, marked as a person's word. */
export function renderClerk({ code, text, at }) {
  const article = copyOf("clerk-message");
  const time = article.querySelector("time");
  time.dateTime = at;
  time.textContent = CLOCK.format(new Date(at));
  article.querySelector(".text").append(renderText(text));
  article.querySelector(".reference span").textContent = code;
  return article;
}

/** A link to the papers as a page of their own, unless the text brings it already. */
function addChecklists(text, answer) {
  for (const one of [answer, ...(answer.also ?? [])]) {
    if (!one.facts?.papers?.length || !one.procedure || answer.text.includes(`/t/${one.procedure.code}`)) continue;
    const link = document.createElement("a");
    Object.assign(link, { href: `${place.base}t/${encodeURIComponent(one.procedure.code)}`, target: "_blank", className: "checklist-link" });
    link.textContent = `${word("page-words", "checklist")} ${one.procedure.name}`;
    const line = document.createElement("p");
    line.append(link);
    text.append(line);
  }
}

function fillChoices(list, choices) {
  if (!choices.length) return list.remove();
  for (const [index, choice] of choices.entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.say = choice.message;
    const number = document.createElement("span");
    number.className = "number";
    number.textContent = `${index + 1}`;
    button.append(number, " ", choice.label);
    list.append(document.createElement("li"));
    list.lastChild.append(button);
  }
}

function fillSources(details, citations) {
  if (!citations.length) return details.remove();
  const bySource = new Map();
  for (const citation of citations) {
    const { code, source, effective_from: day, verified, url } = citation;
    const key = JSON.stringify([code, source, day, verified, url]);
    bySource.set(key, [...(bySource.get(key) ?? []), citation]);
  }
  for (const same of bySource.values()) details.querySelector("ul").append(sourceItem(same));
  if (citations.some((citation) => !citation.verified)) {
    details.querySelector("summary").append(" ", copyOf("source").querySelector(".mark"));
  }
}

function sourceItem(citations) {
  const [{ code, source, effective_from: day, verified, url }] = citations;
  const item = copyOf("source");
  const sections = citations.map((citation) => word("section-names", citation.section)).join(", ");
  item.querySelector(".sections").textContent = `${sections[0].toUpperCase()}${sections.slice(1)}:`;
  item.querySelector(".name").append((url && linkTo(url, source)) || source);
  if (code) item.querySelector(".code span").textContent = code;
  else item.querySelector(".code").remove();
  if (day) {
    item.querySelector("time").dateTime = day;
    item.querySelector("time").textContent = day.split("-").reverse().join("/");
  } else item.querySelector(".day").remove();
  if (verified) item.querySelector(".mark").remove();
  return item;
}
