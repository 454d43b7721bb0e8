// Draws a map from the town's own data. Nobody outside is asked: streets and houses come from our own address,
// letters are drawn by the browser's own fonts (a style without "glyphs"), the worker comes from this server.

const FONTS = ["PingFang SC", "HarmonyOS Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "sans-serif"];
const TOWNSCAPE_FROM = 15.2; // trees and numbers of houses only where there is room for them

function colors(element) {
  const style = getComputedStyle(element);
  // A page that is being left has no styles any more; a map must not fail over that.
  return (name) => style.getPropertyValue(`--map-${name}`).trim() || "transparent";
}

// A width in meters, as pixels at every zoom: the ground doubles with each step.
function meters(width, lat, extra = 0) {
  const per = 78271.517 * Math.cos((lat * Math.PI) / 180);
  const at = (zoom) => ["+", ["max", 0.6, ["/", ["*", width, 2 ** zoom], per]], extra];
  return ["interpolate", ["exponential", 2], ["zoom"], 10, at(10), 20, at(20)];
}

function only(field, ...values) {
  return ["in", ["get", field], ["literal", values]];
}

function text(field, size, color, halo, more = {}) {
  return {
    layout: {
      "text-field": ["get", field],
      "text-font": FONTS,
      "text-size": size,
      "text-max-width": 7,
      "text-padding": 4,
      ...more,
    },
    paint: { "text-color": color, "text-halo-color": halo, "text-halo-width": 1.6 },
  };
}

// The layers of the base map from the ground up; each knows the source it is drawn from.
function groundLayers(of, lat) {
  const streetLabel = { "symbol-placement": "line", "symbol-spacing": 320, "text-letter-spacing": 0.12 };
  const streetRank = ["match", ["get", "tier"], "main", 5, "bridge", 4, "riverside", 3, "street", 2, "lane", 1, 0];
  const width = ["coalesce", ["get", "width_m"], 9];
  return [
    { id: "fields", source: "fields", type: "fill", paint: {
      "fill-color": ["match", ["get", "kind"], "orchard", of("orchard"), "meadow", of("park"), of("field")],
      "fill-opacity": ["match", ["get", "kind"], "meadow", 0.45, 1],
    } },
    { id: "land", source: "land", type: "fill", paint: { "fill-color": of("land") } },
    { id: "estates", source: "estates", type: "fill", paint: { "fill-color": of("estate") } },
    { id: "sites", source: "sites", type: "fill", paint: { "fill-color": of("site") } },
    { id: "park", source: "park", type: "fill", paint: { "fill-color": of("park") } },
    { id: "water", source: "water", type: "fill", paint: { "fill-color": of("water") } },
    { id: "water-edge", source: "water", type: "line", paint: { "line-color": of("water-edge"), "line-width": 1 } },
    { id: "paths", source: "streets", type: "line", minzoom: 14, filter: only("tier", "path"),
      layout: { "line-cap": "round" }, paint: { "line-color": of("street"), "line-width": meters(width, lat) } },
    { id: "street-edges", source: "streets", type: "line", minzoom: 12, filter: ["!", only("tier", "path")],
      layout: { "line-cap": "round", "line-join": "round", "line-sort-key": streetRank },
      paint: { "line-color": of("edge"), "line-width": meters(width, lat, 1.5) } },
    { id: "streets", source: "streets", type: "line", filter: ["!", only("tier", "path")],
      layout: { "line-cap": "round", "line-join": "round", "line-sort-key": streetRank },
      paint: {
        "line-color": ["match", ["get", "tier"], "main", of("main"), "bridge", of("main"), of("street")],
        "line-width": meters(width, lat),
      } },
    { id: "bridge-edges", source: "bridges", type: "line", paint: { "line-color": of("edge"), "line-width": meters(15, lat, 2) } },
    { id: "bridges", source: "bridges", type: "line", paint: { "line-color": of("main"), "line-width": meters(14, lat) } },
    { id: "trees", source: "trees", type: "circle", minzoom: TOWNSCAPE_FROM, paint: {
      "circle-color": of("tree"), "circle-opacity": 0.85,
      "circle-radius": ["interpolate", ["exponential", 2], ["zoom"], 15, 1.2, 19, 9],
    } },
    { id: "buildings", source: "buildings", type: "fill", minzoom: 13.5, paint: {
      "fill-color": ["match", ["get", "kind"], "dwelling", of("building"), of("public")],
    } },
    { id: "building-edges", source: "buildings", type: "line", minzoom: 15, paint: {
      "line-color": of("building-edge"), "line-width": 0.8,
    } },
    { id: "street-names", source: "streets", type: "symbol", minzoom: 14, filter: ["!=", ["get", "name"], ""],
      ...text("name", ["interpolate", ["linear"], ["zoom"], 14, 11, 18, 15], of("ink"), of("halo"), streetLabel) },
    { id: "river-names", source: "water", type: "symbol", filter: ["has", "name"],
      ...text("name", 13, of("ink-water"), of("halo")) },
    { id: "building-numbers", source: "buildings", type: "symbol", minzoom: 16.6, filter: ["has", "label"],
      ...text("label", 11, of("ink"), of("halo"), { "text-padding": 2 }) },
    { id: "park-names", source: "park", type: "symbol", minzoom: 13, filter: ["has", "name"],
      ...text("name", 13, of("ink-park"), of("halo")) },
    { id: "place-names", source: "labels", type: "symbol", minzoom: 15, filter: ["!", only("kind", "estate", "park", "bridge")],
      ...text("name", 11.5, of("ink"), of("halo")) },
    { id: "estate-names", source: "labels", type: "symbol", minzoom: 13.8, filter: only("kind", "estate"),
      ...text("name", ["interpolate", ["linear"], ["zoom"], 14, 11.5, 17, 15], of("ink"), of("halo")) },
  ];
}

function style(base, element) {
  const of = colors(element);
  const box = JSON.parse(element.dataset.box || "null");
  const sources = {};
  const layers = [{ id: "ground", type: "background", paint: { "background-color": of("ground") } }];
  if (element.dataset.tileUrl) {
    sources.tiles = { type: "raster", tiles: [element.dataset.tileUrl], tileSize: 256 };
    layers.push({ id: "tiles", source: "tiles", type: "raster" });
  }
  for (const [name, data] of Object.entries(base)) sources[name] = { type: "geojson", data };
  // Over tiles the town's own ground stays out; what has a name or a number still shows.
  const wanted = (layer) => sources[layer.source] && !(sources.tiles && layer.type !== "symbol");
  layers.push(...groundLayers(of, box ? (box[1] + box[3]) / 2 : 35).filter(wanted));
  return { version: 8, sources, layers };
}

let library;
let base;

function loadLibrary(data) {
  if (!document.querySelector(`link[href="${data.libraryStyle}"]`)) {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: data.libraryStyle });
    document.head.prepend(link);
  }
  library ??= import(data.library).then((module) => {
    module.setWorkerUrl(new URL(data.worker, location.href).href);
    return module;
  });
  return library;
}

function loadBase(data) {
  base ??= data.baseUrl ? fetch(data.baseUrl).then((response) => (response.ok ? response.json() : {})) : Promise.resolve({});
  return base;
}

// Makes the map in an element that carries the attributes of {% map_sources %}; resolves when it is drawn.
export async function makeMap(element, options = {}) {
  const [maplibre, layers] = await Promise.all([loadLibrary(element.dataset), loadBase(element.dataset)]);
  const box = JSON.parse(element.dataset.box || "null");
  const map = new maplibre.Map({
    container: element,
    style: style(layers, element),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 19.5,
    fadeDuration: 0,
    localIdeographFontFamily: FONTS.join(", "),
    bounds: box ?? undefined,
    fitBoundsOptions: { padding: 24 },
    ...options,
    locale: { ...JSON.parse(element.dataset.words || "{}"), ...options.locale },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  await new Promise((done) => map.once("load", done));
  return { maplibre, map };
}

// A pin of markup, so that it can be reached by keyboard and says what it is.
export function pin(maplibre, { lon, lat, label, url, lamp, number }) {
  const shape = document.createElement(url ? "a" : "span");
  shape.className = `pin pin-turn${lamp ? ` pin-lamp-${lamp}` : ""}`;
  if (url) shape.href = url;
  if (!url) shape.setAttribute("role", "img");
  shape.setAttribute("aria-label", label);
  shape.title = label;
  const inside = document.createElement("span");
  inside.textContent = number ?? "";
  shape.append(inside);
  const place = document.createElement("div");
  place.append(shape);
  return new maplibre.Marker({ element: place, anchor: "bottom", offset: [0, -6] }).setLngLat([lon, lat]);
}

export { FONTS };
