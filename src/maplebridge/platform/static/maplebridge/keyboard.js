// j k move, Enter opens, a answers, h hands over, / searches, ? shows all. Switched off in the sheet that
// "?" opens: single keys can disturb people who speak to their computer (WCAG 2.1.4).

const OFF = "keys-off";

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable], dialog[open]") !== null;
}

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
}

function chosen() {
  return document.activeElement?.closest("[data-row]") ?? document.querySelector("[data-row].chosen");
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(chosen());
  const next = all[Math.min(all.length - 1, Math.max(0, at === -1 ? 0 : at + step))];
  for (const row of all) row.classList.toggle("chosen", row === next);
  next.querySelector("a, button")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function act(name) {
  const button = (chosen() ?? document).querySelector(`[data-action="${name}"]`);
  button?.click();
  return Boolean(button);
}

// Where a page has no field of its own, it leads to the page of searching.
function search() {
  const field = document.querySelector("[data-search]");
  if (field) field.focus();
  else document.querySelector(".sidebar a[href='/search/']")?.click();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => act("answer"),
  h: () => act("hand-over"),
  "/": search,
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  const deed = KEYS[event.key];
  if (!deed || localStorage.getItem(OFF) === "1") return;
  event.preventDefault();
  deed();
});

// What is being written is sent without leaving the keyboard, where one button sends it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest("textarea")?.form;
  const buttons = form?.querySelectorAll("button.btn-main:not([type=button])") ?? [];
  if (buttons.length !== 1) return;
  event.preventDefault();
  form.requestSubmit(buttons[0]);
});

const box = document.querySelector("[data-keys-on]");
if (box) {
  box.checked = localStorage.getItem(OFF) !== "1";
  box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "0" : "1"));
}
