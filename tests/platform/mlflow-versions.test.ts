import { describe, expect, it } from 'vitest';
import type { Clock } from '../../platform/clock.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { MlflowClient } from '../../platform/tracking/mlflow/client/client.ts';
import type { MlflowModelVersion } from '../../platform/tracking/mlflow/client/schemas.ts';
import { createMlflowVersions } from '../../platform/tracking/mlflow/versions.ts';
import { manualClock } from './manual-clock.ts';

const MINUTE = 60_000;

/** A stand-in for an MLflow server to which an upload takes a while: like MLflow, it registers a package twice if asked. */
function slowServer(clock: Clock, uploadMs: number) {
  const versions: MlflowModelVersion[] = [];
  const client = {
    runs: { get: async () => undefined },
    experiments: { ensure: async () => ({ experiment_id: '1' }) },
    loggedModels: {
      create: async () => ({ info: { model_id: 'm-1' } }),
      finalize: () => new Promise<void>((resolve) => clock.after(uploadMs, resolve)),
    },
    registry: {
      ensureModel: async () => {},
      async *versions() {
        yield* versions;
      },
      async createVersion({ model, source, tags }: { model: string; source: string; tags: [] }) {
        const created = { name: model, version: versions.length + 1, creation_timestamp: 0, run_id: '' };
        const version = { ...created, source, status: 'READY', tags, aliases: [] };
        versions.push(version);
        return version;
      },
    },
  } as unknown as MlflowClient;
  return { client, versions };
}

function setup(uploadMs: number) {
  const clock = manualClock(1_700_000_000_000);
  const { client, versions } = slowServer(clock, uploadMs);
  const store = openSqliteStore({ path: ':memory:' });
  /** What one process gets that registers the package. */
  const register = (outcome: { version?: number; error?: unknown } = {}) => {
    createMlflowVersions(client, { store, clock })
      .createVersion({ model: 'shots', run: 'r', package: 'p' })
      .then(
        ({ version }) => {
          outcome.version = version;
        },
        (error) => {
          outcome.error = error;
        },
      );
    return outcome;
  };
  /** Lets timers of the real clock run as well. */
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += MINUTE / 2) {
      await clock.advance(MINUTE / 2);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  };
  return { versions, register, advance };
}

describe('registering a version with MLflow', () => {
  it('registers a package once, even if its upload takes longer than the lease', async () => {
    const { versions, register, advance } = setup(3 * MINUTE);
    const first = register();
    await advance(MINUTE / 2);
    const second = register();
    await advance(7 * MINUTE);
    expect([first.version, second.version]).toEqual([1, 1]);
    expect(versions).toHaveLength(1);
  });

  it('stops waiting for another process after ten minutes, and says what to do', async () => {
    const { register, advance } = setup(Number.MAX_SAFE_INTEGER);
    register();
    await advance(MINUTE / 2);
    const second = register();
    await advance(9 * MINUTE);
    expect(second.error).toBeUndefined();
    await advance(2 * MINUTE);
    expect(second.error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/'shots' for 10 minutes.*Try again.*stop it/),
    });
  });
});
