// "I am here": fills latitude, longitude and accuracy. It never blocks: the form can be sent meanwhile, and
// without it.

import { say } from "./words.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-place-find]");
  const part = button?.closest("[data-place]");
  if (!part) return;
  const state = part.querySelector("[data-place-state]");
  const tell = (sentence) => { state.textContent = sentence; };
  if (!navigator.geolocation) {
    tell(say("placeDenied"));
    return;
  }
  tell(say("placeSeeking"));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      part.querySelector("[data-latitude]").value = coords.latitude.toFixed(6);
      part.querySelector("[data-longitude]").value = coords.longitude.toFixed(6);
      part.querySelector("[data-accuracy]").value = Math.round(coords.accuracy);
      tell(say("placeFound", { n: Math.round(coords.accuracy) }));
      part.dispatchEvent(new CustomEvent("place:found", { bubbles: true, detail: coords }));
    },
    () => tell(say("placeDenied")),
    { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
  );
});
