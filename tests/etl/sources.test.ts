import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { recordFiles } from '../../etl/sources/files.ts';
import { pagedHttp } from '../../etl/sources/http.ts';
import { playByPlay } from '../../etl/sources/play-by-play.ts';
import { scoredActions } from '../../etl/sources/scored-actions.ts';
import { skiJumps } from '../../etl/sources/ski-jumps.ts';
import { squats } from '../../etl/sources/squats.ts';

it('each source has the name of its file', () => {
  const parse = () => ({ reject: 'not parsed here' });
  const sources = [
    recordFiles({ columns: [], parse }),
    pagedHttp(parse),
    playByPlay,
    scoredActions([]),
    skiJumps,
    squats,
  ];
  expect(sources.map((source) => `${source.name}.ts`)).toEqual(readdirSync('etl/sources').sort());
});
