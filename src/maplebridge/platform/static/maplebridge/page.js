// What every page does. Each part starts itself and listens on the document, so that pieces of a page that
// arrive later (htmx, live updates) work without being told.

import "./sheet.js";
import "./keyboard.js";
import "./lamps.js";
import "./live.js";
import "./draft.js";
import "./photo.js";
import "./file.js";
import "./place.js";
import "./outbox.js";
import { announce, csrfToken, person, say } from "./words.js";

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
});

// Whoever was signed out meanwhile signs in, comes back to this page, and finds what they wrote.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 401) return;
  sessionStorage.setItem("signed-out", "1");
  location.reload(); // leads to signing in, and from there back
});
if (sessionStorage.getItem("signed-out") && !person()) {
  sessionStorage.removeItem("signed-out");
  announce(say("signInAgain"), 20);
}

document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.requestConfig.verb !== "get") announce(say("notSent"), 10);
});

// A piece rendered once for many readers carries no token of its own.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.elements.csrfmiddlewaretoken) return;
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = "csrfmiddlewaretoken";
  input.value = csrfToken();
  form.append(input);
}, { capture: true });

// What takes a while and shows nothing by itself, as a file that is still being written, says so at once.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-says]");
  if (!chosen) return;
  announce(chosen.dataset.says, 10);
  chosen.closest("details")?.removeAttribute("open"); // the choice is made: what it lay over is seen again
});

// Large type: remembered in a cookie, so that the server already sends the page large.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-large-type]");
  if (!button) return;
  const large = document.documentElement.toggleAttribute("data-elder");
  document.cookie = `large_type=${large ? 1 : 0}; path=/; max-age=31536000; samesite=lax`;
  for (const each of document.querySelectorAll("[data-large-type]")) each.setAttribute("aria-pressed", large);
});

document.querySelector("[data-focus]")?.focus();

const clock = document.querySelector("[data-clock]");
if (clock) {
  const tell = () => {
    const style = { hour: "numeric", minute: "2-digit", hour12: false, timeZone: clock.dataset.clock };
    clock.textContent = new Date().toLocaleTimeString("en-GB", style);
  };
  tell();
  setInterval(tell, 5000);
}

if ("serviceWorker" in navigator && document.querySelector('meta[name="service-worker"]')) {
  navigator.serviceWorker.register(document.querySelector('meta[name="service-worker"]').content, { scope: "/" });
}
