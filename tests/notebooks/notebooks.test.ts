import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Notebook, runNotebook, show } from '../../notebooks/notebook.ts';
import { cellsOf } from '../../notebooks/support/cells.ts';
import { markdown } from '../../notebooks/support/markdown.ts';
import { SHIPPED } from '../../pipelines/catalog.ts';

const folder = new URL('../../notebooks/', import.meta.url);
const here = (name: string) => new URL(name, import.meta.url);

describe('cells', () => {
  it('are split at their markers, with prose uncommented and line numbers kept', () => {
    const source =
      'lost\n// %% [markdown]\n// # T\n//\n// text\n\n// %%\nconst a = 1; // one\n// %% named\nb();\n';
    expect(cellsOf(source)).toEqual([
      { kind: 'markdown', line: 2, text: '# T\n\ntext' },
      { kind: 'code', line: 7, text: 'const a = 1; // one' },
      { kind: 'code', line: 9, text: 'b();' },
    ]);
  });
});

describe('markdown', () => {
  it('renders headings, lists and emphasis and escapes everything else', () => {
    expect(markdown('## A & B\n\nx `a<b` **c** *d*\n\n- one\n- two').text.replaceAll('\n', '')).toBe(
      '<h2>A &amp; B</h2><p>x <code>a&lt;b</code> <strong>c</strong> <em>d</em></p><ul><li>one</li><li>two</li></ul>',
    );
  });
});

describe('a notebook', () => {
  it('shows each output below its cell, in order, through any function', async () => {
    const { html, outputs, findings } = await runNotebook(here('example.ts'), {});
    expect({ outputs, findings }).toEqual({ outputs: 3, findings: 1 });
    expect(html).toContain('<title>An example</title>');
    expect(html).toContain('&lt;angles&gt;');
    const text = html.replace(/<pre[\s\S]*?<\/pre>/g, '');
    const places = ['An example', 'seven', 'Second', 'shown by a function', 'One is less than two.'].map(
      (one) => text.lastIndexOf(one),
    );
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('fails if a finding does not hold, and lets the next notebook run', async () => {
    await expect(runNotebook(here('untrue.ts'), {})).rejects.toThrow('No longer true: One is more than two.');
    expect(() => show('nobody is running')).toThrow('npm run notebooks');
  });

  it('exists for every product and begins with a title', () => {
    for (const name of SHIPPED.map((product) => product.name)) {
      const file = new URL(`${name}.ts`, folder);
      expect(existsSync(file), name).toBe(true);
      const [first] = cellsOf(readFileSync(file, 'utf8'));
      expect(first.kind, name).toBe('markdown');
      expect(first.text, name).toMatch(/^# \S/);
    }
  });
});

describe('the notebook of ski jumps on simulated data', () => {
  let run: Notebook | undefined;
  const ran = async () => {
    run ??= await runNotebook(new URL('ski-jumps.ts', folder), {});
    return run;
  };

  it('runs from top to bottom and says that its data is simulated', async () => {
    const { html, findings } = await ran();
    expect(findings).toBeGreaterThan(5);
    expect(html).toContain('Simulated data.');
    expect(html).not.toContain('Real data');
  });

  it('writes a page that needs no network and contains no NaN', async () => {
    const { html } = await ran();
    const page = html.replace(/<pre[\s\S]*?<\/pre>/g, '');
    expect(page.match(/<svg /g)?.length).toBeGreaterThan(6);
    expect(page).not.toMatch(/<script|<link|src=|url\(http/);
    expect(page).not.toMatch(/\bNaN\b|undefined|Infinity/);
  });
});
