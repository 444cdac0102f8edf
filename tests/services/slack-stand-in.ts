import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** One message as it arrived. */
export interface Post {
  text: string;
  /** Colour of the bar, as `#rrggbb`. */
  colour: string;
  incident: string;
  /** The whole request body. */
  json: string;
}

/** Path of the stand-in's only webhook; it is secret, like Slack's. */
export const SLACK_PATH = '/services/T00000000/B00000000/verysecretverysecret1234';

type Behave = (response: ServerResponse) => void;

const ok: Behave = (response) => response.end('ok');

/**
 * An HTTP server with an incoming webhook like Slack's: it rejects empty messages with `no_text`, and posts to another
 * path with `no_service`.
 */
export async function slackStandIn({ port = 0 } = {}) {
  const posts: Post[] = [];
  let behave = ok;
  let attempts = 0;
  const server = createServer(async (request, response) => {
    let json = '';
    for await (const chunk of request) json += chunk;
    if (request.url !== SLACK_PATH) return void response.writeHead(404).end('no_service');
    const { text, attachments } = JSON.parse(json);
    if (!text && !attachments) return void response.writeHead(400).end('no_text');
    attempts++;
    if (behave === ok) {
      const incident = [...json.matchAll(/Incident ([^,]+),/g)].at(-1)?.[1] ?? '';
      posts.push({ text: text ?? '', colour: attachments?.[0].color ?? '', incident, json });
    }
    behave(response);
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  onTestFinished(close);
  const bound = (server.address() as AddressInfo).port;
  return {
    posts,
    port: bound,
    path: SLACK_PATH,
    url: `http://127.0.0.1:${bound}${SLACK_PATH}`,
    /** Number of posts, including rejected ones but not pings. */
    attempts: () => attempts,
    /** How it answers from now on: `ok`, with this status, or not at all. */
    behave(how: 'ok' | 'hang' | { status: number; body?: string; headers?: Record<string, string> }) {
      if (how === 'ok') behave = ok;
      else if (how === 'hang') behave = () => {};
      else behave = (response) => response.writeHead(how.status, how.headers).end(how.body);
    },
    close,
  };
}
