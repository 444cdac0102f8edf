import { IncomingWebhook, IncomingWebhookHTTPError, type IncomingWebhookSendArguments } from '@slack/webhook';
import { TouchlineError } from '../../errors.ts';
import { isLoopback } from '../../loopback.ts';
import type { Channel } from '../channel.ts';
import { slackMessage } from './message.ts';

const setting = 'TOUCHLINE_NOTIFY';
const TIMEOUT_MS = 10_000;

/** Statuses that concern this one message, not the address. */
const MESSAGE_REJECTED = new Set([400, 413, 422]);

/**
 * Posts to Slack, or to any other service that accepts its incoming webhooks.
 * @param address of the webhook. Everyone who knows it can post, so errors only name its host.
 * @throws INVALID_CONFIG if it is not an https address
 */
export function slackChannel(address: string, { timeoutMs = TIMEOUT_MS } = {}): Channel {
  const url = parse(address);
  const closing = new AbortController();

  async function post(payload: IncomingWebhookSendArguments): Promise<void> {
    let retryAfter: string | null = null;
    const webhook = new IncomingWebhook(url.href, {
      timeout: timeoutMs,
      async fetch(input, init) {
        const signal = AbortSignal.any([closing.signal, ...(init?.signal ? [init.signal] : [])]);
        const response = await fetch(input, { ...init, signal });
        retryAfter = response.headers.get('Retry-After');
        return response;
      },
    });
    try {
      await webhook.send(payload);
    } catch (error) {
      throw error instanceof IncomingWebhookHTTPError
        ? fromAnswer(error, retryAfter)
        : fromConnection(error, url.host, timeoutMs);
    }
  }

  return {
    name: 'slack',
    deliver: (news) => post(slackMessage(news)),
    async ping() {
      try {
        // Slack rejects a message without text, but only if it knows the address.
        await post({ text: '' });
      } catch (error) {
        if (!(error instanceof TouchlineError) || error.code !== 'INVALID_INPUT') throw error;
      }
    },
    async close() {
      closing.abort();
    },
  };
}

function parse(address: string): URL {
  const wrong = (why: string) =>
    new TouchlineError('INVALID_CONFIG', `The webhook address in ${setting} ${why}`, {
      details: { setting },
    });
  if (!URL.canParse(address))
    throw wrong('is not an address: write it as https://hooks.slack.com/services/…');
  const url = new URL(address);
  if (url.protocol !== 'https:' && !isLoopback(url.hostname))
    throw wrong('must begin with https:// (http:// is only allowed on the loopback address)');
  if (url.username || url.password)
    throw wrong('must not contain a user or a password: the path of a webhook is its secret');
  return url;
}

/** The body is not quoted, because it may contain the address, unless it is one word like Slack's own `no_service`. */
function fromAnswer(
  { statusCode, body }: IncomingWebhookHTTPError,
  retryAfter: string | null,
): TouchlineError {
  const reason = /^[a-z_]{1,60}$/.test(body.trim()) ? ` (${body.trim()})` : '';
  if (MESSAGE_REJECTED.has(statusCode))
    return new TouchlineError('INVALID_INPUT', `Slack rejects this message: ${statusCode}${reason}.`);
  if (statusCode === 408 || statusCode === 429 || statusCode >= 500) {
    const seconds = secondsOf(retryAfter);
    return new TouchlineError(
      'UNAVAILABLE',
      `Slack answers ${statusCode}${reason}. The message is retried later.`,
      {
        details: { setting, ...(seconds !== undefined && { retry_after: seconds }) },
      },
    );
  }
  return new TouchlineError(
    'UNAVAILABLE',
    `Slack does not know the address in ${setting}: ${statusCode}${reason}. Set it to the address of an existing webhook.`,
    { details: { setting } },
  );
}

function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const seconds = /^\d{1,9}$/.test(retryAfter.trim())
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/** Without an answer, the innermost cause says why, in terms of hosts and ports. */
function fromConnection(error: unknown, host: string, timeoutMs: number): TouchlineError {
  const causes = [error];
  for (let cause = error; cause instanceof Error && causes.length < 8; cause = cause.cause)
    causes.push(cause.cause);
  const errors = causes.filter((cause) => cause instanceof Error) as NodeJS.ErrnoException[];
  const coded = errors.findLast(({ code }) => typeof code === 'string' && !code.startsWith('slack_'));
  const why = errors.some(({ name }) => name === 'TimeoutError')
    ? `no answer within ${timeoutMs} ms`
    : errors.some(({ message }) => message === 'unexpected redirect')
      ? 'it redirects elsewhere'
      : (coded?.code ?? 'the connection broke');
  return new TouchlineError(
    'UNAVAILABLE',
    `Slack cannot be reached at ${host}: ${why}. Check ${setting} and the network; messages wait in the meantime.`,
    { cause: coded, details: { setting } },
  );
}
