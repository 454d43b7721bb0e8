// A conversation: whose bubbles are mine, replying, sending, and how far it has been read.

import { photosReady } from "../maplebridge/photo.js";
import { say } from "../maplebridge/words.js";

const talk = document.getElementById("talk");
const composer = document.getElementById("composer");

function markMine(root) {
  for (const said of root.querySelectorAll(`[data-author="${talk.dataset.me}"]`)) said.classList.add("mine");
}

function lastShown() {
  const said = talk.querySelectorAll(".said[id^='m']");
  return said.length ? said[said.length - 1].id.slice(1) : "";
}

let reported = lastShown();
async function reportRead() {
  const last = lastShown();
  if (document.hidden || !last || last === reported) return;
  reported = last;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  await fetch(talk.dataset.readUrl, {
    method: "POST",
    headers: { "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ last }),
  });
}

function toEnd() {
  window.scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
}

new MutationObserver(() => {
  markMine(talk);
  reportRead();
}).observe(talk, { childList: true });
document.addEventListener("visibilitychange", reportRead);
markMine(talk);
if (!document.getElementById(location.hash.slice(1))) toEnd();

if (composer) {
  const text = composer.elements.text;
  const refused = composer.querySelector("[data-refused]");

  const grow = () => {
    text.rows = Math.min(6, Math.max(1, text.value.split("\n").length, Math.ceil(text.value.length / 24)));
  };
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches) {
      event.preventDefault();
      composer.requestSubmit();
    }
  });

  // A message sent while its photo is still being made smaller waits for it.
  composer.addEventListener("htmx:confirm", (event) => {
    event.preventDefault();
    photosReady(composer).then(() => event.detail.issueRequest(true));
  });

  let sent = "";
  composer.addEventListener("htmx:beforeRequest", () => { sent = text.value; });
  composer.addEventListener("htmx:afterRequest", (event) => {
    const { successful, xhr } = event.detail;
    refused.hidden = successful;
    if (!successful) {
      refused.textContent = xhr.status === 422 ? xhr.responseText : refused.textContent;
      refused.hidden = !refused.textContent;
      return;
    }
    const parsed = new DOMParser().parseFromString(xhr.responseText, "text/html").body;
    for (const piece of [...parsed.querySelectorAll(".said")]) {
      const known = document.getElementById(piece.id);
      if (known) known.replaceWith(piece);
      else talk.append(piece);
    }
    const danger = parsed.querySelector(".emergency");
    if (danger) document.getElementById("emergency").replaceChildren(danger);
    const next = text.value === sent ? "" : text.value; // what was written while this was on its way stays
    composer.reset();
    text.value = next;
    composer.querySelector("[data-photo-list]").replaceChildren();
    composer.querySelector("[data-photo-state]").textContent = "";
    stopReplying();
    forgetPlace();
    grow();
    toEnd();
  });

  function stopReplying() {
    composer.elements.in_reply_to.value = "";
    composer.querySelector("[data-replying]").hidden = true;
  }
  composer.querySelector("[data-stop-replying]").addEventListener("click", stopReplying);
  talk.addEventListener("click", (event) => {
    const said = event.target.closest(".said");
    if (!said || event.target.closest("a, button, form, summary")) return;
    composer.elements.in_reply_to.value = said.id.slice(1);
    composer.querySelector("[data-replying-to]").textContent = `${said.querySelector(".by b").textContent}: ${said.querySelector(".bubble p")?.textContent.slice(0, 30) ?? ""}`;
    composer.querySelector("[data-replying]").hidden = false;
    const takeBack = composer.querySelector("[data-take-back]");
    takeBack.hidden = !said.classList.contains("mine");
    const takeDown = composer.querySelector("[data-take-down]");
    if (takeDown) takeDown.hidden = !takeBack.hidden;
    takeBack.form.action = takeBack.dataset.takeBack.replace("/0/", `/${said.id.slice(1)}/`);
    text.focus();
  });

  const pin = composer.querySelector("[data-share-place]");
  const placeState = composer.querySelector("[data-place-state]");

  // A hidden field keeps its value when the form is reset: the next message must not tell the place again.
  function forgetPlace() {
    composer.elements.lon.value = "";
    composer.elements.lat.value = "";
    pin.setAttribute("aria-pressed", "false");
    placeState.textContent = "";
  }

  pin.addEventListener("click", () => {
    if (composer.elements.lon.value) {
      forgetPlace();
      return;
    }
    if (!navigator.geolocation) {
      placeState.textContent = say("placeDenied");
      return;
    }
    placeState.textContent = say("placeSeeking");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        composer.elements.lon.value = coords.longitude.toFixed(6);
        composer.elements.lat.value = coords.latitude.toFixed(6);
        pin.setAttribute("aria-pressed", "true");
        placeState.textContent = placeState.dataset.goesWith;
      },
      () => { placeState.textContent = say("placeDenied"); },
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
    );
  });
}
