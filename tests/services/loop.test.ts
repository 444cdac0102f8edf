import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { biomechanics } from '../../pipelines/biomechanics.ts';
import type { Json } from '../../platform/store/store.ts';
import { documentOf, type Ended, type Started, start, touchline } from '../cli/touchline.ts';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { freePort, type OwnService, serviceUrl, startService } from './real.ts';
import { SLACK_PATH, slackStandIn } from './slack-stand-in.ts';

const available = (['mongodb', 'redis', 'mlflow'] as const).every((name) => serviceUrl(name) !== undefined);

/** Only passes, whereas the champion was trained on four types of action. */
const passes = () =>
  [11, 12, 13, 14, 15, 16].flatMap((seed) =>
    (biomechanics.simulatedItems?.(seed) ?? []).filter((item) => (item as { type: string }).type === 'pass'),
  );

describe.skipIf(!available)(
  'the whole loop on MongoDB, Redis, MLflow and Slack (scripts/services.sh start)',
  () => {
    const services: OwnService[] = [];
    let slackPort: number;
    let real: Record<string, string>;
    let worker: Started;
    let api: Started;
    let url: string;
    let embedded: Ended;
    let onServices: Ended;
    const embeddedOnly = { TOUCHLINE_DATA: makeFolder() };
    const run = (env: Record<string, string>) =>
      touchline(
        [
          ...['run', 'biomechanics', '--from', 'simulated', '--seed', '1', '--json'],
          ...['--estimators', 'linear,boosting,neural'],
        ],
        { env },
      );

    beforeAll(async () => {
      services.push(
        ...(await Promise.all([
          // The substitute server searches without indexes: in memory that is fast enough.
          startService('mongodb', { env: { MONGODB_DATA: 'memory' } }),
          startService('redis'),
          startService('mlflow'),
        ])),
      );
      slackPort = await freePort();
      const [mongodb, redis, mlflow] = services;
      real = {
        TOUCHLINE_DATA: makeFolder(),
        TOUCHLINE_STORE: `${mongodb.url}/loop`,
        TOUCHLINE_BLOBS: `${mongodb.url}/loop`,
        TOUCHLINE_QUEUE: redis.url,
        TOUCHLINE_TRACKING: mlflow.url,
        TOUCHLINE_NOTIFY: `http://127.0.0.1:${slackPort}${SLACK_PATH}`,
      };
      worker = await start(['worker'], { env: real });
      embedded = await run(embeddedOnly);
      onServices = await run(real);
    }, 240_000);

    afterAll(async () => {
      for (const started of [api, worker]) started?.child.kill('SIGTERM');
      await Promise.all([api, worker].map((started) => started?.ended));
      await Promise.all(services.map((service) => service.stop()));
    });

    it('makes the same packages, byte for byte, as the embedded adapters', () => {
      const packages = (ended: Ended) =>
        documentOf(ended).candidates.map(({ estimator, package: hash }: Record<string, string>) => [
          estimator,
          hash,
        ]);
      expect(onServices.status, onServices.stderr).toBe(0);
      expect(packages(onServices)).toEqual(packages(embedded));
      expect(packages(onServices)).toHaveLength(3);
      expect(documentOf(onServices).hash).toBe(documentOf(embedded).hash);
    });

    it('writes the run, the version and the alias to the MLflow server', async () => {
      const { decision } = documentOf(onServices);
      const mlflow = services[2].url;
      const alias = await fetch(
        `${mlflow}/api/2.0/mlflow/registered-models/alias?name=biomechanics&alias=champion`,
      ).then((response) => response.json());
      expect(alias).toMatchObject({
        model_version: { name: 'biomechanics', version: String(decision.version) },
      });
    });

    it('serves the champion, stores every prediction, and reports drift to Slack once', async () => {
      const slack = await slackStandIn({ port: slackPort });
      const key = documentOf(
        await touchline(['keys', 'create', '--role', 'admin', '--owner', 'tests', '--json'], { env: real }),
      );
      api = await start(['serve', '--port', '0', '--json'], { env: real });
      await eventually(() => api.output().includes('\n'), 30_000);
      url = JSON.parse(api.output()).url;
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key.key}` };
      await eventually(async () => (await fetch(`${url}/health/ready`)).ok, 30_000);
      const { best, candidates } = documentOf(onServices);
      const champion = candidates.find(({ run }: { run: string }) => run === best).package;

      const items: Json[] = passes();
      for (let from = 0; from < items.length; from += 25) {
        const response = await fetch(`${url}${biomechanics.serving.path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ items: items.slice(from, from + 25) }),
        });
        expect(response.status).toBe(200);
        expect(JSON.stringify(await response.json())).toContain(champion);
      }
      let verdict: Ended | undefined;
      await eventually(async () => {
        verdict = await touchline(['drift', 'biomechanics', '--fail-on-drift', '--json'], {
          env: real,
        });
        return verdict.status === 3;
      }, 30_000);
      await eventually(() => slack.posts.length > 0, 30_000);
      // Another check sends nothing: there is one message per incident.
      await touchline(['drift', 'biomechanics', '--json'], { env: real });
      const { verdict: _, columns } = JSON.parse(verdict?.stdout ?? '{}');
      expect(columns.some(({ drifted }: { drifted: boolean }) => drifted)).toBe(true);
      const about = slack.posts.filter(({ json }) => json.includes('biomechanics'));
      expect(about).toHaveLength(1);
      for (const { errors } of [api, worker]) expect(errors()).not.toContain(SLACK_PATH);
    }, 120_000);
  },
);
