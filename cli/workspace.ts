import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Metrics } from '../monitoring/metrics.ts';
import { observeJobs } from '../monitoring/observe-jobs.ts';
import { productCatalog } from '../pipelines/catalog.ts';
import type { StepDeps } from '../pipelines/deps.ts';
import { JOBS, retrainJob } from '../pipelines/jobs.ts';
import { isProductFile, loadProducts } from '../pipelines/load-products.ts';
import type { Product } from '../pipelines/product.ts';
import { FLAGS, type Setting } from '../platform/config.ts';
import { TouchlineError } from '../platform/errors.ts';
import { type LoadedConfig, loadConfig } from '../platform/load-config.ts';
import { createLog, type Logger } from '../platform/log.ts';
import { makeDataFolder } from '../platform/make-folder.ts';
import { openPlatform } from '../platform/open.ts';
import { type HandlerMethods, threadedHandlers } from '../platform/queue/handler-thread.ts';
import type { JobHandler } from '../platform/queue/queue.ts';
import { openWorker } from '../platform/workers/worker.ts';
import { openProgress, type ProgressView } from './progress.ts';
import { runOf } from './run-context.ts';
import { stepDeps } from './step-deps.ts';

/** Everything a command works with, opened from flags and environment. */
export interface Workspace extends StepDeps, LoadedConfig {
  engines: string;
  log: Logger;
  view: ProgressView;
  /** Aborted by ctrl-c. */
  signal: AbortSignal;
  /** A product by its name, or by the file that declares it. @throws NOT_FOUND */
  product(nameOrFile: string): Product;
  /**
   * Runs jobs in this process until the workspace is closed, and counts them in the metrics, if given.
   * @returns the kinds of jobs it runs
   * @throws INVALID_INPUT if a kind is unknown
   */
  startWorker(kinds?: readonly string[], metrics?: Metrics): string[];
  close(): Promise<void>;
}

/** Global options that are settings. */
function globalFlags(command: Command): Record<string, unknown> {
  const { json: _, ...flags } = command.optsWithGlobals();
  return Object.fromEntries(Object.entries(flags).filter(([name]) => name in FLAGS));
}

/** The file of a product that a command is given instead of a name. */
function productFiles(command: Command): string[] {
  const at = command.registeredArguments.findIndex((argument) => argument.name() === 'product');
  const given = command.args[at];
  return given !== undefined && isProductFile(given) ? [resolve(given)] : [];
}

/** Opens what a command needs; nothing connects before its first use. */
async function openWorkspace(
  command: Command,
  overrides: Partial<Record<Setting, unknown>> = {},
): Promise<Workspace> {
  const run = runOf(command);
  const loaded = await loadConfig({
    flags: { ...globalFlags(command), ...overrides },
    env: run.env,
    cwd: process.cwd(),
  });
  const { sources, hidden } = loaded;
  const config = { ...loaded.config, products: [...loaded.config.products, ...productFiles(command)] };
  const own = await loadProducts(config.products);
  makeDataFolder(config.data);
  const log = createLog({ level: config.logLevel });
  const platform = openPlatform(config, log);
  const view = openProgress(run.stderr);
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const workers: { stop(): Promise<void> }[] = [];
  const closeThreads: (() => Promise<void>)[] = [];
  const workspace: Workspace = {
    ...stepDeps(config, platform, productCatalog(own.map(({ product }) => product))),
    config,
    sources,
    hidden,
    log,
    view,
    signal: abort.signal,
    product(nameOrFile) {
      const named = own.find(({ file }) => isProductFile(nameOrFile) && file === resolve(nameOrFile));
      return named?.product ?? workspace.products.named(nameOrFile);
    },
    startWorker(kinds, metrics) {
      const known = JOBS.map(({ kind }) => kind);
      const unknown = kinds?.find((kind) => !known.includes(kind));
      if (unknown !== undefined)
        throw new TouchlineError(
          'INVALID_INPUT',
          `Unknown job kind '${unknown}'. Use one or more of: ${known.join(', ')}.`,
        );
      const openThread = () => openWorker<HandlerMethods>(import.meta.url, './job-thread', { setup: config });
      const { handlers, close } = run.createHandlers
        ? inCallersThread(run.createHandlers(workspace), kinds ?? known, view)
        : threadedHandlers(kinds ?? known, openThread, view.progress);
      const wanted = Object.entries(metrics ? observeJobs(handlers, metrics) : handlers);
      // A retraining waits for jobs that it enqueues itself, so it must not occupy their slots.
      const waits = ([kind]: [string, unknown]) => kind === retrainJob.kind;
      const steps = Object.fromEntries(wanted.filter((entry) => !waits(entry)));
      const long = Object.fromEntries(wanted.filter(waits));
      workers.push(
        platform.queue.work(steps, { concurrency: config.workers }),
        platform.queue.work(long, { concurrency: 1 }),
      );
      closeThreads.push(close);
      return wanted.map(([kind]) => kind);
    },
    async close() {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      await Promise.all(workers.map((worker) => worker.stop()));
      await Promise.all(closeThreads.map((close) => close()));
      view.stop();
      await platform.close();
    },
  };
  return workspace;
}

/** Handlers that run in this thread, as `threadedHandlers` runs them in another. */
function inCallersThread(
  all: Readonly<Record<string, JobHandler>>,
  kinds: readonly string[],
  view: ProgressView,
): ReturnType<typeof threadedHandlers> {
  const shown = (handler: JobHandler): JobHandler => {
    return (payload, context) =>
      handler(payload, {
        ...context,
        progress(event) {
          context.progress(event);
          view.progress(event);
        },
      });
  };
  return {
    handlers: Object.fromEntries(kinds.map((kind) => [kind, shown(all[kind])])),
    close: async () => {},
  };
}

/** Opens a workspace, runs the work in it and always closes it. */
export async function withWorkspace(
  command: Command,
  work: (workspace: Workspace) => Promise<void>,
  overrides: Partial<Record<Setting, unknown>> = {},
): Promise<void> {
  const workspace = await openWorkspace(command, overrides);
  try {
    await work(workspace);
  } catch (error) {
    if (!workspace.signal.aborted) throw error;
    const run = runOf(command);
    run.stderr.write('Interrupted: the same command resumes where it stopped.\n');
    run.exitCode = 1;
  } finally {
    await workspace.close();
  }
}
