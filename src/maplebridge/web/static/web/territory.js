// The map of the territory: layers over the base map, a click or the list opens what is known of a piece.

import { FONTS, makeMap, pin } from "../places/mapstyle.js";

const element = document.getElementById("territory-map");
const COLORS = {
  "grids-5": "#5b2c20", "grids-4": "#7c2716", "grids-3": "#b3361e", "grids-2": "#cf6a45", "grids-1": "#d99877",
  sectors: "#1257a6", beats: "#4c7fb8", estates: "#6b5a2e", buildings: "#57606a", key_sites: "#6d3fa0",
};
// Letters are darker than the lines they belong to.
const INKS = { "grids-2": "#8a3a1a", "grids-1": "#8a4a24", beats: "#1f4f85", sectors: "#0f478a", estates: "#54461f", buildings: "#3d444b", key_sites: "#53307d" };
const SIZES = { "grids-5": 19, "grids-4": 17, "grids-3": 15, sectors: 14, "grids-1": 11, buildings: 11, key_sites: 12 };
const DASHED = new Set(["grids-1", "beats"]);
const WIDTH = { "grids-5": 3.5, "grids-4": 3, "grids-3": 2.5, "grids-2": 1.6, "grids-1": 1, sectors: 2.5, beats: 1.5, estates: 1.5, buildings: 1, key_sites: 1 };
const NAMES_FROM = { "grids-5": 8, "grids-4": 9, "grids-3": 12.5, "grids-2": 14.2, "grids-1": 16, sectors: 13, beats: 14, estates: 15, buildings: 16.6, key_sites: 14.5 };
// From the ground up: what is larger lies lower, so that the smaller one can be clicked.
const ORDER = ["grids-5", "grids-4", "sectors", "grids-3", "beats", "grids-2", "grids-1", "estates", "buildings", "key_sites"];
const WINDOW_FROM = 14.5;
const NOTHING = { type: "FeatureCollection", features: [] };

const loaded = new Map(); // layer -> {whole, box}
let map;
let maplibre;
let marker;
let chosen;

const urlOf = (layer) => document.querySelector(`[data-layer="${layer}"]`)?.dataset.url;
const checkbox = (layer) => document.querySelector(`[data-layer="${layer}"] input`);
const source = (layer) => `territory-${layer}`;

function partsOf(layer) {
  const color = COLORS[layer];
  const common = { source: source(layer) };
  const active = ["boolean", ["feature-state", "active"], false];
  const isArea = ["==", ["geometry-type"], "Polygon"];
  const label = {
    source: `${source(layer)}-names`, id: `${layer}-name`, type: "symbol", minzoom: NAMES_FROM[layer],
    layout: {
      "text-field": ["get", "label"], "text-font": FONTS, "text-size": SIZES[layer] ?? 13, "text-max-width": 8,
      ...(layer === "key_sites" ? { "text-anchor": "top", "text-offset": [0, 0.8] } : {}),
    },
    paint: { "text-color": INKS[layer] ?? color, "text-halo-color": "#fffdf8", "text-halo-width": 1.8 },
  };
  if (layer === "key_sites") {
    return [
      { ...common, id: `${layer}-fill`, type: "circle", paint: {
        "circle-color": color, "circle-stroke-color": "#fff",
        "circle-stroke-width": ["case", active, 4, 1.5],
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 3, 17, 7],
      } },
      label,
    ];
  }
  return [
    { ...common, id: `${layer}-fill`, type: "fill", filter: isArea, paint: {
      "fill-color": color, "fill-opacity": ["case", active, 0.3, layer === "buildings" ? 0.18 : 0.025],
    } },
    { ...common, id: `${layer}-line`, type: "line", layout: { "line-join": "round" }, paint: {
      "line-color": color, "line-width": ["case", active, WIDTH[layer] + 2.5, WIDTH[layer]],
      ...(DASHED.has(layer) ? { "line-dasharray": [3, 2] } : {}),
    } },
    { ...common, id: `${layer}-point`, type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": color, "circle-radius": 4 } },
    label,
  ];
}

// Where a layer belongs: under the first one above it that is on the map.
function above(layer) {
  const later = ORDER.slice(ORDER.indexOf(layer) + 1);
  return later.map((one) => `${one}-fill`).find((id) => map.getLayer(id));
}

function addLayer(layer) {
  if (map.getSource(source(layer))) return;
  map.addSource(source(layer), { type: "geojson", data: NOTHING });
  map.addSource(`${source(layer)}-names`, { type: "geojson", data: NOTHING });
  for (const part of partsOf(layer)) map.addLayer(part, above(layer));
  map.on("mouseenter", `${layer}-fill`, () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", `${layer}-fill`, () => { map.getCanvas().style.cursor = ""; });
}

function windowBox() {
  const bounds = map.getBounds();
  const padX = (bounds.getEast() - bounds.getWest()) / 2;
  const padY = (bounds.getNorth() - bounds.getSouth()) / 2;
  // To hundredths of a degree, so that neighbors on one map ask for the same.
  const down = (value) => Math.floor(value * 100) / 100;
  const up = (value) => Math.ceil(value * 100) / 100;
  return [down(bounds.getWest() - padX), down(bounds.getSouth() - padY), up(bounds.getEast() + padX), up(bounds.getNorth() + padY)];
}

function holds(outer, inner) {
  return outer && inner.getWest() >= outer[0] && inner.getSouth() >= outer[1] && inner.getEast() <= outer[2] && inner.getNorth() <= outer[3];
}

// One point for the name of each area: of an area itself every tile would write the name again.
function namesOf(data) {
  const features = data.features.map(({ properties, geometry }) => ({
    type: "Feature", properties: { label: properties.label },
    geometry: properties.at ? { type: "Point", coordinates: properties.at } : geometry,
  }));
  return { type: "FeatureCollection", features };
}

// Asks for a layer once; of very many buildings for those around what is seen.
async function fill(layer) {
  const known = loaded.get(layer);
  if (known?.whole || holds(known?.box, map.getBounds())) return;
  const windowed = layer === "buildings";
  if (windowed && known && map.getZoom() < WINDOW_FROM) return;
  const box = windowed ? windowBox() : undefined;
  const response = await fetch(box ? `${urlOf(layer)}?box=${box.join()}` : urlOf(layer));
  if (!response.ok) return;
  const data = await response.json();
  loaded.set(layer, { whole: data.whole, box });
  map.getSource(source(layer)).setData(data);
  map.getSource(`${source(layer)}-names`).setData(namesOf(data));
  if (chosen?.layer === layer) mark(chosen);
}

function show(layer, visible) {
  if (visible) {
    addLayer(layer);
    fill(layer);
  }
  for (const part of ["fill", "line", "point", "name"]) {
    const id = `${layer}-${part}`;
    if (map.getLayer(id)) map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
  }
  const same = { estates: "estate-names", buildings: "building-numbers" }[layer]; // the base map's own words
  if (same && map.getLayer(same)) map.setLayoutProperty(same, "visibility", visible ? "none" : "visible");
}

function mark(next) {
  if (chosen && map.getSource(source(chosen.layer))) {
    map.setFeatureState({ source: source(chosen.layer), id: chosen.id }, { active: false });
  }
  chosen = next;
  if (map.getSource(source(next.layer))) map.setFeatureState({ source: source(next.layer), id: next.id }, { active: true });
}

function goTo(lon, lat, layer) {
  const zoom = { "grids-5": 12, "grids-4": 13, "grids-3": 14.5, "grids-2": 15.5, sectors: 14.8, beats: 15, estates: 16 }[layer] ?? 17;
  const quick = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), zoom), duration: quick ? 0 : 150 });
}

async function open(key, { move = false, focus = true } = {}) {
  const [layer, id] = key.split("/");
  const response = await fetch(`${element.dataset.pieceUrl}${layer}/${id}/`, { headers: { "HX-Request": "true" } });
  if (!response.ok) return;
  const place = document.getElementById("territory-piece");
  place.innerHTML = await response.text();
  const piece = place.firstElementChild;
  if (map) {
    const box = checkbox(layer);
    if (box && !box.checked) box.checked = true;
    show(layer, true);
    mark({ layer, id: Number(id) });
    if (move && piece.dataset.lon) goTo(Number(piece.dataset.lon), Number(piece.dataset.lat), layer);
  }
  if (focus) place.querySelector("h2").focus();
}

function putMarker(lon, lat, label) {
  marker?.remove();
  marker = pin(maplibre, { lon, lat, label }).addTo(map);
  goTo(lon, lat);
}

// The smallest visible piece under the pointer.
function under(point) {
  const layers = ORDER.map((layer) => `${layer}-fill`).filter((id) => map.getLayer(id) && map.getLayoutProperty(id, "visibility") !== "none");
  const [found] = map.queryRenderedFeatures(point, { layers });
  return found ? `${found.layer.id.replace(/-fill$/, "")}/${found.id}` : null;
}

function followFound(section) {
  if (!section || !map) return;
  if (section.dataset.lon) putMarker(Number(section.dataset.lon), Number(section.dataset.lat), section.dataset.title);
  if (section.dataset.open) open(section.dataset.open, { move: !section.dataset.lon, focus: false });
}

async function start() {
  const { mapLabel, zoomIn, zoomOut } = element.dataset;
  ({ maplibre, map } = await makeMap(element, {
    locale: { "Map.Title": mapLabel, "NavigationControl.ZoomIn": zoomIn, "NavigationControl.ZoomOut": zoomOut },
  }));
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.ScaleControl({ unit: "metric" }), "bottom-right");
  for (const box of document.querySelectorAll(".territory-layers input:checked")) show(box.value, true);
  map.on("click", (event) => {
    const key = under(event.point);
    if (key) open(key, { focus: false });
  });
  map.on("moveend", () => { if (checkbox("buildings")?.checked) fill("buildings"); });
  const { lon, lat, marker: title, show: key } = element.dataset;
  if (title) putMarker(Number(lon), Number(lat), title);
  if (key) open(key, { move: !title, focus: false });
  element.dataset.ready = "yes";
}

// The system of coordinates matters only for coordinates.
const search = document.querySelector(".territory-search");
const askSystem = () => {
  search.querySelector("[data-coordinates]").hidden = !/^\s*-?\d{1,3}(\.\d*)?\s*[,\uff0c\u3001;\uff1b\s]/.test(search.elements.q.value);
};
search.addEventListener("input", askSystem);
askSystem();

document.addEventListener("change", (event) => {
  if (map && event.target.matches(".territory-layers input")) show(event.target.value, event.target.checked);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-show]:is(a)");
  if (!link) {
    const list = event.target.closest(".layer a");
    if (list) for (const one of document.querySelectorAll(".layer a")) one.toggleAttribute("aria-current", one === list);
    return;
  }
  event.preventDefault();
  open(link.dataset.show, { move: true });
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "territory-found") followFound(event.detail.target.querySelector(".found"));
});

start().catch(() => {
  element.textContent = "";
  const words = document.createElement("p");
  words.className = "map-failed";
  words.textContent = element.dataset.failed;
  element.append(words);
});
