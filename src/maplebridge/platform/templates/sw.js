{% load static %}// Keeps the frame of the pages, and the pages that the server marks with "Offline: keep" (today's list, one's
// matters), so that they can be read without a network. Asks the network first: what is shown is as new as it
// can be. Posts are not its business; outbox.js keeps them.

const PAGES = "pages";
const OFFLINE = "{% url 'offline' %}";
const FILES = [
  "{% static 'vendor/bootstrap.css' %}",
  "{% static 'vendor/htmx.js' %}",
  "{% static 'vendor/icons.svg' %}",
  "{% static 'maplebridge/mark.svg' %}",
  "{% static 'maplebridge/tokens.css' %}",
  "{% static 'maplebridge/frame.css' %}",
  "{% static 'maplebridge/parts.css' %}",
  "{% static 'maplebridge/page.js' %}",
  "{% static 'maplebridge/words.js' %}",
  "{% static 'maplebridge/sheet.js' %}",
  "{% static 'maplebridge/keyboard.js' %}",
  "{% static 'maplebridge/lamps.js' %}",
  "{% static 'maplebridge/live.js' %}",
  "{% static 'maplebridge/draft.js' %}",
  "{% static 'maplebridge/photo.js' %}",
  "{% static 'maplebridge/place.js' %}",
  "{% static 'maplebridge/outbox.js' %}",
  OFFLINE,
];
// The names change with the files' contents, and so does the name of the store: a new release starts clean.
const FRAME = `frame-${FILES.join().split("").reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7)}`;
const PATIENCE_MS = 6000; // on a bad network, the kept page comes before the patience of a person ends

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FRAME).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("frame-") && name !== FRAME;
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("{% get_static_prefix %}")) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});

async function file(request) {
  const cache = await caches.open(FRAME);
  const kept = await cache.match(request);
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  });
  if (!kept) return fresh;
  fresh.catch(() => kept); // without a network the kept one will do
  return kept;
}

async function page(request) {
  const cache = await caches.open(PAGES);
  const kept = await cache.match(request);
  try {
    const answer = await (kept ? within(fetch(request)) : fetch(request));
    if (answer.ok && !answer.redirected && answer.headers.get("Offline") === "keep") {
      await cache.put(request, answer.clone());
    }
    return answer;
  } catch {
    return kept ?? (await caches.match(OFFLINE)) ?? Response.error();
  }
}

function within(answer) {
  const late = new Promise((_, failed) => setTimeout(failed, PATIENCE_MS, new Error("late")));
  return Promise.race([answer, late]);
}
