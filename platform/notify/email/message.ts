import { hashBytes } from '../../hash.ts';
import { html, page } from '../../html.ts';
import { footline, headline, type News } from '../channel.ts';

/**
 * News as a mail: text and a simple page of the same words. The mails of one incident name its first as their parent, so
 * that readers show one thread; one that is delivered twice has one id, so that readers show it once.
 * @param domain of the sender, for the ids.
 */
export function mailOf(news: News, domain: string) {
  const { message, first, messages } = news;
  const { incident, status, title, body, at } = message;
  const facts = message.facts.map(({ name, value }) => `${name}: ${value}`);
  const links = message.links.filter(({ url }) => /^https?:\/\//i.test(url));
  const headed = `${headline(news)}: ${title}`;
  const paragraphs = body.split('\n').filter((line) => line.trim() !== '');
  const idOf = (...parts: string[]) => `<${hashBytes(parts.join(' ')).slice(0, 32)}@${domain}>`;
  const thread = idOf(incident);
  return {
    subject: headed.replace(/\s+/g, ' '),
    messageId: first ? thread : idOf(incident, status, at, String(messages)),
    ...(!first && { inReplyTo: thread, references: [thread] }),
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: [
      headed,
      '',
      ...paragraphs,
      ...(facts.length > 0 ? ['', ...facts] : []),
      ...(links.length > 0 ? ['', ...links.map(({ label, url }) => `${label}: ${url}`)] : []),
      '',
      footline(news),
    ].join('\n'),
    html: page({
      title: headed,
      body: html`<h1>${headed}</h1>
${paragraphs.map((line) => html`<p>${line}</p>\n`)}
${message.facts.length > 0 && html`<table>${message.facts.map(({ name, value }) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`)}</table>`}
${links.map(({ label, url }) => html`<p><a href="${url}">${label}</a></p>\n`)}
<p class="muted">${footline(news)}</p>`,
    }),
  };
}
