import { describe, expect, it } from 'vitest';
import type { News } from '../../platform/notify/channel.ts';
import { emailMessage } from '../../platform/notify/email/message.ts';
import { message, news } from '../conformance/notify.ts';

describe('emailMessage', () => {
  it('has the same content as text and HTML, and escapes it', () => {
    const hostile = '<script>alert(1)</script>\r\nBcc: all@touchline.example';
    const mail = emailMessage(
      news({
        message: message({
          title: hostile,
          facts: [{ name: 'distance', value: 'ks 0.31 <b>' }],
          links: [
            { label: 'Report', url: 'https://touchline.example/#shots' },
            { label: 'script', url: 'javascript:alert(1)' },
          ],
        }),
      }),
      'touchline.example',
    );
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain('Nothing else did.');
      expect(part).toContain('https://touchline.example/#shots');
      expect(part).toContain('Incident drift:shots');
      expect(part).not.toContain('javascript:');
    }
    expect(mail.text).toContain('distance: ks 0.31 <b>');
    expect(mail.html).toContain('ks 0.31 &lt;b&gt;');
    expect(mail.html).not.toContain('<script');
    expect(mail.subject).not.toMatch(/[\r\n]/);
  });

  it('belongs to the thread of its incident, and has the same id each time', () => {
    const id = (more: Partial<News>) => emailMessage(news(more), 'touchline.example');
    const first = id({});
    const resolved = id({
      kind: 'resolved',
      first: false,
      messages: 2,
      message: message({ status: 'resolved' }),
    });
    expect(first.messageId).toMatch(/^<[0-9a-f]{32}@touchline\.example>$/);
    expect(resolved).toMatchObject({ inReplyTo: first.messageId, references: [first.messageId] });
    expect(resolved.messageId).not.toBe(first.messageId);
    expect(id({}).messageId).toBe(first.messageId);
    expect(id({ message: message({ incident: 'other' }) }).messageId).not.toBe(first.messageId);
  });
});
