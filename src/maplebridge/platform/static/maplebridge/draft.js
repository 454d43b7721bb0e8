// What somebody has begun to write is never lost: forms with data-draft="name" are kept on the device until
// they are sent. Passwords, codes and files are not kept.

import { announce, person, say } from "./words.js";

const DAYS = 14;
const restored = new WeakSet();

function keyOf(form) {
  return `draft:${person()}:${form.dataset.draft}`;
}

function keepable(field) {
  return field.name && !["password", "file", "hidden", "submit", "button"].includes(field.type) &&
    field.autocomplete !== "one-time-code" && field.dataset.draftNot === undefined;
}

function valueOf(field) {
  return field.type === "checkbox" || field.type === "radio" ? (field.checked ? field.value : null) : field.value;
}

function keep(form) {
  const values = [...form.elements].filter(keepable).map((field) => [field.name, field.value, valueOf(field)]);
  localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values }));
}

function restore(form) {
  if (restored.has(form)) return;
  restored.add(form);
  const kept = JSON.parse(localStorage.getItem(keyOf(form)) ?? "null");
  if (!kept || form.querySelector(".has-wrong")) return;
  let changed = false;
  for (const [name, of, value] of kept.values) {
    for (const field of [...form.elements].filter((each) => each.name === name && keepable(each))) {
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.value === of) field.checked = value !== null;
      } else if (value && !field.value) {
        field.value = value;
        changed = true;
      }
    }
  }
  if (changed) announce(say("draftKept"), 4);
}

export function forget(form) {
  if (form.dataset.draft) localStorage.removeItem(keyOf(form));
}

function sweep() {
  for (const key of Object.keys(localStorage).filter((each) => each.startsWith("draft:"))) {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null");
    if (!kept || Date.now() - kept.at > DAYS * 86400000) localStorage.removeItem(key);
  }
}

function restoreAll() {
  document.querySelectorAll("form[data-draft]").forEach(restore);
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.draft) keep(form);
});
// A form that is sent the plain way leaves the page. Its draft goes when the answer has come, not before: from
// the browser's own "no network" page one comes back by history or reload, and finds what one wrote.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.draft && !event.defaultPrevented) sessionStorage.setItem("draft-sent", keyOf(event.target));
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (event.detail.successful && form.matches("form[data-draft]") && !form.querySelector(".has-wrong")) forget(form);
});

function forgetSent() {
  const key = sessionStorage.getItem("draft-sent");
  const [navigation] = performance.getEntriesByType("navigation");
  if (!key || navigation?.type !== "navigate" || !document.referrer.startsWith(location.origin)) return;
  sessionStorage.removeItem("draft-sent");
  if (!document.querySelector(".has-wrong, .error-summary")) localStorage.removeItem(key);
}

document.addEventListener("htmx:afterSettle", restoreAll);
forgetSent();
sweep();
restoreAll();
