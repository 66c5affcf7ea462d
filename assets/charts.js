/*
 * The few parts of ECharts that our pages draw with: bars, lines, axes, a legend. `npm run build` makes
 * static/vendor/charts.js of them, less than half of the whole library. The canvas renderer, because the SVG one writes style
 * attributes, which our Content-Security-Policy refuses.
 */
export { getInstanceByDom, init } from "echarts/core";
import { use } from "echarts/core";
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendPlainComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, GridComponent, LegendPlainComponent, AriaComponent, CanvasRenderer]);
