/** The page's own words in Vietnamese and English; the server words the facts. */

const WORDS = {
  vi: {
    answer: "Trả lời", unpublished: "chưa công bố", yourCase: "Trường hợp của anh/chị?", counter: "Quầy",
    asked: "Anh/chị hỏi: {0}", yourNumber: "Số của anh chị là {0}. {1}",
    typeTitle: "Anh/chị muốn hỏi gì?", checkTitle: "Tôi nghe như thế này, đúng không ạ?", ask: "Hỏi",
    right: "Đúng, hỏi luôn", silence: "Tôi chưa nghe thấy tiếng nói. Mời anh/chị nói lại, gần máy hơn.",
    noise: "Tôi chỉ nghe thấy tiếng ồn. Mời anh/chị nói lại, gần máy hơn.",
    unclear: "Tôi nghe chưa rõ. Mời anh/chị nói lại chậm hơn, hoặc gõ chữ.",
    busy: "Máy đang nghe nhiều người. Mời anh/chị thử lại sau ít giây, hoặc gõ chữ.",
    unavailable: "Máy chưa nghe được tiếng nói. Mời anh/chị gõ chữ, hoặc chạm vào việc cần làm.",
    microphone: "Máy chưa dùng được micrô. Mời anh/chị gõ chữ, hoặc chạm vào việc cần làm.",
    secondsLeft: "còn {0} giây",
    broken: "Máy đang trục trặc ở bước này. Mời anh/chị gặp cán bộ, hoặc về đầu và thử lại.",
    noSlip: "Máy in phiếu đang lỗi. Mời anh/chị nhớ số, hoặc quét mã bằng điện thoại.",
  },
  en: {
    answer: "Answer", unpublished: "not published", yourCase: "Which case is yours?", counter: "Counter",
    asked: "You asked: {0}", yourNumber: "Your number is {0}. {1}",
    typeTitle: "What would you like to ask?", checkTitle: "I heard this. Is it right?", ask: "Ask",
    right: "Yes, ask", silence: "I heard nobody speak. Please try again, closer to the screen.",
    noise: "I only heard noise. Please try again, closer to the screen.",
    unclear: "I did not hear that clearly. Please speak more slowly, or type.",
    busy: "Too many people are speaking. Please try again in a few seconds, or type.",
    unavailable: "This machine cannot hear you now. Please type, or touch what you need.",
    microphone: "The microphone cannot be used. Please type, or touch what you need.",
    secondsLeft: "{0} seconds left",
    broken: "Something went wrong at this step. Please see a clerk, or start again.",
    noSlip: "The slip printer does not work. Please remember your number, or scan the code.",
  },
};
const kept = new WeakMap();
let now = "vi";

export function language() {
  return now;
}

/** A word of the page; {0} and {1} are filled in. */
export function t(name, ...values) {
  return WORDS[now][name].replace(/\{(\d)\}/g, (_, at) => values[at] ?? "");
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
