// The page's sentences in its language (written by {% script_words %}), and saying them to everyone.

const element = document.querySelector("script#words");
export const words = element ? JSON.parse(element.textContent) : {};

export function say(name, values = {}) {
  return (words[name] ?? "").replace(/\{(\w+)\}|%\((\w+)\)s/g, (_, a, b) => values[a ?? b] ?? "");
}

// Shows a sentence for a while; the region is aria-live, so readers hear it too.
export function announce(sentence, seconds = 6) {
  const region = document.getElementById("toasts");
  if (!region || !sentence) return;
  const toast = document.createElement("p");
  toast.className = "m-0";
  toast.textContent = sentence;
  region.append(toast);
  setTimeout(() => toast.remove(), seconds * 1000);
}

export function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

export function csrfToken() {
  return cookie("csrftoken") || document.querySelector('meta[name="csrf-token"]')?.content || "";
}

// Who is signed in. The page shown without a network does not say; then it is who it was before.
export function person() {
  return document.querySelector('meta[name="person"]')?.content ?? localStorage.getItem("person") ?? "";
}
