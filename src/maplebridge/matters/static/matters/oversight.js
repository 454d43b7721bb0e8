// Sounds once for each emergency that comes onto the board. Browsers play nothing before somebody has pressed
// something, so the page says whether sound is on.

const HEARD = "emergencies-heard";
let audio = null;

function heard() {
  return new Set((sessionStorage.getItem(HEARD) ?? "").split(" ").filter(Boolean));
}

function ring() {
  if (!audio || audio.state !== "running") return;
  [0, 0.35, 0.7].forEach((at, number) => {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    tone.frequency.value = number % 2 ? 660 : 880;
    loudness.gain.setValueAtTime(0.25, audio.currentTime + at);
    loudness.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.3);
    tone.connect(loudness).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.3);
  });
}

function listen() {
  const known = heard();
  const fresh = [...document.querySelectorAll("[data-emergency]")].map((one) => one.dataset.emergency).filter((id) => !known.has(id));
  if (!fresh.length) return;
  sessionStorage.setItem(HEARD, [...known, ...fresh].join(" "));
  ring();
}

function showState() {
  const button = document.querySelector("[data-sound]");
  if (!button) return;
  const on = audio?.state === "running";
  button.setAttribute("aria-pressed", on);
  const words = button.querySelector("[data-sound-words]");
  words.textContent = on ? words.dataset.on : words.dataset.off;
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, on ? "#volume" : "#volume-off"));
}

document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-sound]")) return;
  audio ??= new AudioContext();
  await (audio.state === "running" ? audio.suspend() : audio.resume());
  showState();
  ring();
});

document.addEventListener("htmx:afterSettle", listen);
listen();
showState();
