// Shows the health of each service and refreshes it.
const REFRESH_MS = 15_000;
const UP = { up: true, mark: 'up' };
const DOWN = { up: false, mark: 'down' };

/** The state of a service: up or down, with a reason. */
async function stateOf(name) {
  try {
    const response = await fetch(`health/${name}`, { cache: 'no-store' });
    const text = await response.text();
    const answer = text.startsWith('{') ? JSON.parse(text) : {};
    if (answer.waiting_for?.length)
      return { up: false, mark: 'not ready', why: answer.waiting_for.join(', ') };
    if (!response.ok) return DOWN;
    if (answer.data?.resultType !== 'vector') return UP;
    // For services without a health check, Prometheus counts the instances that answer.
    const count = Number(answer.data.result[0]?.value[1] ?? Number.NaN);
    if (Number.isNaN(count)) return { mark: 'unknown' };
    return count > 0 ? { ...UP, mark: count > 1 ? `${count} up` : 'up' } : DOWN;
  } catch {
    return DOWN;
  }
}

async function refresh() {
  const cards = [...document.querySelectorAll('[data-health]')];
  const names = [...new Set(cards.map((card) => card.dataset.health))];
  const states = new Map(await Promise.all(names.map(async (name) => [name, await stateOf(name)])));
  for (const card of cards) {
    const { up, mark } = states.get(card.dataset.health);
    const shown =
      card.querySelector('.state') ?? card.insertBefore(document.createElement('span'), card.firstChild);
    shown.className = `state ${up === undefined ? '' : up ? 'up' : 'down'}`;
    shown.textContent = mark;
  }
  const problems = [...states].filter(([, { up }]) => up === false);
  const texts = problems.map(([name, { mark, why }]) => `${name} (${why ?? mark})`);
  document.getElementById('summary').textContent =
    texts.length === 0 ? 'All services answer.' : `Problems: ${texts.join(', ')}.`;
}

// The page may be opened through a tunnel or under another name of this machine.
for (const link of document.querySelectorAll('a[data-port]')) {
  const { port, path = '/' } = link.dataset;
  link.href = `http://${location.hostname}:${port}${path}`;
}

await refresh();
setInterval(refresh, REFRESH_MS);
