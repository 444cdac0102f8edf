import { type Html, html, raw } from '../../platform/html.ts';

/** Renders headings, paragraphs, lists, `code`, **strong** and *emphasis*. */
export function markdown(text: string): Html {
  return html`${text
    .split(/\n{2,}/)
    .filter((block) => block.trim() !== '')
    .map(blockOf)}`;
}

function blockOf(block: string): Html {
  const heading = /^(#{1,3}) (.*)$/s.exec(block);
  if (heading) {
    const tag = raw(`h${heading[1].length}`);
    return html`<${tag}>${inline(heading[2])}</${tag}>\n`;
  }
  if (!block.startsWith('- ')) return html`<p>${inline(block)}</p>\n`;
  const items = block.slice(2).split(/\n- /);
  return html`<ul>${items.map((item) => html`<li>${inline(item)}</li>\n`)}</ul>\n`;
}

const MARKS = /(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*)/;

function inline(text: string): Html {
  return html`${text.split(MARKS).map((part) => {
    if (/^`[^`]+`$/.test(part)) return html`<code>${part.slice(1, -1)}</code>`;
    if (/^\*\*[^*]+\*\*$/.test(part)) return html`<strong>${part.slice(2, -2)}</strong>`;
    return /^\*[^*]+\*$/.test(part) ? html`<em>${part.slice(1, -1)}</em>` : part;
  })}`;
}
