/** A number's place on the phone, asked again every few seconds. */

const EVERY_MS = 8_000;
const place = document.getElementById("place");

async function look() {
  try {
    const response = await fetch(`../api/queue/${document.body.dataset.token}`);
    if (response.status === 404) return location.reload();
    if (response.ok) {
      const number = await response.json();
      place.textContent = number.text;
      // handed on to another counter: its name and the way there are part of the page
      const counters = number.counters.map((counter) => counter.number).join(" ");
      if (counters !== document.body.dataset.counters) return location.reload();
    }
  } catch {
    // no network for a moment: the last place stays
  }
  return setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
