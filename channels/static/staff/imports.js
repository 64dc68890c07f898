// Progress without reloading, the place of a field without losing ticks; both work without this.

const progress = document.querySelector("[data-progress]");
async function follow() {
  try {
    const answer = await fetch(progress.dataset.progress);
    if (answer.status === 401) return location.reload();
    if (answer.ok) progress.innerHTML = await answer.text();
  } catch { /* the network is away; the next look finds it again */ }
  if (progress.querySelector("progress")) setTimeout(follow, 1000);
}
if (progress) setTimeout(follow, 1000);

const place = document.querySelector("#place");
for (const link of document.querySelectorAll("a[data-place]")) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.dataset.place);
    if (!answer.ok) return location.assign(link.href);
    place.innerHTML = await answer.text();
    if (place.getBoundingClientRect().top > innerHeight) place.scrollIntoView();
  });
}

const upload = document.querySelector("form[data-most]");
upload?.addEventListener("submit", (event) => {
  const bytes = [...upload.elements.files.files].reduce((sum, file) => sum + file.size, 0);
  const isTooLarge = bytes > Number(upload.dataset.most) * 1024 * 1024;
  document.querySelector("#too-large").hidden = !isTooLarge;
  if (isTooLarge) event.preventDefault();
});
