/** Text size and contrast: a preference of this browser, kept in localStorage and on the element it is for. */

const KEY = "letan.display";

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) || {};
  } catch {
    return {}; // storage switched off, or something else wrote there
  }
}

/** Apply what was chosen before and listen to the panel; the panel closes like a menu. */
export function setUpDisplay(details, where = document.documentElement) {
  const form = details.querySelector("form");
  const apply = ({ size, contrast }) => {
    where.dataset.size = size;
    where.dataset.contrast = contrast;
  };
  const before = stored();
  const size = ["1", "2", "3"].includes(before.size) ? before.size : "1";
  form.elements.size.value = size;
  form.elements.contrast.checked = before.contrast === "high";
  const chosen = () => ({
    size: form.elements.size.value,
    contrast: form.elements.contrast.checked ? "high" : "normal",
  });
  apply(chosen());
  form.addEventListener("change", () => {
    apply(chosen());
    try {
      localStorage.setItem(KEY, JSON.stringify(chosen()));
    } catch {
      // the choice still holds for this page
    }
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("pointerdown", (event) => {
    if (!event.composedPath().includes(details)) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
}
