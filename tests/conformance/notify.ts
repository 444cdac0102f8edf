import { beforeEach, describe, expect, it } from 'vitest';
import type { News } from '../../platform/notify/channel.ts';
import type { Message, Notify } from '../../platform/notify/notify.ts';

/** A message about drift of one product. */
export const message = (more: Partial<Message> = {}): Message => ({
  incident: 'drift:shots',
  severity: 'warning',
  status: 'open',
  title: 'Shots drift',
  body: 'Distance moved.\nNothing else did.',
  facts: [{ name: 'share', value: '0.5' }],
  links: [{ label: 'Report', url: 'http://127.0.0.1/drift' }],
  at: '2026-01-02T03:04:05.000Z',
  ...more,
});

/** The same message as the news that a channel receives when the incident opens. */
export const news = (more: Partial<News> = {}): News => ({
  kind: 'opened',
  first: true,
  messages: 1,
  message: message(),
  ...more,
});

/**
 * The specification of every way to notify.
 * @param open opens a new one; `arrived` waits for deliveries in progress, and returns one entry for each incident,
 * newest first, with the state that people see and the number of messages they received.
 * @param repeats what happens to messages without news: `counted` if people see them (an inbox), `silent` if each
 * message would alert people again.
 */
export function notifyConformance(
  name: string,
  open: () => Promise<{
    notify: Notify;
    arrived: () => Promise<{ title: string; status: string; severity: string; messages: number }[]>;
  }>,
  repeats: 'counted' | 'silent' = 'counted',
) {
  describe(`notify: ${name}`, () => {
    let notify: Notify;
    let arrived: Awaited<ReturnType<typeof open>>['arrived'];
    beforeEach(async () => {
      ({ notify, arrived } = await open());
      return () => notify.close();
    });

    it('delivers a message', async () => {
      await notify.send(message());
      expect(await arrived()).toMatchObject([
        { title: 'Shots drift', status: 'open', severity: 'warning', messages: 1 },
      ]);
    });

    it('merges the messages of an incident, and keeps incidents apart', async () => {
      await notify.send(message());
      await arrived();
      await notify.send(message({ severity: 'critical', at: '2026-01-02T04:00:00.000Z' }));
      await arrived();
      await notify.send(
        message({ incident: 'drift:squats', title: 'Squats', at: '2026-01-02T05:00:00.000Z' }),
      );
      await arrived();
      await notify.send(message({ status: 'resolved', title: 'Well again', at: '2026-01-02T06:00:00.000Z' }));
      expect(await arrived()).toMatchObject([
        { title: 'Well again', status: 'resolved', messages: 3 },
        { title: 'Squats', status: 'open', messages: 1 },
      ]);
    });

    it('loses no message of many that are sent at once', async () => {
      await Promise.all(
        Array.from({ length: 10 }, (_, i) => notify.send(message({ incident: `i${i % 5}` }))),
      );
      const once = repeats === 'counted' ? 2 : 1;
      expect((await arrived()).map(({ messages }) => messages)).toEqual(Array(5).fill(once));
    });

    it('answers a ping, and can be closed twice', async () => {
      await notify.ping();
      await notify.close();
      await notify.close();
    });
  });
}
