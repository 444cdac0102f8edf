import { hashBytes } from '../../hash.ts';
import { html, page } from '../../html.ts';
import { footer, headline, type News } from '../channel.ts';

/**
 * News as a mail, with the same content as text and as HTML. The mails of an incident refer to its first one, so that
 * mail readers show one thread. A mail that is delivered twice has the same id, so that they show it once.
 * @param domain of the sender, for the ids.
 */
export function emailMessage(news: News, domain: string) {
  const { message, first, messages } = news;
  const { incident, status, title, body, at } = message;
  const facts = message.facts.map(({ name, value }) => `${name}: ${value}`);
  const links = message.links.filter(({ url }) => /^https?:\/\//i.test(url));
  const heading = `${headline(news)}: ${title}`;
  const paragraphs = body.split('\n').filter((line) => line.trim() !== '');
  const idOf = (...parts: string[]) => `<${hashBytes(parts.join(' ')).slice(0, 32)}@${domain}>`;
  const thread = idOf(incident);
  return {
    subject: heading.replace(/\s+/g, ' '),
    messageId: first ? thread : idOf(incident, status, at, String(messages)),
    ...(!first && { inReplyTo: thread, references: [thread] }),
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: [
      heading,
      '',
      ...paragraphs,
      ...(facts.length > 0 ? ['', ...facts] : []),
      ...(links.length > 0 ? ['', ...links.map(({ label, url }) => `${label}: ${url}`)] : []),
      '',
      footer(news),
    ].join('\n'),
    html: page({
      title: heading,
      body: html`<h1>${heading}</h1>
${paragraphs.map((line) => html`<p>${line}</p>\n`)}
${message.facts.length > 0 && html`<table>${message.facts.map(({ name, value }) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`)}</table>`}
${links.map(({ label, url }) => html`<p><a href="${url}">${label}</a></p>\n`)}
<p class="muted">${footer(news)}</p>`,
    }),
  };
}
