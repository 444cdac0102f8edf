import { describe, expect, it } from 'vitest';
import type { Message } from '../../platform/notify/notify.ts';
import { slackMessage } from '../../platform/notify/slack/message.ts';
import { message } from '../conformance/notify.ts';

const news = (more: Partial<Message> = {}) => ({
  kind: 'opened' as const,
  first: true,
  messages: 1,
  message: message(more),
});

describe('slackMessage', () => {
  it('shows the severity as colour and word, the facts, and links', () => {
    const built = slackMessage(
      news({
        severity: 'critical',
        title: 'shots: 3 of 9 columns drifted',
        facts: [
          { name: 'champion', value: 'version 4' },
          { name: 'distance', value: 'ks 0.31, p 1e-9' },
        ],
      }),
    );
    expect(built.text).toBe('*Critical:* shots: 3 of 9 columns drifted');
    const [{ color, blocks }] = built.attachments!;
    expect(color).toBe('#c62828');
    expect(JSON.stringify(blocks)).toContain('*distance*\\nks 0.31, p 1e-9');
    expect(JSON.stringify(blocks)).toContain('<http://127.0.0.1/drift|Report>');
    expect(JSON.stringify(blocks)).toContain('Incident drift:shots');
    expect(slackMessage({ ...news({ severity: 'critical' }), kind: 'worse' }).text).toMatch(
      /^\*Now critical:\*/,
    );
    expect(slackMessage({ ...news({ status: 'resolved' }), kind: 'resolved' })).toMatchObject({
      text: expect.stringMatching(/^\*Resolved:\*/),
      attachments: [{ color: '#2e7d32' }],
    });
  });

  it('escapes text, so that it cannot mention anyone or create links', () => {
    const hostile = '<!channel> <https://evil.example|click> &lt;';
    const { text, attachments } = slackMessage(
      news({
        title: hostile,
        facts: [{ name: hostile, value: hostile }],
        links: [
          { label: 'a|b>', url: 'https://good.example/?q=|<!here>' },
          { label: 'script', url: 'javascript:alert(1)' },
        ],
      }),
    );
    const blocks = JSON.stringify(attachments).matchAll(/"type":"mrkdwn","text":"((?:[^"\\]|\\.)*)"/g);
    const mrkdwn = [text!, ...Array.from(blocks, (match) => match[1])];
    expect(mrkdwn).toHaveLength(3);
    for (const part of mrkdwn)
      expect(part.replace(/<https:\/\/good\.example\/[^<>|]*\|[^<>|]*>/, '')).not.toMatch(/[<>]/);
    expect(JSON.stringify(attachments)).not.toContain('javascript:');
  });

  it('stays within the limits of Slack', () => {
    const { attachments } = slackMessage(
      news({
        title: 't'.repeat(5_000),
        body: 'b'.repeat(50_000),
        facts: Array.from({ length: 75 }, (_, i) => ({ name: `column ${i}`, value: 'v'.repeat(4_000) })),
      }),
    );
    const blocks = attachments![0].blocks as { text?: { text: string }; fields?: { text: string }[] }[];
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const { text, fields } of blocks) {
      expect(text?.text.length ?? 0).toBeLessThanOrEqual(3_000);
      expect(fields?.length ?? 0).toBeLessThanOrEqual(10);
      for (const field of fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2_000);
    }
    expect(JSON.stringify(blocks)).toContain('55 more facts in the inbox');
  });
});
