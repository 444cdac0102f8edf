import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { documentOf, start, touchline } from './touchline.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const SERVE = { side: 'deuce', toss_height: 1.7, knee_bend: 70, racket_speed: 42 };
const WEAK = { side: 'deuce', toss_height: 2.6, knee_bend: 20, racket_speed: 25 };

describe('a product of one file outside of the checkout', () => {
  let cwd: string;
  const command = (...args: string[]) => touchline([...args, '--json'], { cwd });

  beforeAll(async () => {
    cwd = makeFolder();
    for (const name of ['tennis-serves.ts', 'tennis-serves.csv'])
      cpSync(join(EXAMPLES, name), join(cwd, name));
    writeFileSync(join(cwd, 'serves.json'), JSON.stringify([SERVE, WEAK]));
    const ran = await command(
      'run',
      './tennis-serves.ts',
      '--from',
      'tennis-serves.csv',
      '--estimators',
      'linear',
    );
    expect(documentOf(ran)).toMatchObject({
      read: 480,
      rejected: 0,
      decision: { promoted: true, version: 1 },
    });
  }, 120_000);

  it('may be given by its path wherever a command takes a product', async () => {
    const { predictions } = documentOf(
      await command('predict', './tennis-serves.ts', '--input', 'serves.json'),
    );
    expect(predictions[0].score).toBeGreaterThan(predictions[1].score + 1);
    expect(documentOf(await command('champion', './tennis-serves.ts'))).toMatchObject({
      product: 'tennis-serves',
      version: 1,
    });
  });

  it('may be given by its name if --products or TOUCHLINE_PRODUCTS lists its file', async () => {
    const flag = await command('snapshot', 'tennis-serves', '--products', 'tennis-serves.ts');
    expect(documentOf(flag)).toMatchObject({ rows: 480 });
    const env = { TOUCHLINE_PRODUCTS: './tennis-serves.ts' };
    const variable = await touchline(['champion', 'tennis-serves', '--json'], { cwd, env });
    expect(documentOf(variable)).toMatchObject({ version: 1 });
  });

  it('is served by the API where touchline.config.ts lists its file', async () => {
    writeFileSync(join(cwd, 'touchline.config.ts'), "export default { products: ['./tennis-serves.ts'] };\n");
    const server = await start(['serve', '--port', '0', '--json'], { cwd, env: { TOUCHLINE_AUTH: 'off' } });
    try {
      await eventually(() => server.output().endsWith('\n'), 30_000);
      const { url } = JSON.parse(server.output());
      await eventually(async () => (await fetch(`${url}/health/ready`)).ok, 30_000);
      const post = async (body: object) => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`${url}/v1/tennis-serves/score`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
        return { status: answer.status, body: await answer.json() };
      };
      expect(await post(SERVE)).toMatchObject({ status: 200, body: { model: { version: 1 } } });
      expect(await post({ ...SERVE, toss_height: 9 })).toMatchObject({ status: 400 });
      const listed = await fetch(`${url}/v1/products`);
      const { products } = (await listed.json()) as { products: { name: string }[] };
      expect(products.map(({ name }) => name)).toContain('tennis-serves');
    } finally {
      server.child.kill('SIGTERM');
      await server.ended;
    }
  });

  it('stops a command with the file and the field where its declaration is wrong', async () => {
    writeFileSync(
      join(cwd, 'wrong.ts'),
      "import { defineProduct } from 'touchline';\nexport const wrong = defineProduct({ name: 'wrong' });\n",
    );
    const { status, stderr } = await touchline(['run', './wrong.ts'], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain(`${join(cwd, 'wrong.ts')}: Product 'wrong': record is missing`);
  });
});
