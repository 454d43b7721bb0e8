// The sheets of a matter: what a button asked for opens as a sheet, and the sheet it was chosen in closes.

const sheet = () => document.getElementById("deed");

// Where there is something to choose first, no keyboard comes up.
function startWriting(dialog) {
  if (!dialog.querySelector("input[type=radio], input[type=checkbox]")) dialog.querySelector("textarea")?.focus();
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "deed-body") return;
  for (const open of document.querySelectorAll("dialog[open]")) open.close();
  sheet().showModal();
  startWriting(sheet());
});

// A number typed by hand counts instead of one chosen from the list.
document.addEventListener("input", (event) => {
  if (event.target.name !== "into_other" || !event.target.value) return;
  for (const radio of event.target.form.querySelectorAll("input[type=radio][name=into]")) radio.checked = false;
});

// A proposal that is tapped counts, whatever was searched for before.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-sheet^='deed-']");
  if (opener) setTimeout(() => startWriting(document.getElementById(opener.dataset.sheet)));
  const proposal = event.target.closest("button[name=category]");
  for (const radio of proposal?.form.querySelectorAll("input[type=radio][name=category]") ?? []) radio.checked = false;
});

// One category is chosen: from the proposals or from what was found.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "found-categories") return;
  const first = event.detail.target.querySelector("input[type=radio]");
  if (first) first.checked = true;
});
