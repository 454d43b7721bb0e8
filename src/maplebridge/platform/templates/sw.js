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
  "{% static 'maplebridge/kept.js' %}",
  "{% static 'maplebridge/draft.js' %}",
  "{% static 'maplebridge/photo.js' %}",
  "{% static 'maplebridge/file.js' %}",
  "{% static 'maplebridge/place.js' %}",
  "{% static 'maplebridge/outbox.js' %}",
  OFFLINE,
];
// The names change with the files' contents, and so does the name of the store: a new release starts clean.
const FRAME = `frame-${FILES.join().split("").reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7)}`;
const STILL_NEW_MS = 20000; // an answer that came too late for the page that asked for it
const PATIENCE_MS = 3000; // on a bad network the kept page comes first, says so, and gives way to the answer

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

// Answers on their way, and answers that came too late for the page that asked for them, by address.
const asked = new Map();
const late = new Map();

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET") {
    // What was asked for before something was changed, is old.
    asked.clear();
    late.clear();
    return;
  }
  if (url.origin !== location.origin) return;
  if (url.pathname.startsWith("{% get_static_prefix %}")) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(event));
});

// A page that came from the store asks for what the network has; it is told when that is here.
self.addEventListener("message", (event) => {
  if (event.data?.renew) event.waitUntil(renew(event.data.renew, event.ports[0]));
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

async function page(event) {
  const { request } = event;
  const ready = late.get(request.url);
  late.delete(request.url);
  if (ready && Date.now() - ready.at < STILL_NEW_MS) return ready.answer;
  const kept = await (await caches.open(PAGES)).match(request);
  const asking = ask(request);
  event.waitUntil(asking.catch(() => {}));
  try {
    return await (kept ? within(asking) : asking);
  } catch {
    if (kept) return marked(kept);
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

// The answers are read once by the page and once by the store: everybody gets a copy of their own.
function ask(request) {
  const answer = fetch(request).then(async (answer) => {
    if (answer.ok && !answer.redirected && answer.headers.get("Offline") === "keep") {
      await (await caches.open(PAGES)).put(request, stamped(answer.clone()));
    }
    return answer;
  });
  asked.set(request.url, answer);
  const done = () => asked.get(request.url) === answer && asked.delete(request.url);
  answer.then(done, done);
  return answer.then((one) => one.clone());
}

async function renew(url, port) {
  try {
    const answer = await (asked.get(url)?.then((one) => one.clone()) ?? ask(new Request(url)));
    if (answer.ok && !answer.redirected) late.set(url, { answer, at: Date.now() });
    port.postMessage({ answered: true });
  } catch {
    port.postMessage({ answered: false });
  }
}

function stamped(answer) {
  const headers = new Headers(answer.headers);
  headers.set("Kept-At", Date.now());
  return new Response(answer.body, { status: answer.status, headers });
}

// A kept page says so itself: kept.js shows since when, lamps.js counts from then.
async function marked(kept) {
  const text = await kept.text();
  const at = kept.headers.get("Kept-At") ?? "0";
  const headers = new Headers(kept.headers);
  for (const one of ["Content-Length", "Content-Encoding"]) headers.delete(one);
  return new Response(text.replace("<html ", `<html data-kept-at="${at}" `), { status: kept.status, headers });
}

function within(answer) {
  const patience = new Promise((_, failed) => setTimeout(failed, PATIENCE_MS, new Error("late")));
  return Promise.race([answer, patience]);
}
