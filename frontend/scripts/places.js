// Moves the frame on a page by pointer and by arrow keys; what counts are the fields in millimetres beside it.
const POINTS_PER_MM = 72 / 25.4;

export const bindPlaces = (part) => {
  const form = part.querySelector("[data-place-form]");
  const page = part.querySelector("[data-place]");
  const frame = page?.querySelector("[data-place-box]");
  if (!form || !frame || form.dataset.placeBound) return; // htmx reports the first page as loaded once more
  form.dataset.placeBound = "yes";
  const field = (name) => form.elements.namedItem(name);
  const value = (name) => Number.parseFloat(field(name).value.replace(",", ".")) || 0;
  const { width, height } = page.viewBox.baseVal;

  const draw = () => {
    const shown = { x: value("left"), y: value("top"), width: value("width"), height: value("height") };
    Object.entries(shown).forEach(([name, mm]) => frame.setAttribute(name, (mm * POINTS_PER_MM).toFixed(1)));
  };
  const put = (left, top) => {
    const most = (whole, name) => Math.max(0, whole / POINTS_PER_MM - value(name));
    field("left").value = Math.min(Math.max(0, left), most(width, "width")).toFixed(1);
    field("top").value = Math.min(Math.max(0, top), most(height, "height")).toFixed(1);
    draw();
  };

  // A point of the screen in millimetres of the page.
  const at = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(page.getScreenCTM().inverse());
    return { x: point.x / POINTS_PER_MM, y: point.y / POINTS_PER_MM };
  };
  let held = null;
  page.addEventListener("pointerdown", (event) => {
    const point = at(event);
    const inside = event.target === frame;
    held = inside
      ? { x: point.x - value("left"), y: point.y - value("top") }
      : { x: value("width") / 2, y: value("height") / 2 };
    page.setPointerCapture(event.pointerId);
    if (!inside) put(point.x - held.x, point.y - held.y);
    event.preventDefault();
  });
  page.addEventListener("pointermove", (event) => {
    if (!held) return;
    const point = at(event);
    put(point.x - held.x, point.y - held.y);
  });
  ["pointerup", "pointercancel"].forEach((name) => page.addEventListener(name, () => (held = null)));

  form.querySelectorAll(".needs-script").forEach((element) => element.classList.remove("needs-script"));
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  form.querySelector("[data-place-handle]").addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    put(value("left") + step[0] * far, value("top") + step[1] * far);
  });
  form.addEventListener("input", draw);
};
