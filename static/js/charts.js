/*
 * Draws the charts of a page: <figure data-chart="id" hidden> with its data in <script type="application/json" id="id">.
 * The same figures stand in the table beneath, so without this script, or without ECharts, nothing is missing.
 */
(() => {
  "use strict";

  if (!window.echarts) return;

  const page = getComputedStyle(document.documentElement);
  const face = getComputedStyle(document.body).fontFamily;
  const colour = (token) => page.getPropertyValue(`--${token}`).trim();
  const TONES = { green: "green", blue: "blue", amber: "amber", line: "line-strong" };

  const wan = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2 });
  const inTenThousands = (yuan) => `${wan.format(yuan / 10000)}万元`;

  const option = (data, wide) => {
    const words = { color: colour("ink"), fontFamily: face, fontSize: 13 };
    const lie = !wide || data.bars.some((name) => name.length > 8); /* long names are read along their bars */
    const names = {
      type: "category",
      data: data.bars,
      inverse: lie,
      axisLabel: { ...words, width: wide ? 180 : 110, overflow: "break", interval: 0 },
      axisLine: { lineStyle: { color: colour("line-strong") } },
      axisTick: { show: false },
    };
    const sums = {
      type: "value",
      axisLabel: { ...words, formatter: inTenThousands, hideOverlap: true },
      splitNumber: wide ? 5 : 2,
      splitLine: { lineStyle: { color: colour("line") } },
    };
    return {
      animation: false,
      color: data.series.map((row) => colour(TONES[row.tone])),
      grid: { left: 8, right: 24, top: wide ? 40 : 64, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      legend: { data: data.series.map((row) => row.name), top: 0, left: 0, textStyle: words, selectedMode: false },
      xAxis: lie ? sums : names,
      yAxis: lie ? names : sums,
      series: data.series.map((row) => ({
        name: row.name,
        type: "bar",
        stack: "all",
        barMaxWidth: 36,
        data: row.values,
        emphasis: { disabled: true },
        silent: true,
      })),
    };
  };

  const draw = (place) => {
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    place.hidden = false;
    const lines = place.clientWidth < 560 || data.bars.some((name) => name.length > 8) ? data.bars.length : 0;
    place.classList.toggle("chart-tall", lines > 6);
    const chart = window.echarts.getInstanceByDom?.(place) || window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(option(data, place.clientWidth >= 560), true);
    chart.resize();
  };

  const places = [...document.querySelectorAll("[data-chart]")];
  const all = () => places.forEach(draw);
  all();
  let waiting = 0;
  window.addEventListener("resize", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(all);
  });
})();
