/** Letters on the screen: big enough for a thumb, no marks needed, because the desk understands without. */

const ROWS = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm,?"];

/** Fill `place` with keys that write into `field` where its caret is. */
export function setUpKeyboard(place, field) {
  const write = (text) => {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input"));
  };
  const rub = () => {
    if (field.selectionStart === field.selectionEnd && field.selectionStart) {
      field.selectionStart -= 1;
    }
    write("");
  };
  const key = (text, name, pressed, extra = "") => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = `key ${extra}`;
    element.textContent = text;
    if (name) element.setAttribute("aria-label", name);
    // the field keeps the caret, and a key held down does not steal the focus
    element.addEventListener("pointerdown", (event) => event.preventDefault());
    element.addEventListener("click", pressed);
    return element;
  };
  for (const letters of ROWS) {
    const row = document.createElement("div");
    row.className = "keys";
    for (const letter of letters) row.append(key(letter, null, () => write(letter)));
    place.append(row);
  }
  const last = document.createElement("div");
  last.className = "keys";
  last.append(key("⌫", "Xóa một chữ", rub, "wide"), key(" ", "Dấu cách", () => write(" "), "space"), key("✕", "Xóa hết", () => {
    field.value = "";
    field.dispatchEvent(new Event("input"));
  }, "wide"));
  place.append(last);
}
