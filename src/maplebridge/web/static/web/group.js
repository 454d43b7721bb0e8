// A conversation: whose bubbles are mine, replying, sending, and how far it has been read.

import { photosReady } from "../maplebridge/photo.js";

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
    if (!said || event.target.closest("a, button, form")) return;
    composer.elements.in_reply_to.value = said.id.slice(1);
    composer.querySelector("[data-replying-to]").textContent = `${said.querySelector(".by b").textContent}: ${said.querySelector(".bubble p")?.textContent.slice(0, 30) ?? ""}`;
    composer.querySelector("[data-replying]").hidden = false;
    text.focus();
  });

  composer.querySelector("[data-share-place]").addEventListener("click", (event) => {
    const button = event.currentTarget;
    navigator.geolocation?.getCurrentPosition(
      ({ coords }) => {
        composer.elements.lon.value = coords.longitude;
        composer.elements.lat.value = coords.latitude;
        button.classList.add("chosen");
      },
      () => button.classList.remove("chosen"),
      { timeout: 8000, maximumAge: 60000 },
    );
  });
}
