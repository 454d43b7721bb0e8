// A field for a file: the browser's own button speaks the browser's language, this one speaks the page's.
// Without scripts the browser's stays. Photos have a field of their own (photo.js).

import { say } from "./words.js";

function dress(input) {
  input.dataset.dressed = "1";
  input.classList.add("visually-hidden");
  const button = document.createElement("label");
  button.className = "btn";
  button.htmlFor = input.id;
  button.textContent = say("chooseFile");
  const chosen = document.createElement("span");
  chosen.className = "file-chosen";
  chosen.setAttribute("role", "status");
  const tell = () => {
    chosen.textContent = input.files.length ? [...input.files].map((file) => file.name).join(" · ") : say("noFile");
  };
  input.addEventListener("change", tell);
  input.form?.addEventListener("reset", () => setTimeout(tell));
  tell();
  input.after(button, chosen);
}

function dressAll(root) {
  root.querySelectorAll("input[type=file][id]:not(.visually-hidden, [data-dressed])").forEach(dress);
}

dressAll(document);
document.addEventListener("htmx:load", (event) => dressAll(event.target));
