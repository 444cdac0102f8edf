/** Text that is already HTML. Create it with {@link html} or {@link raw} only. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** A value in a template: text and numbers are escaped, lists are joined, null, undefined and booleans are omitted. */
export type HtmlValue = Html | string | number | boolean | null | undefined | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Escapes text for use between tags and in quoted attributes.
 * @example
 * escapeHtml('a < b'); // => 'a &lt; b'
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** Marks trusted text as HTML. Never use it on text from outside. */
export const raw = (text: string): Html => new Html(text);

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (value === null || value === undefined || typeof value === 'boolean') return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(render).join('');
}

/**
 * Tagged template that escapes every value. Attributes must be quoted.
 * @example
 * html`<td>${'a & b'}</td>`.text; // => '<td>a &amp; b</td>'
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(strings.reduce((text, part, i) => text + render(values[i - 1]) + part));
}

/** The contrast of text is at least 4.5 to 1 in both colour schemes (WCAG 2.2 AA). */
const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --muted: #57606a; --back: #ffffff; --panel: #f5f7f9; --line: #d5dae0;
  --good: #116b39; --warn: #7d4e00; --bad: #b3201b; --link: #0a58ca; --under: var(--back); }
@media (prefers-color-scheme: dark) { :root { --text: #e8ebee; --muted: #a4adb7; --back: #14181d; --panel: #1d232a;
  --line: #39424c; --good: #5dd39e; --warn: #f0b450; --bad: #ff8a80; --link: #7ab4ff; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--text);
  background: var(--back); overflow-wrap: anywhere; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; } p { margin: .5rem 0; max-width: 70ch; }
a { color: var(--link); } :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.muted { color: var(--muted); } .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.panel { --under: var(--panel); background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; }
.grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
/* A shadow at the right edge shows that a table goes on; scrolling to its end covers the shadow. */
.scroll { overflow-x: auto; background:
  linear-gradient(to left, var(--under) 50%, transparent) right / 2rem 100% no-repeat local,
  linear-gradient(to left, rgb(128 128 128 / .5), transparent) right / .5rem 100% no-repeat; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; } .panel table { font-size: .875rem; }
th { font-weight: 600; color: var(--muted); } td.number, th.number { text-align: right; }
details { margin: 2rem 0; } summary { cursor: pointer; font-size: 1.2rem; font-weight: 600; padding: .5rem 0; }
figure { margin: 0; } svg { max-width: 100%; height: auto; display: block; } code { font-size: .9em; }
@media print { main { padding: 0; } .panel { break-inside: avoid; } }
`;

/**
 * A self-contained HTML document: inline stylesheet, system fonts, light and dark, readable on phones and desktops.
 * Classes: `muted good warn bad panel grid scroll number`; wrap each table in `<div class="scroll" tabindex="0">`.
 */
export function page({ title, body }: { title: string; body: Html }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text;
}

/** A table cell; columns of numbers are right-aligned. */
export type Cell = string | number | Html;

/** A table that scrolls on narrow screens, with a caption for screen readers. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  const numeric = head.map((_, j) => rows.length > 0 && rows.every((row) => typeof row[j] === 'number'));
  const kind = (j: number) => (numeric[j] ? raw(' class="number"') : '');
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<thead><tr>${head.map((name, j) => html`<th scope="col"${kind(j)}>${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, j) => html`<td${kind(j)}>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}
