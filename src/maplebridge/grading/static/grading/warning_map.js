// The ground of an early warning, and the matters in it that the reader may see.

import { makeMap, pin } from "../places/mapstyle.js";

const element = document.getElementById("warning-map");
const EARTH_M = 6371008.8;
const CORNERS = 64;

function circle(lon, lat, radius) {
  const north = (radius / EARTH_M) * (180 / Math.PI);
  const east = north / Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const turn = (corner / CORNERS) * 2 * Math.PI;
    return [lon + east * Math.cos(turn), lat + north * Math.sin(turn)];
  });
}

// A warning's ground: its shape where it has one, else a circle.
function ground() {
  const { shape, lon, lat, radius } = element.dataset;
  if (shape) return JSON.parse(shape);
  const edge = circle(Number(lon), Number(lat), Number(radius));
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [edge] } };
}

function corners(data) {
  const geometries = (data.features ?? [data]).map((one) => one.geometry);
  return geometries.flatMap((one) => one.coordinates.flat(one.type === "Polygon" ? 1 : 2));
}

async function start() {
  const data = ground();
  const [east, north] = [0, 1].map((axis) => corners(data).map((corner) => corner[axis]));
  const { maplibre, map } = await makeMap(element, {
    bounds: [Math.min(...east), Math.min(...north), Math.max(...east), Math.max(...north)],
    fitBoundsOptions: { padding: 56, maxZoom: 16.5 },
    cooperativeGestures: false,
    scrollZoom: false,
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  const color = getComputedStyle(document.documentElement).getPropertyValue("--maple").trim() || "#b3361e";
  map.addSource("warning", { type: "geojson", data });
  map.addLayer({ id: "warning-fill", source: "warning", type: "fill", paint: { "fill-color": color, "fill-opacity": 0.12 } });
  map.addLayer({ id: "warning-edge", source: "warning", type: "line", paint: { "line-color": color, "line-width": 2, "line-dasharray": [3, 2] } });
  for (const one of JSON.parse(element.dataset.points)) pin(maplibre, one).addTo(map);
  element.dataset.ready = "yes";
}

start().catch(() => { element.hidden = true; }); // the words say the same
