// Shows beside each service whether it answers, and looks again now and then.
const EVERY_MS = 15_000;
const UP = { up: true, mark: 'up' };
const AWAY = { up: false, mark: 'away' };

/** What a service says of itself: up or away, with a word on why. */
async function stateOf(name) {
  try {
    const response = await fetch(`health/${name}`, { cache: 'no-store' });
    const text = await response.text();
    const said = text.startsWith('{') ? JSON.parse(text) : {};
    if (said.waiting_for?.length) return { up: false, mark: 'not ready', why: said.waiting_for.join(', ') };
    if (!response.ok) return AWAY;
    if (said.data?.resultType !== 'vector') return UP;
    // What Prometheus knows of a service without a page: how many of it answer.
    const count = Number(said.data.result[0]?.value[1] ?? Number.NaN);
    if (Number.isNaN(count)) return { mark: 'not known' };
    return count > 0 ? { ...UP, mark: count > 1 ? `${count} up` : 'up' } : AWAY;
  } catch {
    return AWAY;
  }
}

async function look() {
  const cards = [...document.querySelectorAll('[data-health]')];
  const names = [...new Set(cards.map((card) => card.dataset.health))];
  const states = new Map(await Promise.all(names.map(async (name) => [name, await stateOf(name)])));
  for (const card of cards) {
    const { up, mark } = states.get(card.dataset.health);
    const shown =
      card.querySelector('.state') ?? card.insertBefore(document.createElement('span'), card.firstChild);
    shown.className = `state ${up === undefined ? '' : up ? 'up' : 'away'}`;
    shown.textContent = mark;
  }
  const unwell = [...states].filter(([, { up }]) => up === false);
  const told = unwell.map(([name, { mark, why }]) => `${name} (${why ?? mark})`);
  document.getElementById('summary').textContent =
    told.length === 0 ? 'Everything that could be asked answers.' : `Not well: ${told.join(', ')}.`;
}

// The page may be read through a tunnel or another name of this machine.
for (const link of document.querySelectorAll('a[data-port]')) {
  const { port, path = '/' } = link.dataset;
  link.href = `http://${location.hostname}:${port}${path}`;
}

await look();
setInterval(look, EVERY_MS);
