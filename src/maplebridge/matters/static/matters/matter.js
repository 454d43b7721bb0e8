// The sheets of a matter: what a button asked for opens as a sheet, and the sheet it was chosen in closes.

const sheet = () => document.getElementById("deed");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "deed-body") return;
  for (const open of document.querySelectorAll("dialog[open]")) open.close();
  sheet().showModal();
  sheet().querySelector("textarea, input:not([type=hidden], [type=file], [type=radio], [type=search]), select")?.focus();
});

// A number typed by hand counts instead of one chosen from the list.
document.addEventListener("input", (event) => {
  if (event.target.name !== "into_other" && event.target.dataset.instead !== "into") return;
  event.target.dataset.instead = "into";
  event.target.name = event.target.value ? "into" : "into_other";
  for (const radio of event.target.form.querySelectorAll("input[type=radio][name=into]")) {
    radio.checked = radio.checked && !event.target.value;
  }
});

// One category is chosen: from the proposals or from what was found.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "found-categories") return;
  const first = event.detail.target.querySelector("input[type=radio]");
  if (first) first.checked = true;
});
