// A page from the phone's own store says so, and since when. It asks the network until there is an answer, and then
// gives way to it: at once, or, where somebody has begun to write, when they say so.

const ASK_AGAIN_MS = 10000;
const banner = document.getElementById("kept");
const keptAt = Number(document.documentElement.dataset.keptAt);
let timer = 0;

function when(at) {
  const moment = new Date(at);
  const day = moment.toDateString() === new Date().toDateString() ? {} : { month: "numeric", day: "numeric" };
  return moment.toLocaleString(document.documentElement.lang, { ...day, hour: "2-digit", minute: "2-digit", hour12: false });
}

function isBusy() {
  const active = document.activeElement;
  return Boolean(document.querySelector("dialog[open]")) || active?.matches("input, textarea, select");
}

function ask() {
  clearTimeout(timer);
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (event) => (event.data.answered ? giveWay() : later());
  worker.postMessage({ renew: location.href.split("#")[0] }, [port2]);
}

function later() {
  timer = setTimeout(ask, ASK_AGAIN_MS);
}

// What was written without a network is on its way, and goes first.
function isSending() {
  return Boolean(document.querySelector("[data-outbox-open]:not([hidden])"));
}

function giveWay() {
  if (isSending()) {
    later();
    return;
  }
  if (!isBusy()) {
    location.reload();
    return;
  }
  banner.querySelector("[data-kept-asking]").hidden = true;
  banner.querySelector("[data-kept-show]").hidden = false;
}

if (banner && document.documentElement.dataset.keptAt) {
  banner.querySelector("[data-kept-since]").textContent = keptAt ? when(keptAt) : "";
  banner.hidden = false;
  banner.querySelector("[data-kept-show]").addEventListener("click", () => location.reload());
  window.addEventListener("online", ask);
  ask();
}
