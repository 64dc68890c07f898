/** Before opening: what the server finds, and three things only a person standing there can tell. */

import { LONGEST_SECONDS, hasMicrophone, listen } from "./microphone.js";
import { at, call, post } from "./server.js";
import { hasVoice, sayInTurn } from "./voice.js";

const MARKS = 12;
const QUIET_DB = -55;
const SLOW_MS = 300; // a tap that takes longer feels broken
const ROUNDS = 5;
const WRONG_CLOCK_SECONDS = 60;
const SIGNS = { ok: "✓ Tốt", warn: "! Dùng được", bad: "✗ Hỏng", ask: "Cần thử", wait: "…" };
const data = document.body.dataset;
const byId = (id) => document.getElementById(id);
const part = (id, name) => document.querySelector(`#${id} .${name}`);
let hearing = null;
let speaks = false;

function found(id, state, text) {
  byId(id).dataset.state = state;
  part(id, "state").textContent = SIGNS[state];
  part(id, "found").textContent = text;
  const states = [...document.querySelectorAll(".tests li")].map((each) => each.dataset.state);
  const count = (wanted) => states.filter((each) => each === wanted).length;
  const verdict = byId("verdict");
  verdict.dataset.state = count("bad") ? "bad" : count("wait") || count("ask") ? "ask" : "ok";
  if (count("bad")) verdict.textContent = `${count("bad")} chỗ hỏng, xem dưới đây.`;
  else if (count("wait")) verdict.textContent = "Đang kiểm tra…";
  else if (count("ask")) verdict.textContent = `Còn ${count("ask")} việc cần thử tại máy.`;
  else verdict.textContent = count("warn") ? "Mở cửa được; có chỗ chưa đầy đủ." : "Mọi thứ đều tốt.";
}

async function network() {
  try {
    const times = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const begun = performance.now();
      await call(at("readyz"));
      times.push(performance.now() - begun);
    }
    const middle = Math.round(times.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)]);
    found("network", middle > SLOW_MS ? "warn" : "ok", `Tới máy chủ và về: ${middle} mili giây.`);
  } catch {
    found("network", "bad", "Không tới được máy chủ. Xem dây mạng, wifi và máy chủ.");
  }
}

async function server() {
  try {
    const told = await call(at("api/kiosk/self-test"));
    for (const { id, state, text } of told.findings) found(id, state, text);
    const seconds = Math.round(Math.abs(Date.now() - Date.parse(told.now)) / 1000);
    if (seconds > WRONG_CLOCK_SECONDS) found("clock", "warn", `Máy này lệch máy chủ ${seconds} giây; số và giờ trên phiếu theo máy chủ.`);
    else found("clock", "ok", "Khớp với máy chủ.");
  } catch {
    for (const id of ["index", "queue", "clock", "hearing", "voice", "printer"]) found(id, "bad", "Không hỏi được máy chủ.");
  }
}

function microphone() {
  if (hearing) return hearing.stop();
  if (!hasMicrophone()) return found("microphone", "bad", "Trang này không dùng được micrô: cần https, hoặc mở trên chính máy chủ.");
  if (!data.ears) return found("microphone", "warn", "Chưa cài nhận dạng tiếng nói nên không thử được.");
  let loudest = 0;
  const button = part("microphone", "try");
  found("microphone", "wait", `Mời nói một câu, ví dụ: “tôi muốn làm giấy khai sinh”. Tối đa ${LONGEST_SECONDS} giây.`);
  button.textContent = "Nói xong";
  hearing = listen("vi", (what) => {
    if ("level" in what) {
      loudest = Math.max(loudest, what.level);
      const db = 20 * Math.log10(Math.max(what.level, 1e-6));
      document.querySelector("#microphone meter").value = Math.max(0, Math.round(MARKS * (1 - db / QUIET_DB)));
      return;
    }
    if ("words" in what) part("microphone", "found").textContent = `Đang nghe: ${what.words}`;
    if ("words" in what || "over" in what) return;
    hearing = null;
    button.textContent = "Nói thử";
    if (what.heard) found("microphone", "ok", `Đã nghe: “${what.heard}”.${what.sure ? "" : " Máy chưa chắc; thử nói to hơn, gần hơn."}`);
    else if (what.problem === "microphone") found("microphone", "bad", "Trình duyệt không cho dùng micrô, hoặc chưa cắm micrô.");
    else if (what.problem) found("microphone", "bad", "Máy chủ không nhận dạng được tiếng nói.");
    else found("microphone", "bad", loudest < 0.005 ? "Micrô không thu được gì. Xem dây cắm và âm lượng micrô." : "Có tiếng nhưng không phải tiếng nói, hoặc nói nhỏ quá.");
  });
  return undefined;
}

function sound() {
  if (!speaks) return found("sound", "warn", "Máy này chưa có giọng đọc tiếng Việt; người dân đọc trên màn hình.");
  found("sound", "wait", `Đang đọc: “${data.sentence}”`);
  sayInTurn(data.sentence, () => {
    found("sound", "ask", "Có nghe rõ không?");
    ask("sound");
  });
  return undefined;
}

async function slip() {
  found("slip", "wait", "Đang in…");
  try {
    const { by } = await post(at("api/kiosk/self-test/slip"), {});
    if (by === "browser") byId("paper").src = `${at("kiosk/phieu-thu")}?in=1`;
    found("slip", "ask", "Phiếu có ra, chữ có dấu có rõ không?");
    ask("slip");
  } catch (problem) {
    found("slip", "bad", problem.sentence ?? "Không in được.");
  }
}

/** The answer of the person at the machine decides. */
function ask(id) {
  for (const [name, state, text] of [["well", "ok", "Người thử nói: tốt."], ["ill", "bad", id === "sound" ? "Xem loa, dây và âm lượng của máy." : "Xem giấy, nắp và dây của máy in."]]) {
    const button = part(id, name);
    button.hidden = false;
    button.onclick = () => {
      found(id, state, text);
      part(id, "well").hidden = true;
      part(id, "ill").hidden = true;
    };
  }
}

function begin() {
  for (const each of document.querySelectorAll(".tests li")) part(each.id, "state").textContent = SIGNS[each.dataset.state];
  network();
  server();
}

hasVoice((has) => { speaks = has; });
part("microphone", "try").addEventListener("click", microphone);
part("sound", "try").addEventListener("click", sound);
part("slip", "try").addEventListener("click", slip);
byId("anew").addEventListener("click", () => location.reload());
begin();
