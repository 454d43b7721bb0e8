// Shows the places of [data-minimap] on a small map once it comes into view. The list under it says the same.

import { makeMap, pin } from "./mapstyle.js";

async function draw(element) {
  if (element.dataset.drawn) return;
  element.dataset.drawn = "yes";
  const points = JSON.parse(element.dataset.points);
  const several = points.length > 1;
  const lons = points.map((one) => one.lon);
  const lats = points.map((one) => one.lat);
  try {
    const { maplibre, map } = await makeMap(element, {
      bounds: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)],
      fitBoundsOptions: { padding: { top: 60, bottom: 30, left: 40, right: 40 }, maxZoom: several ? 16.5 : 17 },
      cooperativeGestures: false,
      scrollZoom: false,
    });
    map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    for (const one of points) pin(maplibre, { ...one, number: several ? one.number : "" }).addTo(map);
  } catch {
    element.hidden = true; // the list under it holds the same places
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((one) => one.isIntersecting)) {
    seen.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "200px" });

function start(root = document) {
  for (const element of root.querySelectorAll("[data-minimap]")) seen.observe(element);
}

start();
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
