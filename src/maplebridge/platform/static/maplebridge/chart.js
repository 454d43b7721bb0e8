// Draws the table inside a figure[data-chart="bar|line|stacked"]: first column the names, each further column a
// series; the exact number is in data-value where the cell says it in words. The table stays, one tap away.
// Pages with charts load this file in their "scripts" block; ECharts comes only with it.

import * as echarts from "../vendor/echarts.mjs";

const SERIES = ["--link", "--maple", "--lamp-green", "--lamp-amber", "--ink-soft"];

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function numberIn(cell) {
  const text = cell.dataset.value ?? cell.textContent.replace(/[,\s%]/g, "");
  return text === "" || Number.isNaN(Number(text)) ? null : Number(text);
}

function read(table) {
  const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows];
  return {
    categories: rows.map((row) => row.cells[0].textContent.trim()),
    series: names.map((name, at) => ({ name, data: rows.map((row) => numberIn(row.cells[at + 1])) })),
  };
}

function optionsOf(figure) {
  const kind = figure.dataset.chart;
  const { categories, series } = read(figure.querySelector("table"));
  const line = { lineStyle: { color: color("--line") } };
  const many = series.length > 1;
  // Months may be left out where there is no room, as the others say which they are. A name may not, unless there
  // are too many; it goes on in a second line.
  const named = kind !== "line" && categories.length <= 8;
  const axisLabel = { color: color("--ink-soft") };
  if (named) {
    const width = Math.floor(Math.max(figure.clientWidth - 48, 200) / categories.length);
    Object.assign(axisLabel, { interval: 0, width, overflow: "break" });
  }
  // On a phone the legend takes several lines; about so wide is each of its entries.
  const legendLines = many ? Math.ceil((series.length * 150) / Math.max(figure.clientWidth, 300)) : 0;
  return {
    animation: false,
    color: SERIES.map(color),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 14, color: color("--ink") },
    aria: { enabled: true, decal: { show: many && kind !== "line" } },
    // Rich text is drawn on the canvas; a tooltip of HTML would need inline styles.
    tooltip: { trigger: "axis", renderMode: "richText" },
    legend: many ? { top: 0, textStyle: { color: color("--ink") } } : undefined,
    grid: { left: 8, right: 16, top: 16 + 24 * legendLines, bottom: 8, containLabel: true },
    xAxis: { type: "category", data: categories, axisLine: line, axisTick: { show: false }, axisLabel },
    yAxis: { type: "value", splitLine: line, axisLabel: { color: color("--ink-soft") } },
    series: series.map((one, at) => ({
      ...one,
      type: kind === "line" ? "line" : "bar",
      stack: kind === "stacked" ? "all" : undefined,
      barMaxWidth: 40,
      symbol: ["circle", "triangle", "rect", "diamond", "pin"][at % 5],
      symbolSize: 8,
      connectNulls: false,
    })),
  };
}

function draw(figure) {
  const canvas = figure.querySelector("[data-chart-canvas]");
  if (echarts.getInstanceByDom(canvas)) return;
  canvas.hidden = false;
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  chart.setOption(optionsOf(figure));
  new ResizeObserver(() => chart.resize()).observe(canvas);
}

function drawAll() {
  document.querySelectorAll("figure[data-chart]").forEach(draw);
}

document.addEventListener("htmx:afterSettle", drawAll);
drawAll();
