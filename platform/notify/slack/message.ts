import type { IncomingWebhookSendArguments } from '@slack/webhook';
import { footer, headline, type News } from '../channel.ts';

/** Slack rejects messages with longer parts. */
const LONGEST_TEXT = 2_900;
const LONGEST_FACT = 500;
const MOST_FACTS = 20;
const FIELDS_PER_SECTION = 10;

/** Colours of the bar next to the message; the word before the title says the same. */
const COLOURS = { info: '#2f6fde', warning: '#d98e00', critical: '#c62828', resolved: '#2e7d32' } as const;

const cut = (text: string, longest: number) =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text;

/** Slack's own escaping, so that no text becomes a link, a mention or a call to the whole channel. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The link in Slack's syntax, or nothing if it is not a web address. */
function linkText({ label, url }: { label: string; url: string }): string[] {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return [];
  return [`<${escaped(new URL(url).href.replaceAll('|', '%7C'))}|${escaped(label).replaceAll('|', '/')}>`];
}

/** News as Slack's blocks: a coloured bar, what happened, the facts in two columns, links, and the incident. */
export function slackMessage(news: News): IncomingWebhookSendArguments {
  const { message } = news;
  const { severity, status, title, body } = message;
  const facts = message.facts.slice(0, MOST_FACTS).map(({ name, value }) => ({
    type: 'mrkdwn' as const,
    text: `*${escaped(cut(name, LONGEST_FACT))}*\n${escaped(cut(value, LONGEST_FACT))}`,
  }));
  const omitted = message.facts.length - facts.length;
  const links = message.links.flatMap(linkText);
  const foot = `${omitted > 0 ? `${omitted} more facts in the inbox. ` : ''}${footer(news)}`;
  const plain = (text: string) => ({ type: 'plain_text' as const, text: cut(text, LONGEST_TEXT) });
  const rows = Array.from({ length: Math.ceil(facts.length / FIELDS_PER_SECTION) }, (_, i) =>
    facts.slice(i * FIELDS_PER_SECTION, (i + 1) * FIELDS_PER_SECTION),
  );
  return {
    text: `*${headline(news)}:* ${escaped(cut(title, LONGEST_FACT))}`,
    attachments: [
      {
        color: COLOURS[status === 'resolved' ? status : severity],
        fallback: cut(title, LONGEST_FACT),
        blocks: [
          ...(body.trim() === '' ? [] : [{ type: 'section' as const, text: plain(body) }]),
          ...rows.map((fields) => ({ type: 'section' as const, fields })),
          ...(links.length === 0
            ? []
            : [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: links.join(' · ') } }]),
          { type: 'context', elements: [plain(foot)] },
        ],
      },
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}
