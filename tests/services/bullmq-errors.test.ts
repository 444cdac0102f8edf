import { execFileSync, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { documentOf, start } from '../cli/touchline.ts';
import { eventually, temporaryFolder } from '../conformance/tools.ts';
import { fast, openQueue, timed, unavailable } from './bullmq-queues.ts';
import { freePort, hasProgram, type OwnService, startService } from './real.ts';

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

describe.skipIf(!hasProgram('redis-server'))(
  'a queue on Redis reports with a remedy (needs redis-server)',
  () => {
    let redis: OwnService;
    beforeAll(async () => {
      redis = await startService('redis');
    });
    afterAll(() => redis.stop());

    const errorOf = async (url: string) => {
      const { queue } = openQueue(url);
      const { answer, ms } = await timed(queue.ping());
      expect(answer).toMatchObject(unavailable);
      expect(ms).toBeLessThan(6_000);
      expect(answer.message).not.toContain('s3cret');
      expect(await timed(queue.add('note', 1))).toMatchObject({ answer: unavailable });
      return answer.message as string;
    };

    it('a wrong address', async () => {
      const port = await freePort();
      expect(await errorOf(`redis://:s3cret@127.0.0.1:${port}`)).toMatch(
        new RegExp(`Redis at 127.0.0.1:${port}: nothing listens there.*TOUCHLINE_QUEUE`),
      );
      expect(await errorOf('redis://no-such-host.invalid')).toMatch(/no such host.*TOUCHLINE_QUEUE/);
      expect(() => openQueue('redis:nothing')).toThrowError(
        expect.objectContaining({ code: 'INVALID_CONFIG' }),
      );
    });

    it('a missing or wrong password, and a user without permission', async () => {
      const own = await startService('redis');
      onTestFinished(() => own.stop());
      const client = new Redis(own.url);
      await client.acl('SETUSER', 'reader', 'on', '>pass', '~*', '+@read', '+info', '+client');
      await client.config('SET', 'requirepass', 'right');
      await client.quit();
      const at = `127.0.0.1:${own.port}`;
      expect(await errorOf(`redis://${at}`)).toMatch(/requires a password.*TOUCHLINE_QUEUE/);
      expect(await errorOf(`redis://:s3cret@${at}`)).toMatch(
        /rejects the user or the password.*TOUCHLINE_QUEUE/,
      );
      const { answer } = await timed(openQueue(`redis://reader:pass@${at}`).queue.add('note', 1));
      expect(answer).toMatchObject({
        ...unavailable,
        message: expect.stringMatching(/not allowed to do this/),
      });
      const { queue } = openQueue(`redis://:right@${at}`);
      await queue.ping();
    });

    it('TLS to a server without TLS', async () => {
      expect(await errorOf(`rediss://:s3cret@127.0.0.1:${redis.port}`)).toMatch(
        /uses TLS if TOUCHLINE_QUEUE says rediss:/,
      );
    });

    it.skipIf(!hasProgram('openssl'))(
      'an untrusted certificate, and connects once it is trusted',
      async () => {
        const folder = temporaryFolder();
        const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
        const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost'];
        const names = ['-addext', 'subjectAltName=DNS:localhost'];
        execFileSync('openssl', [...made, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
        const port = await freePort();
        const server = spawn(
          'redis-server',
          [
            ...[
              '--port',
              '0',
              '--tls-port',
              String(port),
              '--bind',
              '127.0.0.1',
              '--dir',
              folder,
              '--save',
              '',
            ],
            ...['--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no'],
          ],
          { stdio: 'ignore' },
        );
        onTestFinished(() => void server.kill('SIGKILL'));
        await eventually(() => listens(port));
        expect(await errorOf(`rediss://localhost:${port}`)).toMatch(/not trusted.*NODE_EXTRA_CA_CERTS/);
        expect(await errorOf(`redis://localhost:${port}`)).toMatch(/TLS.*rediss: in TOUCHLINE_QUEUE/);
        // A process reads the trusted certificates when it starts.
        const env = { NODE_EXTRA_CA_CERTS: cert, TOUCHLINE_QUEUE: `rediss://localhost:${port}` };
        const doctor = documentOf(await (await start(['doctor', '--json', '--data', folder], { env })).ended);
        expect(doctor.checks).toContainEqual(expect.objectContaining({ name: 'queue', status: 'ok' }));
      },
      120_000,
    );

    it('a database that does not exist', async () => {
      expect(await errorOf(`redis://127.0.0.1:${redis.port}/99`)).toMatch(
        /no such database.*TOUCHLINE_QUEUE/,
      );
    });

    it('a Redis that evicts keys', async () => {
      const own = await startService('redis');
      onTestFinished(() => own.stop());
      const client = new Redis(own.url);
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await client.quit();
      const { answer } = await timed(openQueue(own.url).queue.ping());
      expect(answer).toMatchObject({ ...unavailable, message: expect.stringMatching(/noeviction/) });
    });

    it('a clock that differs, and then claims no job', async () => {
      const { queue, connect, note, runs } = openQueue(redis.url);
      const clock = { ...systemClock, now: () => Date.now() + 30_000 };
      const errors: string[] = [];
      const skewed = connect(redis.url, { clock, onError: ({ message }) => errors.push(message) });
      const { answer } = await timed(skewed.ping());
      expect(answer).toMatchObject({
        ...unavailable,
        message: expect.stringMatching(/clock that is 30 s away/),
      });
      const held = await queue.add('held', null);
      queue.work({ held: () => new Promise((resolve) => setTimeout(() => resolve(null), 500)) }, fast);
      await eventually(async () => (await queue.get(held.id))?.state === 'active');
      skewed.work({ held: note }, fast);
      await eventually(async () => (await queue.get(held.id))?.state === 'done');
      expect(runs).toEqual([]);
      expect(errors).toEqual([expect.stringMatching(/clock that is 30 s away/)]);
    });

    it('a Redis that holds the jobs of another store, and does not touch them', async () => {
      const { queue, note, runs, prefix } = openQueue(redis.url);
      const job = await queue.add('note', 'mine');
      const other = openQueue(redis.url, prefix);
      const { answer } = await timed(other.queue.add('note', 'theirs'));
      expect(answer).toMatchObject({ ...unavailable, message: expect.stringMatching(/another store.*\/1/) });
      const stopped = other.queue.work({ note: other.note }, fast);
      queue.work({ note }, fast);
      await eventually(async () => (await queue.get(job.id))?.state === 'done');
      await stopped.stop(0);
      expect([runs, other.runs]).toEqual([['mine'], []]);
    });

    it('a Redis that is too old', async () => {
      // A fake server, because Redis 5 is no longer available.
      const info = '# Server\r\nredis_version:5.0.14\r\nmaxmemory_policy:noeviction\r\n';
      const old = createServer((socket) => {
        socket.on('data', (bytes) => {
          for (const [, name] of String(bytes).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
            socket.write(name.toLowerCase() === 'info' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
        });
      });
      const port = await freePort();
      await new Promise<void>((resolve) => old.listen(port, '127.0.0.1', resolve));
      onTestFinished(() => void old.close());
      const { answer } = await timed(openQueue(`redis://127.0.0.1:${port}`).queue.ping());
      expect(answer).toMatchObject({
        ...unavailable,
        message: expect.stringMatching(/version 5\.0\.14.*6\.2/),
      });
    });
  },
);
