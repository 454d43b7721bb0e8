// Where the phone may already tell where it is, it does so without being asked again; nothing waits for it.

const find = document.querySelector("#raise-form [data-place-find]");
const latitude = document.querySelector("#raise-form [data-latitude]");

navigator.permissions?.query({ name: "geolocation" }).then((permission) => {
  if (permission.state === "granted" && !latitude.value) find.click();
});

// Words that stand there from the beginning (kept from before, or sent back with what is missing) are looked at once;
// for an empty form there is nothing to ask.
const words = document.querySelectorAll("#id_text, #id_place");

document.addEventListener("htmx:load", () => {
  if ([...words].some((field) => field.value.trim())) window.htmx.trigger("#while-writing", "stands");
}, { once: true });
