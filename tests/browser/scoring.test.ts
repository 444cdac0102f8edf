import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKey } from '../../serving/auth/keys.ts';
import { postedScores, postScore } from '../../serving/scoring/scores.ts';
import { type RunningServer, startServer } from '../../serving/server.ts';
import { type Fixture, openFixture } from '../serving/fixture.ts';
import { DESKTOP, noBrowser, openBrowser, PHONE } from './browser.ts';

describe.skipIf(noBrowser)(`the scoring page${noBrowser === undefined ? '' : ` (${noBrowser})`}`, () => {
  let browser: Browser;
  let fixture: Fixture;
  let server: RunningServer;

  beforeEach(async () => {
    fixture = openFixture();
    [browser, server] = await Promise.all([
      openBrowser(),
      startServer(fixture.app(), { port: 0, mode: 'demo', unreadyMs: 0 }),
    ]);
  });
  afterEach(async () => {
    await browser.close();
    await server.stop();
    await fixture.close();
  });

  async function open(
    options: BrowserContextOptions = { viewport: DESKTOP },
    url = server.url,
  ): Promise<Page> {
    const page = await browser.newPage(options);
    page.setDefaultTimeout(10_000);
    await page.goto(`${url}/scoring`);
    return page;
  }

  async function start(page: Page, rater = 'Ana'): Promise<void> {
    await page.getByLabel('Your name').fill(rater);
    await page.keyboard.press('Enter');
    await page.getByText('of 3 clips scored').waitFor();
  }

  async function scores(): Promise<{ action: string; score: number; comment: string; rater: string }[]> {
    const found = [];
    for await (const score of postedScores(fixture.deps.store, 'jumps')) found.push(score);
    return found;
  }

  const clip = async (page: Page) => (await page.textContent('#clip-title'))?.split('· ')[1];

  it('can be used with the keyboard alone, from the first clip to the last', async () => {
    const page = await open();
    await start(page);
    const given: Record<string, number> = {};
    for (const [i, [keys, score]] of [
      [['7', '.'], 7.5],
      [['1', '0'], 10],
      [['3', 'ArrowDown'], 2.5],
    ].entries() as IterableIterator<[number, [string[], number]]>) {
      await page.getByText(`${i} of 3 clips scored`).waitFor();
      given[(await clip(page))!] = score;
      expect(await page.getByRole('button', { name: 'Save and next' }).isDisabled()).toBe(true);
      if (i === 0) {
        await page.keyboard.press('Enter');
        await page.getByText('Give a score from 0 to 10 first.').waitFor();
      }
      for (const key of keys) await page.keyboard.press(key);
      expect(await page.textContent('#score-text')).toBe(String(score));
      if (i === 0) {
        await page.keyboard.press('c');
        await page.keyboard.type('Leans back 3 times');
        await page.keyboard.press('Control+Enter');
      } else await page.keyboard.press('Enter');
    }
    await page.getByText('All 3 clips are scored.').waitFor();
    const kept = await scores();
    expect(Object.fromEntries(kept.map(({ action, score }) => [action, score]))).toEqual(given);
    expect(kept.map(({ comment }) => comment).filter(Boolean)).toEqual(['Leans back 3 times']);
  });

  it('plays, pauses and steps by frame', async () => {
    const page = await open();
    await start(page);
    const frame = () => page.textContent('#frame-text');
    const play = page.locator('#play');
    expect(await play.textContent()).toBe('Pause');
    await expect.poll(frame).not.toBe('1 / 20');
    await page.keyboard.press('Space');
    expect(await play.textContent()).toBe('Play');
    const at = Number((await frame())?.split(' /')[0]);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowRight');
    expect(await frame()).toBe(`${Math.max(1, at - 2) + 1} / 20`);
    const drawn = await page.evaluate(
      "document.querySelector('#player').getContext('2d').getImageData(0, 0, 600, 400).data.some((value) => value > 0)",
    );
    expect(drawn).toBe(true);
  });

  it('does not play by itself for people who prefer reduced motion', async () => {
    const page = await open({ viewport: DESKTOP, reducedMotion: 'reduce' });
    await start(page);
    expect(await page.textContent('#play')).toBe('Play');
    expect(await page.textContent('#frame-text')).toBe('1 / 20');
  });

  it('shows the scores of others only after the expert has given one', async () => {
    const said = { comment: 'secret-comment', round: 1, at: '2026-01-01T00:00:00Z' };
    for (const action of ['clip-1', 'clip-2', 'clip-3'])
      await postScore(fixture.deps.store, 'jumps', { action, rater: 'secret-rater', score: 1.5, ...said });
    const page = await open();
    const bodies: string[] = [];
    page.on('response', async (response) => {
      if (response.url().includes('/v1/')) bodies.push(await response.text().catch(() => ''));
    });
    await start(page);
    await page.keyboard.press('8');
    await page.waitForLoadState('networkidle');
    expect(bodies.join('')).not.toMatch(/secret|1\.5/);
    await page.keyboard.press('Enter');
    await page.getByText('Saved 8. The others: 1.5.').waitFor();
  });

  it('saves a score exactly once despite a lost connection', async () => {
    const page = await open();
    await start(page);
    let refused = 0;
    await page.route('**/scores', async (route) => {
      if (route.request().method() === 'POST' && refused++ < 2) {
        // The second time the server stores it, and only the answer is lost.
        if (refused === 2) await route.fetch();
        await route.abort();
      } else await route.continue();
    });
    await page.keyboard.press('6');
    await page.keyboard.press('Enter');
    await page.getByText('will be sent again').waitFor();
    await page.getByText('Saved 6.').waitFor();
    await page.getByText('1 of 3 clips scored').waitFor();
    expect(await scores()).toMatchObject([{ score: 6, rater: 'Ana' }]);
  });

  it('sends the scores that an earlier visit could not send', async () => {
    const page = await open();
    await start(page);
    await page.route('**/scores', (route) => route.abort());
    await page.keyboard.press('4');
    await page.keyboard.press('Enter');
    await page.getByText('will be sent again').waitFor();
    await page.unroute('**/scores');
    page.on('dialog', (dialog) => dialog.accept());
    await page.reload();
    await page.getByText('Scores from an earlier visit are saved.').waitFor();
    expect(await scores()).toMatchObject([{ score: 4 }]);
  });

  it('reports the kept score where the clip was scored elsewhere in the meantime', async () => {
    const page = await open();
    await start(page);
    const action = (await clip(page))!;
    const said = { comment: '', round: 1, at: '2026-01-01T00:00:00Z' };
    await postScore(fixture.deps.store, 'jumps', { action, rater: 'Ana', score: 2, ...said });
    await page.keyboard.press('9');
    await page.keyboard.press('Enter');
    await page.getByText('you already gave this clip 2, and that score is kept').waitFor();
    await page.getByText('1 of 3 clips scored').waitFor();
  });

  it('scores as the owner of the key, and refuses a viewer’s key', async () => {
    const { store } = fixture.deps;
    const app = fixture.app({ auth: { mode: 'keys' }, spool: `${fixture.folder}/spool-2` });
    const keyed = await startServer(app, { port: 0, mode: 'keys', unreadyMs: 0 });
    const viewer = await createKey(store, { role: 'viewer', owner: 'Vi', now: Date.now() });
    const expert = await createKey(store, { role: 'expert', owner: 'Eve', now: Date.now() });
    const page = await open({ viewport: PHONE }, keyed.url);
    const use = async (key: string) => {
      await page.getByLabel('API key').fill(key);
      await page.getByRole('button', { name: 'Use' }).click();
    };
    await use(viewer.key);
    await page.getByText('requires a key with the role expert').waitFor();
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await use(expert.key);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('0 of 3 clips scored').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
    await page.locator('#score').fill('5.5');
    await page.getByRole('button', { name: 'Save and next' }).click();
    await page.getByText('Saved 5.5. You are the first.').waitFor();
    expect(await scores()).toMatchObject([{ rater: 'Eve', score: 5.5 }]);
    await page.close();
    await keyed.stop();
  });
});
