import { request as ask } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startServer } from '../../serving/server.ts';
import { type Fixture, jumpPackage, openFixture } from './fixture.ts';

describe('the server', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = openFixture();
  });
  afterEach(() => fixture.close());

  it('reports not ready, completes requests in flight, then closes', async () => {
    await fixture.promote('jumps', await jumpPackage());
    const server = await startServer(fixture.app(), { port: 0, mode: 'demo', unreadyMs: 150 });
    await expect(fetch(`${server.url}/health/ready`)).resolves.toMatchObject({ status: 200 });
    const body = JSON.stringify({ angles: [90], side: 'left' });
    // Forty requests that the server has begun to read; their bodies are sent only after it began to stop.
    const open = Array.from({ length: 40 }, () => {
      const sent = ask(`${server.url}/v1/jumps/score`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': body.length,
          Expect: '100-continue',
        },
      });
      const begun = new Promise((resolve) => sent.once('continue', resolve));
      const answered = new Promise<number>((resolve, reject) => {
        sent.once('error', reject);
        sent.once('response', (response) => {
          response.resume();
          response.once('end', () => resolve(response.statusCode ?? 0));
        });
      });
      sent.flushHeaders();
      return { begun, answered, finish: () => sent.end(body) };
    });
    await Promise.all(open.map((one) => one.begun));
    const stopped = server.stop();
    expect(server.stop()).toBe(stopped);
    await expect(fetch(`${server.url}/health/ready`)).resolves.toMatchObject({ status: 503 });
    await new Promise((resolve) => setTimeout(resolve, 250));
    for (const one of open) one.finish();
    expect(await Promise.all(open.map((one) => one.answered))).toEqual(Array(40).fill(200));
    await stopped;
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });

  it('refuses to listen beyond loopback without keys', async () => {
    await expect(
      startServer(fixture.app(), { host: '0.0.0.0', port: 0, mode: 'demo' }),
    ).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
    });
  });

  it('reports a port that is in use', async () => {
    const first = await startServer(fixture.app(), { port: 0, mode: 'demo', unreadyMs: 0 });
    const second = startServer(fixture.app({ spool: `${fixture.folder}/spool-2` }), {
      port: first.port,
      mode: 'demo',
    });
    await expect(second).rejects.toThrow(/is in use/);
    await first.stop();
  });

  it('answers 504 when a request misses its deadline', async () => {
    await fixture.promote('jumps', await jumpPackage());
    const app = fixture.app({ limits: { deadlineMs: 60 } });
    const server = await startServer(app, { port: 0, mode: 'demo', unreadyMs: 0 });
    await app.champions.use('jumps', async (champion) => {
      champion!.model.predict = () => new Promise(() => {});
    });
    const answer = await fetch(`${server.url}/v1/jumps/score`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ angles: [90], side: 'left' }),
    });
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ error: { code: 'PROCESSING_TIMEOUT' } });
    await server.stop();
  });

  it('sets a strict content security policy and reveals nothing of its framework', async () => {
    const server = await startServer(fixture.app(), { port: 0, mode: 'demo', unreadyMs: 0 });
    for (const path of ['/', '/scoring', '/docs', '/openapi.json', '/v1/nothing']) {
      const { headers } = await fetch(server.url + path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
    }
    await server.stop();
  });
});
