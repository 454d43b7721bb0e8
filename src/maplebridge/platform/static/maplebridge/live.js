// Live updates over one EventSource a page. An element follows topics: data-live="thread:12 thread:13".
//   data-live-how="refresh"   (default) ask data-live-url again and swap the element's content
//   data-live-how="append"    add the HTML that came with the news, or ask data-live-url for it
//   data-live-how="announce"  show a button ("3 new", or data-words) that refreshes data-live-target when pressed
//   data-live-kinds="message" only news of these kinds
//   data-live-replaces="state" with "append": news of these kinds replace what is shown, and are never added
// The server sends unnamed events: {"topic", "kind", "id", "html"?}. Nothing moves under the finger: while
// somebody presses or types in an element, its news wait.

import "./kept.js";
import { announce, say } from "./words.js";

const url = document.querySelector('meta[name="live-url"]')?.content;
const waiting = new Map();
let pressed = null;
let source = null;
let following = "";
let wait = 1000;
let lost = false;
let timer = 0;

function followers() {
  return [...document.querySelectorAll("[data-live]")];
}

function topics() {
  return [...new Set(followers().flatMap((one) => one.dataset.live.split(/\s+/)).filter(Boolean))].sort();
}

function show(connected) {
  for (const state of document.querySelectorAll("[data-live-state]")) {
    state.textContent = connected ? state.dataset.on : state.dataset.off;
    state.classList.toggle("lost", !connected);
  }
}

function connect() {
  clearTimeout(timer);
  source?.close();
  source = null;
  following = topics().join(" ");
  for (const state of document.querySelectorAll("[data-live-state]")) state.hidden = !following;
  if (!url || !following) return;
  const query = new URLSearchParams(following.split(" ").map((topic) => ["topic", topic]));
  source = new EventSource(`${url}?${query}`);
  source.onopen = () => {
    wait = 1000;
    show(true);
    // What happened while we were away is not sent again, so ask once.
    if (lost) followers().forEach((one) => one.dataset.liveHow === "announce" || refresh(one));
    if (lost) announce(say("connected"), 3);
    lost = false;
  };
  source.onerror = () => {
    source.close();
    source = null;
    if (!lost) announce(say("connecting"), 3);
    lost = true;
    show(false);
    // Spread out, so that not all pages of a town come back in the same second.
    timer = setTimeout(connect, wait * (0.5 + Math.random()));
    wait = Math.min(wait * 2, 30000);
  };
  source.onmessage = (event) => {
    const news = JSON.parse(event.data);
    for (const one of followers()) if (concerns(one, news)) take(one, news);
  };
}

function concerns(one, news) {
  const kinds = one.dataset.liveKinds?.split(/\s+/).filter(Boolean) ?? [];
  return one.dataset.live.split(/\s+/).includes(news.topic) && (!kinds.length || kinds.includes(news.kind));
}

function isBusy(one) {
  const active = document.activeElement;
  const typing = one.contains(active) && active.matches("input, textarea, select");
  return one.contains(pressed) || typing;
}

function take(one, news) {
  if (isBusy(one)) {
    waiting.set(one, [...(waiting.get(one) ?? []), news]);
    return;
  }
  if (one.dataset.liveHow === "announce") count(one, news);
  else if (one.dataset.liveHow === "append" && news.html) append(one, news);
  else refresh(one);
}

function refresh(one) {
  const from = one.dataset.liveUrl || location.href;
  window.htmx?.ajax("GET", from, {
    target: one,
    source: one,
    swap: one.dataset.liveUrl ? "innerHTML" : "outerHTML",
    select: one.dataset.liveUrl || !one.id ? undefined : `#${CSS.escape(one.id)}`,
  });
}

function append(one, news) {
  const onlyKnown = one.dataset.liveReplaces?.split(/\s+/).includes(news.kind);
  const parsed = new DOMParser().parseFromString(news.html, "text/html").body;
  const atEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 120;
  for (const piece of [...parsed.children]) {
    const known = piece.id && document.getElementById(piece.id);
    if (known) known.replaceWith(piece);
    else if (onlyKnown) continue;
    else one.append(piece);
    window.htmx?.process(piece);
  }
  if (atEnd) window.scrollTo({ top: document.documentElement.scrollHeight });
}

function count(one, news) {
  const seen = new Set((one.dataset.seen ?? "").split(" ").filter(Boolean));
  seen.add(`${news.kind}:${news.id}`);
  one.dataset.seen = [...seen].join(" ");
  one.hidden = false;
  one.querySelector("[data-count-text]").textContent = (one.dataset.words || say("newOnes", { n: "{n}" })).replace("{n}", seen.size);
}

document.addEventListener("click", (event) => {
  const news = event.target.closest("[data-live-how='announce'] button")?.closest("[data-live]");
  if (!news) return;
  const target = news.dataset.liveTarget && document.querySelector(news.dataset.liveTarget);
  if (!target) {
    location.reload();
    return;
  }
  news.hidden = true;
  news.dataset.seen = "";
  window.htmx?.ajax("GET", news.dataset.liveUrl || location.href, {
    target,
    swap: news.dataset.liveUrl ? "innerHTML" : "outerHTML",
    select: news.dataset.liveUrl ? undefined : news.dataset.liveTarget,
  });
});

function letGo() {
  pressed = null;
  for (const [one, news] of [...waiting]) {
    if (isBusy(one)) continue;
    waiting.delete(one);
    news.forEach((each) => take(one, each));
  }
}

document.addEventListener("pointerdown", (event) => { pressed = event.target; });
// Later than the click that the finger is about to make.
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(letGo, 400));
document.addEventListener("focusout", () => setTimeout(letGo, 400));
document.addEventListener("htmx:afterSettle", () => { if (topics().join(" ") !== following) connect(); });
window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => event.persisted && connect());
window.addEventListener("online", () => { wait = 1000; connect(); });
connect();
