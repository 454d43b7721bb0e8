// Today: one tap opens the sheet for an answer, one sends it; what lies near is counted on the phone itself.

const NEAR_M = 200;
const EARTH_M = 6371000;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-answer]");
  if (!opener) return;
  const sheet = document.getElementById("answer");
  const form = document.getElementById("answer-form");
  event.preventDefault();
  if (form.getAttribute("action") !== opener.dataset.answer) {
    form.reset();
    form.querySelector("[data-photo-list]")?.replaceChildren();
    delete form.dataset.idempotencyKey;
  }
  form.setAttribute("action", opener.dataset.answer);
  form.dataset.outbox = opener.dataset.what;
  form.querySelector("[data-answer-what]").textContent = opener.dataset.what;
  sheet.showModal();
  form.querySelector("textarea").focus();
});

// Kept on the phone: the row says so in place of its buttons, so that nobody answers twice, after opening the page
// again too.
document.addEventListener("outbox:kept", (event) => event.target.closest("dialog")?.close());
document.addEventListener("outbox:waiting", ({ detail }) => {
  for (const opener of document.querySelectorAll("#work [data-answer]")) {
    const row = opener.closest("[data-row]");
    const kept = detail.includes(new URL(opener.dataset.answer, location.href).href);
    row.classList.toggle("kept", kept);
    row.querySelector(".kept-words")?.remove();
    if (!kept) continue;
    const words = document.createElement("span");
    words.className = "kept-words";
    words.textContent = document.getElementById("work").dataset.kept;
    row.append(words);
  }
});

function apart(a, b) {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  const y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * EARTH_M;
}

function placed() {
  return [...document.querySelectorAll("#work [data-row][data-lon]")];
}

function offerNear() {
  const part = document.querySelector("[data-near]");
  if (part) part.hidden = !("geolocation" in navigator) || !placed().length;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-near-find]");
  if (!button) return;
  const state = button.querySelector("[data-near-state]");
  state.textContent = state.dataset.seeking;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const here = { lon: coords.longitude, lat: coords.latitude };
      const near = placed().filter((row) => apart(here, { lon: Number(row.dataset.lon), lat: Number(row.dataset.lat) }) <= NEAR_M);
      for (const row of placed()) row.classList.toggle("near", near.includes(row));
      state.textContent = near.length ? state.dataset.one.replace("{n}", near.length) : state.dataset.none;
    },
    () => { state.textContent = state.dataset.denied; },
    { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
  );
});

document.addEventListener("htmx:afterSettle", offerNear);
offerNear();
