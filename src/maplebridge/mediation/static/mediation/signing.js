// A field to sign in, by finger, pen or mouse. Only lines are sent; the server draws them and says if they can be read.

const form = document.getElementById("sign-form");
if (form) {
  const field = form.querySelector("canvas");
  const pen = field.getContext("2d");
  const done = form.querySelector("[data-done]");
  let strokes = [];
  let stroke = null;

  const at = (event) => {
    const box = field.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) * (field.width / box.width), (event.clientY - box.top) * (field.height / box.height)];
    return [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
  };
  const draw = (from, to) => {
    pen.lineWidth = 6;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#1f2328"; // ink on white paper, by day and by night
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
  };
  const clear = () => {
    strokes = [];
    pen.clearRect(0, 0, field.width, field.height);
    done.disabled = true;
  };

  field.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    field.setPointerCapture(event.pointerId);
    stroke = [at(event)];
    strokes.push(stroke);
  });
  field.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) {
      const point = at(one);
      draw(stroke[stroke.length - 1], point);
      stroke.push(point);
    }
    done.disabled = false;
  });
  for (const end of ["pointerup", "pointercancel"]) field.addEventListener(end, () => { stroke = null; });
  form.querySelector("[data-clear]").addEventListener("click", clear);
  form.addEventListener("submit", () => {
    form.elements.drawing.value = JSON.stringify({ width: field.width, height: field.height, strokes });
  });
}
