import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { Progress, ProgressEvent } from '../platform/progress.ts';
import type { CliContext } from './run-context.ts';

export interface ProgressView {
  progress: Progress;
  stop(): void;
}

/** Progress bars on a terminal, two lines per stage elsewhere. Always on stderr, so that stdout carries only the result. */
export function openProgress(stream: CliContext['stderr']): ProgressView {
  return stream.isTTY ? bars(stream) : lines(stream);
}

function bars(stream: CliContext['stderr']): ProgressView {
  const open = new Map<string, SingleBar>();
  const multi = new MultiBar(
    {
      stream,
      format: '{stage} {bar} {percentage}% {note}',
      hideCursor: true,
      clearOnComplete: false,
      fps: 8,
    },
    Presets.rect,
  );
  return {
    progress: ({ stage, done, total, note = '' }) => {
      const known = total ?? Math.max(1, done);
      const payload = { stage: stage.padEnd(28), note };
      const bar = open.get(stage) ?? multi.create(known, done, payload);
      open.set(stage, bar);
      bar.setTotal(known);
      bar.update(done, payload);
    },
    stop: () => multi.stop(),
  };
}

function lines(stream: CliContext['stderr']): ProgressView {
  const finished = new Set<string>();
  const started = new Set<string>();
  const write = ({ stage, done, total, note }: ProgressEvent, mark: string) =>
    stream.write(`${mark} ${stage}${total ? ` ${done}/${total}` : ''}${note ? ` (${note})` : ''}\n`);
  return {
    progress: (event) => {
      const complete = event.total !== undefined && event.done >= event.total;
      if (complete && !finished.has(event.stage)) {
        finished.add(event.stage);
        write(event, 'done');
      } else if (!complete && !started.has(event.stage)) {
        started.add(event.stage);
        write(event, '....');
      }
    },
    stop: () => {},
  };
}
