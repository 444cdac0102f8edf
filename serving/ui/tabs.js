// @ts-check
import { el } from './dom.js';

/**
 * Tabs by the ARIA pattern: arrow keys move between them, and only the selected one is in the tab order. The selected tab is
 * kept in the fragment of the URL.
 * @param {{ id: string, title: string, panel: HTMLElement }[]} tabs
 */
export function tabsView(tabs) {
  const buttons = tabs.map(({ id, title }, i) =>
    el(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${id}`,
        'aria-controls': `panel-${id}`,
        onclick: () => choose(i),
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
          if (to === undefined) return;
          event.preventDefault();
          const next = (to + tabs.length) % tabs.length;
          choose(next);
          buttons[next].focus();
        },
      },
      title,
    ),
  );
  const panels = tabs.map(({ id, panel }) =>
    el('div', { role: 'tabpanel', id: `panel-${id}`, 'aria-labelledby': `tab-${id}` }, panel),
  );

  /** @param {number} chosen */
  function choose(chosen) {
    buttons.forEach((button, i) => {
      button.setAttribute('aria-selected', String(i === chosen));
      button.tabIndex = i === chosen ? 0 : -1;
      panels[i].hidden = i !== chosen;
    });
    history.replaceState(null, '', `#${tabs[chosen].id}`);
  }

  const fromUrl = () => tabs.findIndex(({ id }) => `#${id}` === location.hash);
  choose(Math.max(0, fromUrl()));
  // Links of alerts lead to a tab of this page.
  addEventListener('hashchange', () => {
    if (fromUrl() < 0) return;
    choose(fromUrl());
    buttons[fromUrl()].focus();
  });
  return el(
    'div',
    {},
    el('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Products' }, ...buttons),
    ...panels,
  );
}
