/** A number's place on the phone, asked again every few seconds. */

const EVERY_MS = 8_000;
const place = document.getElementById("place");

async function look() {
  try {
    const response = await fetch(`../api/queue/${document.body.dataset.token}`);
    if (response.status === 404) return location.reload();
    if (response.ok) place.textContent = (await response.json()).text;
  } catch {
    // no network for a moment: the last place stays
  }
  return setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
