import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../serving/ui/style.css', import.meta.url), 'utf8');

/** Colours by name of the first and second `:root` block: light and dark. */
function schemes(): Record<string, string>[] {
  return [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) =>
    Object.fromEntries(
      [...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]),
    ),
  );
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

describe('contrast of the pages', () => {
  const [light, dark] = schemes();
  const all = { light, dark: { ...light, ...dark } };
  for (const [scheme, colours] of Object.entries(all)) {
    it.each([
      ['text', 'back'],
      ['text', 'panel'],
      ['muted', 'back'],
      ['muted', 'panel'],
      ['muted', 'line'],
      ['accent', 'back'],
      ['accent', 'panel'],
      ['on-accent', 'accent'],
      ['good', 'panel'],
      ['bad', 'panel'],
      ['bad', 'back'],
    ])(`${scheme}: %s on %s is at least 4.5:1`, (text, back) => {
      expect(contrast(colours[text], colours[back])).toBeGreaterThanOrEqual(4.5);
    });
    it.each(['positive', 'negative', 'warn', 'bad'])(`${scheme}: %s on panel is at least 3:1`, (name) => {
      expect(contrast(colours[name], colours.panel)).toBeGreaterThanOrEqual(3);
    });
  }
});
