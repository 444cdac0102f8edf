import type { Message } from '../../platform/notify/notify.ts';

/** A champion that could not be loaded. */
export interface LoadFailure {
  version: number;
  package: string;
  code: string;
  message: string;
  at: string;
}

/** The message to operators: one incident per package, until it answers or is no longer the champion. */
export function messageOfFailure(
  { name, title }: { name: string; title: string },
  failure: LoadFailure,
  news: Pick<Message, 'status' | 'body' | 'at'>,
): Message {
  return {
    ...news,
    incident: `champion-load:${name}:${failure.package}`,
    severity: 'critical',
    title: `${title}: version ${failure.version} could not be loaded`,
    facts: [
      { name: 'product', value: name },
      { name: 'package', value: failure.package },
    ],
    links: [{ label: `Champion of ${name}`, url: `/#${name}` }],
  };
}
