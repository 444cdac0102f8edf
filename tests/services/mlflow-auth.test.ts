import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Store } from '../../platform/store/store.ts';
import { openMlflowTracking } from '../../platform/tracking/mlflow/tracking.ts';
import { eventually } from '../conformance/tools.ts';
import { freePort, servicePython, serviceUrl } from './real.ts';

const python = servicePython();

function hasBasicAuth(): boolean {
  if (!serviceUrl('mlflow') || !python) return false;
  try {
    execFileSync(python, ['-c', 'import flask_wtf'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasBasicAuth())(
  "MLflow's own authentication (skipped unless MLflow runs and its Python has Flask-WTF)",
  () => {
    const password = 'a-password-of-tests';
    let folder: string;
    let server: ChildProcess;
    let host: string;
    let store: Store;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'touchline-mlflow-auth-'));
      store = openSqliteStore({ path: ':memory:' });
      const port = await freePort();
      host = `127.0.0.1:${port}`;
      const config = join(folder, 'auth.ini');
      writeFileSync(
        config,
        `[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///${folder}/auth.db\n` +
          `admin_username = admin\nadmin_password = ${password}\n` +
          'authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n',
      );
      server = spawn(
        join(dirname(python!), 'mlflow'),
        [
          ...[
            'server',
            '--app-name',
            'basic-auth',
            '--host',
            '127.0.0.1',
            '--port',
            String(port),
            '--workers',
            '1',
          ],
          ...['--backend-store-uri', `sqlite:///${folder}/mlflow.db`, '--serve-artifacts'],
          ...['--artifacts-destination', join(folder, 'artifacts')],
        ],
        {
          env: {
            ...process.env,
            MLFLOW_AUTH_CONFIG_PATH: config,
            MLFLOW_FLASK_SERVER_SECRET_KEY: 'of-tests',
            MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
          },
          stdio: 'ignore',
          detached: true,
        },
      );
      await eventually(
        () =>
          fetch(`http://${host}/health`).then(
            ({ ok }) => ok,
            () => false,
          ),
        110_000,
      );
    }, 120_000);
    afterAll(async () => {
      process.kill(-server.pid!, 'SIGKILL');
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const as = (user: string, secret: string) =>
      openMlflowTracking({ url: `http://${user}:${encodeURIComponent(secret)}@${host}`, store });

    it('uses user and password of the URL, and names the setting without showing them if they are wrong', async () => {
      const admin = as('admin', password);
      await admin.ping();
      await admin.startRun({ experiment: 'shots', name: 'ridge' });
      for (const tracking of [
        as('admin', 'wr%ng p@ss'),
        openMlflowTracking({ url: `http://${host}`, token: 'wrong-token', store }),
      ]) {
        const error = await tracking.ping().catch((thrown) => thrown);
        expect(error).toMatchObject({ code: 'INVALID_CONFIG', details: { setting: 'TOUCHLINE_TRACKING' } });
        expect(error.message).toMatch(/does not accept these credentials/);
        expect(JSON.stringify([error.message, error.details])).not.toMatch(/wr%ng|wr%25ng|wrong-token/);
      }
    });

    it('reports that a user has no permission to write', async () => {
      const created = await fetch(`http://${host}/api/2.0/mlflow/users/create`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
        },
        body: JSON.stringify({ username: 'reader', password: 'a-password-of-readers' }),
      });
      expect(created.status).toBe(200);
      const reader = as('reader', 'a-password-of-readers');
      expect(await reader.listRuns('shots')).toHaveLength(1);
      const error = await reader.startRun({ experiment: 'shots', name: 'mine' }).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'FORBIDDEN', details: { setting: 'TOUCHLINE_TRACKING' } });
    });
  },
);
