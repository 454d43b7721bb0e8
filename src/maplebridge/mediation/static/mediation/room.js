// The room of a session: whose words are mine, and a send button that always says who will hear them.

function begin() {
  const talk = document.getElementById("talk");
  if (!talk || talk.dataset.begun) return;
  talk.dataset.begun = "1";
  const markMine = () => {
    for (const said of talk.querySelectorAll(`[data-author="${talk.dataset.me}"]`)) said.classList.add("mine");
    if (talk.children.length) document.querySelector(".room-empty")?.remove();
  };
  new MutationObserver(markMine).observe(talk, { childList: true });
  markMine();
  const composer = document.getElementById("composer");
  (composer ?? talk).scrollIntoView({ block: "end", behavior: "instant" }); // on a phone the papers come below it
  if (!composer) return;

  const show = () => {
    const chosen = composer.querySelector("[name=audience]:checked");
    if (!chosen) return;
    composer.dataset.voice = chosen.dataset.kind;
    composer.querySelector("[data-voice-hint]").textContent = chosen.dataset.hint;
    composer.querySelector("[data-send-words]").textContent = chosen.closest("label").textContent.trim();
  };
  composer.addEventListener("change", show);
  composer.addEventListener("outbox:kept", () => setTimeout(show)); // the form was emptied
  show();

  const pdfs = composer.elements.pdfs;
  const named = () => {
    composer.querySelector("[data-pdf-state]").textContent = [...pdfs.files].map((file) => file.name).join(" · ");
  };
  pdfs.addEventListener("change", named);
  composer.addEventListener("outbox:kept", () => setTimeout(named));

  const phrases = composer.querySelector(".phrases");
  const insert = (phrase) => {
    const field = composer.elements.text;
    field.setRangeText(phrase, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true })); // so that the draft is kept
    phrases.open = false;
    field.focus();
  };
  phrases?.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-phrase]");
    if (chosen) insert(chosen.textContent.trim());
  });
}

begin();
document.addEventListener("htmx:afterSettle", begin); // the page that came back after something was said
