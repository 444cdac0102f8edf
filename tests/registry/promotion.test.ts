import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TouchlineError } from '../../platform/errors.ts';
import { canonicalJson, hashBytes } from '../../platform/hash.ts';
import { championAt, history } from '../../registry/history.ts';
import { type Intent, ledger, missingOutcomes } from '../../registry/ledger.ts';
import { promote, rollback } from '../../registry/promotion.ts';
import { type Fixture, jumpPackage, openFixture } from '../serving/fixture.ts';

const PRODUCT = 'jumps';

describe('promotion', () => {
  let fixture: Fixture;
  let now: number;
  let deps: Fixture['promotion'];

  beforeEach(async () => {
    fixture = openFixture();
    now = Date.parse('2026-01-01T00:00:00Z');
    deps = { ...fixture.promotion, clock: { ...fixture.deps.clock, now: () => now } };
    for (const shift of [0, 0.1, 0.2]) await fixture.register(PRODUCT, await jumpPackage(shift));
  });
  afterEach(() => fixture.close());

  const promoteVersion = (version: number) =>
    promote({ product: PRODUCT, version, by: 'ana', reason: `v${version}` }, deps);
  const alias = async () => (await fixture.deps.tracking.getAlias(PRODUCT, 'champion'))?.version;

  it('records who promoted what, when and why, and knows who was champion at any time', async () => {
    await promoteVersion(1);
    now += 60_000;
    await promoteVersion(2);
    const { periods } = await history(PRODUCT, deps);
    expect(periods).toMatchObject([
      { version: 2, previous: 1, by: 'ana', reasons: ['v2'], since: '2026-01-01T00:01:00.000Z', until: null },
      { version: 1, previous: null, until: '2026-01-01T00:01:00.000Z' },
    ]);
    expect((await championAt(PRODUCT, '2026-01-01T00:00:59Z', deps))?.version).toBe(1);
    expect((await championAt(PRODUCT, '2026-01-01T00:01:00Z', deps))?.version).toBe(2);
    expect(await championAt(PRODUCT, '2025-12-31T00:00:00Z', deps)).toBeUndefined();
    await expect(championAt(PRODUCT, 'yesterday', deps)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('rolls back one champion at a time', async () => {
    for (const version of [1, 2, 3]) await promoteVersion(version);
    expect((await rollback({ product: PRODUCT, by: 'bo' }, deps)).version).toBe(2);
    expect((await rollback({ product: PRODUCT, by: 'bo' }, deps)).version).toBe(1);
    await expect(rollback({ product: PRODUCT, by: 'bo' }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await alias()).toBe(1);
  });

  it('lets one of several concurrent promotions win and answers CONFLICT to the others', async () => {
    const asked = await Promise.allSettled([promoteVersion(1), promoteVersion(2), promoteVersion(3)]);
    expect(asked.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    for (const one of asked)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'CONFLICT' });
    const { periods } = await history(PRODUCT, deps);
    expect(periods.map((period) => period.version)).toEqual([await alias()]);
  });

  it('does not promote what the gate rejected, and records the reasons', async () => {
    const decision = { promoted: false, reasons: ['worse on corner'], checks: [] };
    await expect(promote({ product: PRODUCT, version: 1, by: 'job', decision }, deps)).rejects.toMatchObject({
      code: 'REFUSED_BY_GATE',
      details: { reasons: ['worse on corner'] },
    });
    expect(await alias()).toBeUndefined();
    const { rejections } = await history(PRODUCT, deps);
    expect(rejections).toMatchObject([
      { version: 1, code: 'REFUSED_BY_GATE', reasons: ['worse on corner'], by: 'job' },
    ]);
  });

  it('never promotes a package that is damaged or fails its golden outputs', async () => {
    await promoteVersion(1);
    const built = await jumpPackage(0.7);
    const golden = JSON.parse(Buffer.from(built.files.get('golden.json')!).toString());
    golden.cases[0].outputs.score[0] += 0.5;
    const bytes = Buffer.from(canonicalJson(golden));
    // All hashes are correct: only the computed outputs differ.
    const signature = JSON.parse(Buffer.from(built.files.get('signature.json')!).toString());
    signature.files['golden.json'] = hashBytes(bytes);
    const files = new Map(built.files)
      .set('golden.json', bytes)
      .set('signature.json', Buffer.from(canonicalJson(signature)));
    const hash = await fixture.packages.put(files);
    const { version } = await fixture.register(PRODUCT, { hash, files });
    await expect(promoteVersion(version)).rejects.toMatchObject({ code: 'PARITY_FAILED' });
    const run = await fixture.deps.tracking.startRun({ experiment: PRODUCT, name: 'ghost' });
    const ghost = await fixture.deps.tracking.createVersion({
      model: PRODUCT,
      run: run.id,
      package: 'f'.repeat(64),
    });
    await expect(promoteVersion(ghost.version)).rejects.toBeInstanceOf(TouchlineError);
    expect(await alias()).toBe(1);
    expect((await history(PRODUCT, deps)).rejections.map((one) => one.code)).toContain('PARITY_FAILED');
  });

  it('does not record a rejection when the package cannot be read at the moment', async () => {
    const outage = new TouchlineError('UNAVAILABLE', 'The blob store does not answer.');
    const request = { product: PRODUCT, version: 1, by: 'job', key: 'a' };
    const failing = { ...deps, load: () => Promise.reject(outage) };
    await expect(promote(request, failing)).rejects.toBe(outage);
    expect((await history(PRODUCT, deps)).rejections).toEqual([]);
    expect(await promote(request, deps)).toMatchObject({ version: 1, by: 'job' });
  });

  it('rejects an unknown version and the version that is already champion', async () => {
    await expect(promoteVersion(9)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await promoteVersion(1);
    await expect(promoteVersion(1)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });

  it.each(['before the alias moved', 'after the alias moved'])('recovers from a crash %s', async (when) => {
    await promoteVersion(1);
    const { tracking } = fixture.deps;
    const dying = {
      ...deps,
      tracking: {
        ...tracking,
        moveAlias: async (...asked: Parameters<typeof tracking.moveAlias>) => {
          if (when.startsWith('after')) await tracking.moveAlias(...asked);
          throw new Error('killed');
        },
      },
    };
    await expect(promote({ product: PRODUCT, version: 2, by: 'ana', reason: 'v2' }, dying)).rejects.toThrow(
      'killed',
    );
    const expected = when.startsWith('after') ? [2, 1] : [1];
    expect((await history(PRODUCT, deps)).periods.map((period) => period.version)).toEqual(expected);
    await promoteVersion(3);
    expect((await history(PRODUCT, deps)).periods.map((period) => period.version)).toEqual([3, ...expected]);
    expect((await history(PRODUCT, deps)).periods[0].previous).toBe(expected[0]);
  });

  it('never modifies a ledger event', async () => {
    await promoteVersion(1);
    await promoteVersion(2);
    await history(PRODUCT, deps);
    for await (const event of ledger(fixture.deps.store).all()) expect(event._version).toBe(1);
  });
});

describe('missingOutcomes', () => {
  const intent = (id: string, version: number, expected: number, previous: number | null): Intent => ({
    id,
    kind: 'intent',
    product: PRODUCT,
    at: '2026-01-01T00:00:00Z',
    action: 'promote',
    by: 'ana',
    version,
    package: id,
    previous,
    expected,
    reasons: [],
    evidence: {},
  });
  const outcomes = (events: Intent[], alias: { version: number; revision: number } | undefined) =>
    missingOutcomes(events, alias).map(({ intent: id, outcome, revision }) => [id, outcome, revision]);

  it('reports nothing while the alias still has the revision an intent started from', () => {
    expect(outcomes([intent('a', 1, 0, null)], undefined)).toEqual([]);
    expect(outcomes([intent('b', 2, 1, 1)], { version: 1, revision: 1 })).toEqual([]);
  });

  it('finds which of several intents moved the alias', () => {
    const events = [intent('a', 1, 0, null), intent('b', 2, 0, null)];
    expect(outcomes(events, { version: 2, revision: 1 })).toEqual([
      ['a', 'lost', null],
      ['b', 'moved', 1],
    ]);
  });

  it('infers an older outcome from the intent that followed', () => {
    const events = [intent('a', 1, 0, null), intent('b', 2, 1, 1)];
    expect(outcomes(events, { version: 2, revision: 2 })).toEqual([
      ['a', 'moved', 1],
      ['b', 'moved', 2],
    ]);
  });

  it('ignores an intent that was written after the alias was read', () => {
    expect(outcomes([intent('b', 2, 5, 1)], { version: 1, revision: 4 })).toEqual([]);
  });
});
