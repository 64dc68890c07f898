// The floor plan by hand: marks on the drawing and numbers in the table are the same thing.

const form = document.getElementById("plan");
const hall = document.getElementById("hall");
const floor = document.getElementById("floor");
const target = document.getElementById("target");
const marks = [...hall.querySelectorAll(".thing")];
const margin = Number(hall.dataset.margin);
const scale = Number(hall.dataset.scale);
const height = hall.viewBox.baseVal.height;
const DEEP = 0.7; // the hall is drawn 70 high for 100 wide
const STEP = 1;
const LEAP = 5;

const field = (mark, axis) => form.elements[`${axis}:${mark.dataset.key}`];
const number = (text) => (text.trim() === "" ? NaN : Number(text.replace(",", ".")));
const within = (value) => Math.min(100, Math.max(0, Math.round(value)));

function spotOf(mark) {
  const [x, y] = ["x", "y"].map((axis) => number(field(mark, axis).value));
  return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : null;
}

function draw() {
  const missing = [];
  for (const mark of marks) {
    const here = !mark.dataset.floor || mark.dataset.floor === floor.value;
    const spot = spotOf(mark);
    mark.toggleAttribute("hidden", !here || !spot);
    if (here && !spot) missing.push(mark);
    if (!spot) continue;
    mark.setAttribute("transform", `translate(${margin + spot.x * scale} ${height - margin - spot.y * DEEP * scale})`);
    mark.setAttribute("aria-label", `${mark.dataset.name}: ngang ${spot.x}, sâu ${spot.y}`);
  }
  document.getElementById("unplaced").replaceChildren(...missing.map((mark) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = `Đặt ${mark.dataset.name}`;
    button.addEventListener("click", () => {
      move(mark, 50, 50);
      mark.focus();
    });
    return button;
  }));
}

function move(mark, x, y) {
  field(mark, "x").value = within(x);
  field(mark, "y").value = within(y);
  field(mark, "x").dispatchEvent(new Event("input", { bubbles: true }));
}

/** The point of the hall under the pointer. */
function under(event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(hall.getScreenCTM().inverse());
  return [(point.x - margin) / scale, (height - margin - point.y) / (DEEP * scale)];
}

for (const mark of marks) {
  mark.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    mark.focus();
    mark.setPointerCapture(event.pointerId);
  });
  mark.addEventListener("pointermove", (event) => {
    if (mark.hasPointerCapture(event.pointerId)) move(mark, ...under(event));
  });
  mark.addEventListener("keydown", (event) => {
    const by = event.shiftKey ? LEAP : STEP;
    const way = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] }[event.key];
    const spot = spotOf(mark);
    if (!way || !spot) return;
    event.preventDefault();
    move(mark, spot.x + way[0], spot.y + way[1]);
    document.getElementById("moved").textContent = mark.getAttribute("aria-label");
  });
}

let timer = 0;
async function preview() {
  const answer = await fetch("/staff/office/plan/preview", { method: "POST", body: new FormData(form) });
  if (answer.ok) document.getElementById("drawn").innerHTML = await answer.text();
}
function soon() {
  clearTimeout(timer);
  timer = setTimeout(preview, 400);
}

form.addEventListener("input", () => {
  draw();
  soon();
});
target.addEventListener("change", soon);
floor.addEventListener("change", draw);
if (!form.querySelector("fieldset").disabled) document.getElementById("board").hidden = false;
document.getElementById("ways").hidden = form.querySelector("fieldset").disabled;
draw();
