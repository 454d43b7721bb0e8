// The safety map: areas in five colors with a pattern each, names on them; a click or the list opens an area.

import { FONTS, makeMap } from "../places/mapstyle.js";

let element = document.getElementById("safety-map");
const SIDE = 24; // of a pattern's tile, in pixels

function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// The same patterns as on the badges: no color stands alone.
const STROKES = {
  green: () => {},
  blue: (pen) => line(pen, "#ffffff", [[0, SIDE, SIDE, 0]], 1.5),
  yellow: (pen) => dots(pen, "#1f2328"),
  red: (pen) => line(pen, "#ffffff", [[0, SIDE, SIDE, 0], [0, 0, SIDE, SIDE]], 1.5),
  black: () => {},
  none: (pen) => line(pen, "#ffffff", [[0, SIDE / 2, SIDE, SIDE / 2]], 2),
};

function line(pen, color, strokes, width) {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.globalAlpha = 0.75;
  for (const [x1, y1, x2, y2] of strokes) {
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  }
}

function dots(pen, color) {
  pen.fillStyle = color;
  pen.globalAlpha = 0.6;
  for (const [x, y] of [[6, 6], [18, 18]]) {
    pen.beginPath();
    pen.arc(x, y, 2.2, 0, 2 * Math.PI);
    pen.fill();
  }
}

function tile(color) {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const pen = canvas.getContext("2d");
  pen.fillStyle = css(`--grade-${color}`);
  pen.globalAlpha = 0.78;
  pen.fillRect(0, 0, SIDE, SIDE);
  STROKES[color](pen);
  return pen.getImageData(0, 0, SIDE, SIDE);
}

function boxOf(data) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part) => {
    if (typeof part[0] === "number") {
      box[0] = Math.min(box[0], part[0]);
      box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]);
      box[3] = Math.max(box[3], part[1]);
    } else part.forEach(visit);
  };
  for (const { geometry } of data.features) if (geometry) visit(geometry.coordinates);
  return Number.isFinite(box[0]) ? box : undefined;
}

// Names in the reader's language. What all of them end with (station, 派出所) is left out: more names find room.
function namesOf(data) {
  const english = document.documentElement.lang.startsWith("en");
  const shown = data.features.filter(({ properties }) => properties.at);
  const names = shown.map(({ properties: { label, label_en } }) => (english && label_en) || label);
  const ending = commonEnding(names);
  return {
    type: "FeatureCollection",
    features: shown.map(({ properties }, at) => ({
      type: "Feature",
      properties: { ...properties, name: names[at].slice(0, names[at].length - ending) },
      geometry: { type: "Point", coordinates: properties.at },
    })),
  };
}

function commonEnding(names) {
  if (names.length < 2) return 0;
  let length = 0;
  while (names.every((name) => name.length > length + 1 && name.at(-1 - length) === names[0].at(-1 - length))) length += 1;
  const ending = length ? names[0].slice(-length) : "";
  if (!/[a-z]/i.test(ending)) return length;
  return ending.includes(" ") ? length - ending.indexOf(" ") : 0; // whole words only
}

// Inside, an area is opened by its number; outside, by its code.
function addressOf({ code, id }) {
  return `${element.dataset.areaUrl}${id ?? encodeURIComponent(code)}/`;
}

// By other rules than those that the shapes were graded by.
function recolor(data, colors) {
  for (const { properties } of data.features) properties.color = colors[properties.code] ?? properties.color;
}

async function start() {
  const { shapesUrl, mapLabel, zoomIn, zoomOut, colors } = element.dataset;
  const data = await (await fetch(shapesUrl)).json();
  if (colors) recolor(data, JSON.parse(colors));
  const bounds = boxOf(data);
  const { maplibre, map } = await makeMap(element, {
    ...(bounds ? { bounds } : {}),
    locale: { "Map.Title": mapLabel, "NavigationControl.ZoomIn": zoomIn, "NavigationControl.ZoomOut": zoomOut },
    cooperativeGestures: false,
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  for (const color of Object.keys(STROKES)) map.addImage(`grade-${color}`, tile(color));
  map.addSource("areas", { type: "geojson", data, promoteId: "code" });
  map.addSource("area-names", { type: "geojson", data: namesOf(data) });
  const chosen = ["boolean", ["feature-state", "chosen"], false];
  map.addLayer({ id: "areas", source: "areas", type: "fill", paint: { "fill-pattern": ["concat", "grade-", ["get", "color"]] } });
  map.addLayer({ id: "area-edges", source: "areas", type: "line", layout: { "line-join": "round" }, paint: {
    "line-color": ["case", chosen, "#1f2328", "#ffffff"], "line-width": ["case", chosen, 4, 1.5],
  } });
  map.addLayer({ id: "area-names", source: "area-names", type: "symbol", layout: {
    "text-field": ["get", "name"], "text-font": FONTS, "text-size": 13, "text-max-width": 6, "text-padding": 6,
  }, paint: { "text-color": "#1f2328", "text-halo-color": "#ffffff", "text-halo-width": 2 } });
  map.on("mouseenter", "areas", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "areas", () => { map.getCanvas().style.cursor = ""; });
  map.on("click", "areas", (event) => { location.href = addressOf(event.features[0].properties); });
  let last;
  const show = (code) => {
    if (last) map.setFeatureState({ source: "areas", id: last }, { chosen: false });
    last = code;
    if (code) map.setFeatureState({ source: "areas", id: code }, { chosen: true });
  };
  for (const row of document.querySelectorAll("[data-area]")) {
    row.addEventListener("mouseenter", () => show(row.dataset.area));
    row.addEventListener("focusin", () => show(row.dataset.area));
    row.addEventListener("mouseleave", () => show(element.dataset.chosen));
  }
  show(element.dataset.chosen);
  element.dataset.ready = "yes";
}

function begin() {
  start().catch(() => { element.textContent = element.dataset.failed; });
}

if (element) begin();
// What is computed after the page is there brings its map later.
else document.addEventListener("htmx:afterSettle", () => {
  if (element) return;
  element = document.getElementById("safety-map");
  if (element) begin();
});
