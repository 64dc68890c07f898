/** The page's own words in Vietnamese and English; the server words the facts, and what is said. */

const WORDS = {
  vi: {
    answer: "Trả lời", unpublished: "chưa công bố", yourCase: "Trường hợp của anh/chị?", counter: "Quầy",
    asked: "Anh/chị hỏi: {0}", yourNumber: "Số của anh chị là {0}. {1}",
    typeTitle: "Anh/chị muốn hỏi gì?", checkTitle: "Tôi nghe như thế này, đúng không ạ?", ask: "Hỏi",
    talk: "Nói câu hỏi", talkAgain: "Nói lại", right: "Đúng, hỏi luôn", secondsLeft: "còn {0} giây",
  },
  en: {
    answer: "Answer", unpublished: "not published", yourCase: "Which case is yours?", counter: "Counter",
    asked: "You asked: {0}", yourNumber: "Your number is {0}. {1}",
    typeTitle: "What would you like to ask?", checkTitle: "I heard this. Is it right?", ask: "Ask",
    talk: "Speak", talkAgain: "Speak again", right: "Yes, ask", secondsLeft: "{0} seconds left",
  },
};
const SENTENCES = JSON.parse(document.body.dataset.sentences ?? "{}"); // shown and spoken
const kept = new WeakMap();
let now = "vi";

export function language() {
  return now;
}

/** A word of the page; {0} and {1} are filled in. */
export function t(name, ...values) {
  return (WORDS[now][name] ?? SENTENCES[now][name]).replace(/\{(\d)\}/g, (_, at) => values[at] ?? "");
}

/** Turn every element with `data-en` (its words) or `data-ask-en` (what it asks) to a language. */
export function setLanguage(next) {
  now = next;
  document.documentElement.lang = next;
  for (const element of document.querySelectorAll("[data-en]")) {
    if (!kept.has(element)) kept.set(element, element.textContent);
    element.textContent = next === "en" ? element.dataset.en : kept.get(element);
  }
}
