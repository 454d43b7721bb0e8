// The code of a text message stands behind the # of its link: the browser keeps it to itself, no log holds it.

const field = document.querySelector("input[name='link']");
if (field && location.hash.length > 1) {
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
