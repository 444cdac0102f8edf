import { createRequire } from 'node:module';
import type * as ECharts from 'echarts';
import { hashBytes } from './hash.ts';
import { escapeHtml, type Html, raw } from './html.ts';

const require = createRequire(import.meta.url);

/** Loaded with the first chart, because its hundreds of modules would slow the start of every command by a third. */
const echarts = (): typeof ECharts => require('echarts');

/** Distinguishable for people with red-green blindness (Okabe and Ito 2008), on light and dark backgrounds. */
export const PALETTE = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8f7a00', '#56b4e9'] as const;

const axis = {
  axisLine: { lineStyle: { color: 'currentColor', opacity: 0.5 } },
  axisTick: { lineStyle: { color: 'currentColor', opacity: 0.5 } },
  axisLabel: { color: 'currentColor' },
  nameTextStyle: { color: 'currentColor' },
  splitLine: { lineStyle: { color: 'currentColor', opacity: 0.12 } },
};

/** Text and axes inherit the colour of the page, so that one chart works on light and dark backgrounds. */
const THEME = {
  color: [...PALETTE],
  backgroundColor: 'transparent',
  textStyle: { color: 'currentColor', fontFamily: 'system-ui, sans-serif' },
  title: { textStyle: { color: 'currentColor', fontSize: 14 } },
  legend: { textStyle: { color: 'currentColor' } },
  categoryAxis: axis,
  valueAxis: axis,
  logAxis: axis,
  timeAxis: axis,
};

/**
 * Renders an ECharts option as inline SVG without scripts that scales with its container. The series may be bar, line,
 * scatter, heatmap or custom. Equal options give equal bytes.
 * @param size.title read by screen readers: it should say what the chart shows.
 */
export function svgChart(
  option: ECharts.EChartsCoreOption,
  { width, height, title }: { width: number; height: number; title: string },
): Html {
  const chart = echarts().init(null, THEME, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ ...option, animation: false });
    const svg = chart
      .renderToSVGString({ useViewBox: true })
      // Hover rules and script hooks have no use in a static picture.
      .replace(/<style[\s\S]*?<\/style>/g, '')
      .replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '');
    const label = escapeHtml(title);
    // ECharts numbers ids per process. Ids made from the content are unique within a page and repeat between runs.
    const plain = svg.replace(/zr\d+-/g, 'zr-');
    const own = plain.replaceAll('zr-', `c${hashBytes(label + plain).slice(0, 8)}-`);
    return raw(own.replace('<svg ', `<svg role="img" aria-label="${label}" `));
  } finally {
    chart.dispose();
  }
}
