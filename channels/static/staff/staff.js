// Small comforts; every page works without them.

for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.ask)) event.preventDefault();
  });
}

const record = document.querySelector("#record[data-preview]");
if (record) {
  let timer = 0;
  record.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const answer = await fetch(record.dataset.preview, { method: "POST", body: new FormData(record) });
      if (answer.ok) document.querySelector("#preview-body").innerHTML = await answer.text();
    }, 500);
  });
}

// Where the menu runs over the edge of a narrow screen, the page one is on is in sight.
document.querySelector(".menu [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
const all = document.querySelector(".menu .all");
if (all) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const open = all.closest(".menu").classList.toggle("open");
    all.setAttribute("aria-expanded", open);
  });
}

// What was typed into a long form is not lost by a slip: leaving asks first, sending does not.
for (const form of document.querySelectorAll("form[data-keep]")) {
  let changed = form.dataset.keep === "changed";
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", (event) => { changed = changed && event.defaultPrevented; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// Canned texts: picked by name, put where the clerk writes.
for (const select of document.querySelectorAll("select[data-into]")) {
  select.parentElement.hidden = false;
  select.addEventListener("change", () => {
    const field = document.getElementById(select.dataset.into);
    if (select.value) field.value = [field.value.trimEnd(), select.value].filter(Boolean).join("\n");
    select.value = "";
    field.focus();
  });
}
