// Photos are made smaller on the phone before they are sent: at most 1920 pixels, drawn anew, so that the
// place and the camera stored in them stay on the phone. Fields: input[type=file][data-photo].

import { announce, say } from "./words.js";

const LONGEST = 1920;
const QUALITY = 0.85;

async function smaller(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  const name = file.name.replace(/\.\w+$/, "") || "photo";
  return { canvas, file: new File([blob], `${name}.jpg`, { type: "image/jpeg" }) };
}

function put(input, files) {
  const holder = new DataTransfer();
  files.forEach((file) => holder.items.add(file));
  input.files = holder.files;
}

function preview(list, input, canvas, file) {
  if (!list) return;
  const item = document.createElement("li");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", file.name);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "btn btn-quiet";
  remove.textContent = say("remove");
  remove.addEventListener("click", () => {
    put(input, [...input.files].filter((each) => each !== file));
    item.remove();
    tell(input);
  });
  item.append(canvas, remove);
  list.append(item);
}

function tell(input) {
  const state = (input.closest("[data-photo-pick]") ?? input.form)?.querySelector("[data-photo-state]");
  if (state) state.textContent = input.files.length ? say("photoReady", { n: input.files.length }) : "";
}

async function take(input) {
  const pick = input.closest("[data-photo-pick]") ?? input.form;
  const list = pick?.querySelector("[data-photo-list]");
  const chosen = [...input.files];
  list?.replaceChildren();
  const ready = [];
  for (const file of chosen) {
    try {
      const made = await smaller(file);
      ready.push(made.file);
      preview(list, input, made.canvas, made.file);
    } catch {
      announce(say("photoNot", { name: file.name }), 10);
    }
  }
  put(input, ready);
  if (chosen.length) tell(input);
  input.dataset.ready = "1";
}

// A form sent while a photo is still being made smaller waits for it.
const busy = new Map();

export function photosReady(form) {
  return Promise.all([...(busy.get(form) ?? [])]);
}

document.addEventListener("change", (event) => {
  if (!event.target.matches?.("input[type=file][data-photo]")) return;
  const form = event.target.form;
  const work = take(event.target).finally(() => busy.get(form)?.delete(work));
  busy.set(form, (busy.get(form) ?? new Set()).add(work));
});
