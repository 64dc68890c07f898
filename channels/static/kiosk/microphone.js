/** One spoken turn: the microphone, the way to the server, and what came back. */

import { at } from "./server.js";

const RATE = 16_000;
export const LONGEST_SECONDS = 15;
const ANSWER_MS = 10_000;

/** Whether this browser lets a page use the microphone (only over https, or on this machine). */
export function hasMicrophone() {
  return Boolean(navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);
}

/** The browser's own recogniser, which may send the sound to its maker. */
export function browserEar() {
  return window.SpeechRecognition ?? window.webkitSpeechRecognition;
}

/**
 * Start listening. `tell` gets {level: 0…1}, {words}, {over: true} when the sound has ended and the
 * answer is awaited, and in the end one of {heard, sure}, {nothing}, {problem}; after `drop` nothing
 * more. Returns {stop, drop}.
 */
export function listen(language, tell) {
  const turn = { done: false, parts: [], socket: null, timers: [] };
  const say = (what) => { if (!turn.done) tell(what); };
  const silence = () => {
    for (const part of turn.parts.splice(0)) part();
    turn.timers.forEach(clearTimeout);
  };
  const end = (what) => {
    say(what);
    turn.done = true;
    silence();
    turn.socket?.close();
  };
  const stop = () => {
    silence();
    if (turn.socket?.readyState === WebSocket.OPEN) turn.socket.send("stop");
    else if (!turn.socket || turn.socket.readyState > WebSocket.OPEN) return end({ nothing: "silence" });
    say({ over: true });
    turn.timers.push(setTimeout(() => end({ problem: "unavailable" }), ANSWER_MS));
    return undefined;
  };
  start(turn, language, say, end, stop).catch((problem) => {
    end({ problem: problem instanceof DOMException ? "microphone" : "unavailable" });
  });
  return { stop, drop: () => { turn.done = true; silence(); turn.socket?.close(); } };
}

async function start(turn, language, say, end, stop) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  turn.parts.push(() => stream.getTracks().forEach((track) => track.stop()));
  const context = new AudioContext({ sampleRate: RATE });
  turn.parts.push(() => context.close());
  await context.audioWorklet.addModule(at("static/kiosk/recorder.js"));
  if (turn.done) return turn.parts.splice(0).forEach((part) => part());
  const address = new URL(at(`api/kiosk/hear?lang=${language}`));
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  turn.socket = socket;
  socket.addEventListener("message", ({ data }) => {
    const what = JSON.parse(data);
    if ("words" in what) say(what);
    else end(what);
  });
  socket.addEventListener("close", () => end({ problem: "unavailable" }));
  const waiting = [];
  const recorder = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
  recorder.port.addEventListener("message", ({ data }) => {
    say({ level: data.loudest });
    if (socket.readyState === WebSocket.OPEN) socket.send(data.sound.buffer);
    else waiting.push(data.sound.buffer);
  });
  recorder.port.start();
  socket.addEventListener("open", () => waiting.splice(0).forEach((sound) => socket.send(sound)));
  context.createMediaStreamSource(stream).connect(recorder);
  turn.timers.push(setTimeout(stop, LONGEST_SECONDS * 1000));
  return undefined;
}

/** The same with the browser's recogniser, where the office has chosen it. */
export function listenInBrowser(language, tell) {
  const recogniser = new (browserEar())();
  let done = false;
  let heard = null;
  const end = (what) => {
    if (!done) tell(what);
    done = true;
  };
  Object.assign(recogniser, { lang: language === "en" ? "en-US" : "vi-VN", interimResults: true });
  recogniser.onresult = ({ results }) => {
    const [best] = results[results.length - 1];
    if (results[results.length - 1].isFinal) heard = { heard: best.transcript, sure: best.confidence > 0.8 };
    else if (!done) tell({ words: best.transcript });
  };
  recogniser.onerror = ({ error }) => end(error === "no-speech" ? { nothing: "silence" } : { problem: "microphone" });
  recogniser.onend = () => end(heard ?? { nothing: "silence" });
  recogniser.start();
  const timer = setTimeout(() => recogniser.stop(), LONGEST_SECONDS * 1000);
  return {
    stop: () => recogniser.stop(),
    drop: () => { done = true; clearTimeout(timer); recogniser.abort(); },
  };
}
