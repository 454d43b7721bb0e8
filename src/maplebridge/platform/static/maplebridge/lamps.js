// Keeps the minutes on the lamps true while a page is open. The server says when amber begins; what it
// rendered stays as it is where it did not.

import { say } from "./words.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

function span(seconds) {
  const minutes = Math.floor(seconds / MINUTE);
  if (seconds < HOUR) return say("minutes", { n: minutes });
  const hours = Math.floor(seconds / HOUR);
  if (seconds < DAY) return pair(say("hours", { n: hours }), minutes % 60, "minutes");
  return pair(say("days", { n: Math.floor(seconds / DAY) }), hours % 24, "hours");
}

function pair(larger, smaller, unit) {
  return smaller ? `${larger} ${say(unit, { n: smaller })}` : larger;
}

function words(left) {
  const which = left < 0 ? "overdue" : "left";
  return Math.abs(left) < MINUTE ? say(`${which}UnderAMinute`) : say(which, { span: span(Math.abs(left)) });
}

function color(lamp, now) {
  if (now > Date.parse(lamp.dataset.due)) return "red";
  const amber = lamp.dataset.amberFrom;
  if (amber) return now >= Date.parse(amber) ? "amber" : "green";
  return ["green", "amber", "red"].find((each) => lamp.classList.contains(`lamp-${each}`)) ?? "green";
}

// The server's clock counts, not the phone's: how far they are apart is taken from the page's own time. A page from
// the phone's store was rendered when it was kept, not now.
const rendered = document.querySelector("meta[name='now']")?.content;
const shownAt = Number(document.documentElement.dataset.keptAt) || Date.now();
const offset = rendered ? Date.parse(rendered) - shownAt : 0;

function refresh() {
  const now = Date.now() + offset;
  for (const lamp of document.querySelectorAll(".lamp[data-due]")) {
    const left = (Date.parse(lamp.dataset.due) - now) / 1000;
    const is = color(lamp, now);
    for (const each of ["green", "amber", "red"]) lamp.classList.toggle(`lamp-${each}`, each === is);
    const use = lamp.querySelector("use");
    use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#lamp-${is}`));
    const text = lamp.querySelector("span");
    const sentence = words(left);
    if (text && text.textContent !== sentence) text.textContent = sentence;
  }
}

setInterval(refresh, 15000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
