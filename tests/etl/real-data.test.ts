import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { METRES_PER_FOOT, type Shot } from '../../datasets/records/shot.ts';
import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { runEtl } from '../../etl/run-etl.ts';
import type { SilverDocument } from '../../etl/silver.ts';
import { shots } from '../../pipelines/shots.ts';
import { skiJumps } from '../../pipelines/ski-jumps.ts';
import { squats } from '../../pipelines/squats.ts';
import { contents, openWorkspace, type Workspace } from './fixtures.ts';

const DATA = '../shared/data';
const absent = (folder: string) => !existsSync(`${DATA}/${folder}`);

let place: Workspace;
beforeEach(() => {
  place = openWorkspace();
});
afterEach(() => place.close());

interface DriftCase {
  ref_shots: number;
  ref_games: [string, string, number];
  cur_games: [string, string, number];
  numeric: Record<string, { value_counts: [value: number, ref: number, cur: number][] }>;
  categorical: Record<string, { counts: Record<string, [ref: number, cur: number]> }>;
}

describe(`real data (needs ${DATA})`, () => {
  it.skipIf(absent('conformance') || absent('nba-shots-2015'))(
    'reads play-by-play into the shot table of the reference',
    async () => {
      const events = `${DATA}/nba-shots-2015/events`;
      const files = readdirSync(events).sort();
      mkdirSync(place.path('in'));
      for (const file of [files[0], files[499]]) cpSync(`${events}/${file}`, place.path('in', file));
      const report = await runEtl(shots.etl, place.path('in'), place);
      expect(report).toMatchObject({ read: 178 + 158, accepted: 178 + 158, rejected: 0 });
      const file = `${DATA}/conformance/drift.json`;
      const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, DriftCase> };
      const small = Object.values(cases).find((one) => one.ref_shots === 178)!;
      const silver = (await contents<SilverDocument<Shot>>(place.store, 'silver_shots')).map(
        (one) => one.record,
      );
      const counts = (game: string, of: (shot: Shot) => string | number) => {
        const found: Record<string, number> = {};
        for (const shot of silver) if (shot.game === game) found[of(shot)] = (found[of(shot)] ?? 0) + 1;
        return found;
      };
      const games = [small.ref_games[0], small.cur_games[0]];
      const numeric: Record<string, (shot: Shot) => number> = {
        distance: (shot) => Math.round(shot.situation.distance! / METRES_PER_FOOT),
        seconds_remaining: (shot) => shot.situation.seconds!,
        score_margin: (shot) => shot.situation.margin!,
        period: (shot) => Math.min(5, shot.situation.period!),
      };
      for (const [name, of] of Object.entries(numeric)) {
        const wanted = small.numeric[name].value_counts;
        const [reference, current] = games.map((game) => counts(game, of));
        for (const [value, ref, cur] of wanted)
          expect([name, value, reference[value] ?? 0, current[value] ?? 0]).toEqual([name, value, ref, cur]);
      }
      const categorical: Record<string, (shot: Shot) => string> = {
        is3: (shot) => String(shot.situation.shotType === 3 ? 1 : 0),
        player: (shot) => shot.situation.player,
        action: (shot) => shot.action ?? '',
        home: (shot) => String(Number(shot.situation.home)),
      };
      for (const [name, of] of Object.entries(categorical)) {
        const wanted = small.categorical[name].counts;
        const [reference, current] = games.map((game) => counts(game, of));
        for (const [value, [ref, cur]] of Object.entries(wanted)) {
          expect([name, value, reference[value] ?? 0, current[value] ?? 0]).toEqual([name, value, ref, cur]);
        }
      }
    },
  );

  it.skipIf(absent('skijump-judged'))(
    'reads ski jumps: 32 poses and 500 marks make 32 rows of five ratings',
    async () => {
      const report = await runEtl(skiJumps.etl, `${DATA}/skijump-judged`, place);
      expect(report).toMatchObject({ read: 532, accepted: 532, rejected: 0 });
      const gold = await contents<GoldRow>(place.store, 'gold_ski-jumps');
      expect(gold).toHaveLength(32);
      expect(
        gold.every((row) => row.ratings?.length === 5 && row.values.some((value) => value !== null)),
      ).toBe(true);
      expect(
        gold.find((row) => row.id === 'jump5')!.ratings!.every(({ score }) => score >= 0 && score <= 10),
      ).toBe(true);
    },
  );

  it.skipIf(absent('squats-uiprmd'))('reads squats: 180 repetitions of 10 subjects', async () => {
    const report = await runEtl(squats.etl, `${DATA}/squats-uiprmd`, place);
    expect(report).toMatchObject({ read: 180, accepted: 180, rejected: 0 });
    const gold = await contents<GoldRow>(place.store, 'gold_squats');
    expect(new Set(gold.map((row) => row.group)).size).toBe(10);
    expect(gold.find((row) => row.id === 'correct-0')).toMatchObject({
      target: 0.95192,
      group: 'subject-1',
      slices: { correct: 'yes' },
    });
  });
});
