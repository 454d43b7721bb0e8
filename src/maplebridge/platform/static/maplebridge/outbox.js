// What is sent without a network is kept on the phone and goes out once when there is one again.
// Forms with data-outbox="what it is, in words". Each attempt carries the same Idempotency-Key, so that the
// server acts once even if the answer to the first attempt got lost on the way.

import { forget } from "./draft.js";
import { photosReady } from "./photo.js";
import { announce, csrfToken, person, say } from "./words.js";

const STORE = "posts";
const IN_HAND = 409; // the server is still at work on an earlier attempt of this post
const AGAIN_MS = 2000;

function open() {
  return new Promise((done, failed) => {
    const request = indexedDB.open("maplebridge", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

async function store(mode, deed) {
  const database = await open();
  return new Promise((done, failed) => {
    const transaction = database.transaction(STORE, mode);
    const request = deed(transaction.objectStore(STORE));
    transaction.oncomplete = () => { database.close(); done(request.result); };
    transaction.onerror = () => { database.close(); failed(transaction.error); };
  });
}

async function mine() {
  const all = await store("readonly", (posts) => posts.getAll());
  return all.filter((post) => post.person === person()).sort((a, b) => a.at - b.at);
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function keyOf(form) {
  form.dataset.idempotencyKey ??= newKey();
  return form.dataset.idempotencyKey;
}

// One post; resolves with what came back, rejects only when nothing came back.
function post(entry, onProgress) {
  const body = new FormData();
  for (const [name, value] of entry.fields) if (name !== "csrfmiddlewaretoken") body.append(name, value);
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", entry.url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Idempotency-Key", entry.key);
    request.timeout = 60000;
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onload = () => done({ status: request.status, url: request.responseURL, text: request.responseText });
    request.onerror = request.ontimeout = failed;
    request.send(body);
  });
}

// The network may be to blame, or a server that is just starting: both pass.
function passes(status) {
  return status === 0 || status === IN_HAND || status === 429 || status >= 500;
}

// What became of a post: "done", "later" (the server was not ready), "signed out" (somebody must sign in first),
// "refused" (the form came back with what is still needed, or this may not be done).
function outcome(entry, answer) {
  if (passes(answer.status)) return "later";
  if (answer.status >= 400) return "refused";
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  const reader = page.querySelector('meta[name="person"]');
  if (reader && reader.content !== entry.person) return "signed out";
  return page.querySelector(".error-summary, .has-wrong") ? "refused" : "done";
}

// Why a post was refused, in the words of the page that came back.
function reason(answer) {
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  return page.querySelector(".error-summary p, .error-summary li, .wrong")?.textContent.trim() ?? "";
}

async function keep(entry) {
  await store("readwrite", (posts) => posts.put(entry));
  const waiting = await mine();
  announce(say("kept", { n: waiting.length }), 8);
  showState();
}

let sending = false;
let signedOut = false; // what waits goes out after signing in

export async function sendAll() {
  if (sending || !person()) return;
  sending = true;
  try {
    // Two tabs must not send the same at once.
    const run = async () => {
      let sent = 0;
      for (const entry of await mine()) {
        if (entry.refused) continue;
        let answer;
        try {
          answer = await post(entry);
        } catch {
          break;
        }
        const became = outcome(entry, answer);
        signedOut = became === "signed out";
        if (answer.status === IN_HAND) setTimeout(sendAll, AGAIN_MS);
        if (became === "later" || signedOut) break;
        if (became === "done") {
          await store("readwrite", (posts) => posts.delete(entry.key));
          sent += 1;
        } else {
          await store("readwrite", (posts) => posts.put({ ...entry, refused: answer.status, why: reason(answer) }));
          announce(say("needsYou"), 10);
        }
      }
      if (sent) announce(say("sent", { n: sent }), 6);
    };
    await (navigator.locks ? navigator.locks.request("outbox", run) : run());
  } finally {
    sending = false;
    showState();
  }
}

async function send(form) {
  await photosReady(form);
  const entry = {
    key: keyOf(form),
    url: form.action,
    fields: [...new FormData(form, form.submitter ?? undefined)],
    label: form.dataset.outbox || document.title,
    person: person(),
    page: location.href,
    at: Date.now(),
  };
  const button = form.querySelector("button:not([type=button])");
  const label = button?.innerHTML;
  button?.setAttribute("aria-disabled", "true");
  const progress = (part) => { if (button && part < 1) button.textContent = say("sending", { n: Math.floor(part * 100) }); };
  try {
    const answer = await post(entry, progress);
    if (passes(answer.status)) {
      announce(say("notSent"), 10);
    } else if (outcome(entry, answer) === "signed out" && entry.person) {
      await keep(entry); // sent by itself after signing in again
      forget(form);
      sessionStorage.setItem("signed-out", "1");
      location.assign(answer.url);
    } else {
      finish(form, answer);
    }
  } catch {
    await keep(entry);
    forget(form);
    form.reset();
    form.querySelector("[data-photo-list]")?.replaceChildren();
    delete form.dataset.idempotencyKey;
    form.dispatchEvent(new CustomEvent("outbox:kept", { bubbles: true }));
  } finally {
    if (button) {
      button.innerHTML = label;
      button.removeAttribute("aria-disabled");
    }
  }
}

const address = () => location.pathname + location.search;
let shown = address(); // of what page is on the screen

// Shows what the server answered in place: asking for the page again would lose its "done" sentence, which a
// server says only once.
function finish(form, answer) {
  const next = new DOMParser().parseFromString(answer.text, "text/html");
  if (!next.getElementById("main")) {
    if (answer.status < 400) location.assign(answer.url || form.action);
    else announce(say("notSent"), 10);
    return;
  }
  delete form.dataset.idempotencyKey;
  bringAlong(next);
  if (!next.querySelector(".error-summary, .has-wrong")) forget(form);
  if (answer.url && answer.url !== location.href) history.pushState({ shown: true }, "", answer.url);
  shown = address();
  document.title = next.title;
  // What was still asked for this page has no place on the next one.
  for (const one of document.querySelectorAll(".frame [hx-get], .frame [hx-post]")) window.htmx?.trigger(one, "htmx:abort");
  for (const part of [".frame", ".bottombar"]) {
    const [old, fresh] = [document.querySelector(part), next.querySelector(part)];
    if (old && fresh) old.replaceWith(document.adoptNode(fresh));
  }
  window.htmx?.process(document.querySelector(".frame"));
  document.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
  (document.querySelector("[data-focus]") ?? document.getElementById("main")).focus();
  window.scrollTo({ top: 0 });
}

// The page that came back may need looks and scripts that this one did not load.
function bringAlong(next) {
  const known = (selector, name) => [...document.querySelectorAll(selector)].map((one) => one.getAttribute(name));
  const looks = known("link[rel=stylesheet]", "href");
  for (const link of next.querySelectorAll("link[rel=stylesheet]")) {
    if (!looks.includes(link.getAttribute("href"))) document.head.append(link.cloneNode());
  }
  const scripts = known("script[src]", "src");
  for (const one of next.querySelectorAll("script[type=module][src]")) {
    if (scripts.includes(one.getAttribute("src"))) continue;
    const script = document.createElement("script");
    script.type = "module";
    script.src = one.getAttribute("src");
    document.head.append(script);
  }
}

// Back to a page that was replaced in place: it is asked for anew. A link within a page is told as the same event, and
// must leave everything as it is.
window.addEventListener("popstate", () => {
  if (address() !== shown) location.reload();
});

async function showState() {
  const banner = document.getElementById("connection");
  if (!banner) return;
  let waiting = [];
  try {
    waiting = person() ? await mine() : [];
  } catch {
    // A browser that keeps nothing (a private window) still sends directly.
  }
  const text = banner.querySelector("[data-connection-text]");
  const refused = waiting.some((entry) => entry.refused);
  banner.hidden = navigator.onLine && !waiting.length;
  const unsent = waiting.filter((entry) => !entry.refused).length;
  const asksToSignIn = signedOut && unsent > 0 && navigator.onLine;
  const n = { n: waiting.length };
  const sentence = asksToSignIn ? say("signInToSend", { n: unsent }) : refused ? say("needsYou") : waiting.length ? say("kept", n) : text.dataset.offline;
  if (text.textContent !== sentence) text.textContent = sentence;
  banner.querySelector("[data-outbox-open]").hidden = !waiting.length;
  const entrance = banner.querySelector("[data-outbox-sign-in]");
  entrance.hidden = !asksToSignIn;
  entrance.search = new URLSearchParams({ next: address() });
  list(waiting);
  const detail = waiting.filter((entry) => !entry.refused).map((entry) => entry.url);
  document.dispatchEvent(new CustomEvent("outbox:waiting", { detail }));
}

function list(waiting) {
  const element = document.querySelector("[data-outbox-list]");
  if (!element) return;
  document.querySelector("[data-outbox-waits]").hidden = waiting.every((entry) => entry.refused);
  element.replaceChildren(...waiting.map((entry) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = entry.page;
    link.textContent = `${entry.label} · ${new Date(entry.at).toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" })}`;
    item.append(link);
    if (entry.refused) {
      if (entry.why) {
        const why = document.createElement("p");
        why.textContent = entry.why;
        item.append(why);
      }
      const written = entry.fields.find(([name, value]) => name === "text" && typeof value === "string")?.[1];
      if (written) {
        const words = document.createElement("blockquote"); // to be read, and copied to where it can still be sent
        words.textContent = written;
        item.append(words);
      }
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = say("remove");
      remove.addEventListener("click", async () => {
        await store("readwrite", (posts) => posts.delete(entry.key));
        showState();
      });
      item.append(remove);
    }
    return item;
  }));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.outbox === undefined || event.defaultPrevented) return;
  event.preventDefault();
  if (form.querySelector("[aria-disabled='true']")) return;
  form.submitter = event.submitter;
  send(form);
});

// Pages of the day may be read without a network; they go when somebody else signs in, or nobody does. Drafts
// stay for whoever is only signed out by the clock, and comes back; they go with signing out, or for another person.
async function forgetPagesOfOthers() {
  const before = localStorage.getItem("person") ?? "";
  if (before === person()) return;
  if ("caches" in window) await caches.delete("pages");
  if (!person()) return;
  localStorage.setItem("person", person());
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("draft:") && !key.startsWith(`draft:${person()}:`)) localStorage.removeItem(key);
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-leaves][action*='sign-out']")) return;
  for (const key of Object.keys(localStorage).filter((each) => each.startsWith("draft:"))) localStorage.removeItem(key);
});
window.addEventListener("online", sendAll);
window.addEventListener("offline", showState);
setInterval(() => { if (navigator.onLine) sendAll(); }, 30000);
forgetPagesOfOthers();
showState();
sendAll();
