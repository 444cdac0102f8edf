import { describe, expect, it } from 'vitest';
import { svgChart } from '../../platform/charts.ts';
import { html, page, raw, table } from '../../platform/html.ts';

describe('html', () => {
  it('escapes every value, in text and in attributes', () => {
    const hostile = `"><script>alert('x')</script>&`;
    expect(html`<a title="${hostile}">${hostile}</a>`.text).not.toMatch(/<script|'x'/);
    expect(html`<a title="${hostile}">`.text).toBe(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;">',
    );
  });

  it('joins lists, keeps nested templates and omits empty values', () => {
    expect(
      html`<ul>${['a', '<'].map((item) => html`<li>${item}</li>`)}${null}${undefined}${false}${0}</ul>`.text,
    ).toBe('<ul><li>a</li><li>&lt;</li>0</ul>');
    expect(html`${raw('<b>')}`.text).toBe('<b>');
  });

  it('builds a page that loads nothing from the network', () => {
    const text = page({ title: 'A & B', body: table('Rows', ['n', 'name'], [[1, '<i>']]) });
    expect(text).toContain('<title>A &amp; B</title>');
    expect(text).toContain('<td class="number">1</td><td>&lt;i&gt;</td>');
    expect(text).not.toMatch(/https?:|url\(|@import|src=|<link|<script/);
  });
});

describe('svgChart', () => {
  const option = {
    xAxis: { type: 'category', data: ['<b>', 'c'] },
    yAxis: { type: 'value' },
    series: [
      { type: 'bar', data: [1, 2] },
      { type: 'line', data: [2, 1] },
    ],
  };
  const size = { width: 300, height: 200, title: 'Shots "made" & missed' };

  it('is labelled, escaped, free of scripts and deterministic', () => {
    const { text } = svgChart(option, size);
    expect(text).toMatch(/^<svg role="img" aria-label="Shots &quot;made&quot; &amp; missed"/);
    expect(text).toContain('viewBox="0 0 300 200"');
    expect(text).not.toMatch(/<b>|<script|<style|NaN|onclick/);
    svgChart({ ...option, series: option.series.slice(1) }, size);
    expect(svgChart(option, size).text).toBe(text);
  });

  it('has ids that differ from those of another chart', () => {
    const ids = (text: string) => [...text.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    const first = ids(svgChart(option, size).text);
    const second = ids(svgChart(option, { ...size, title: 'Other' }).text);
    expect(first.length).toBeGreaterThan(0);
    expect(first.filter((id) => second.includes(id))).toEqual([]);
  });
});
