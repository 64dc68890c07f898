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
