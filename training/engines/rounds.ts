import type { Member, Task, TreesMember } from '../../models/definition.ts';
import type { Round } from '../trees/report.ts';
import type { BoostSettings } from '../trees/settings.ts';
import type { Table } from '../trees/table.ts';

/** What an engine fits, and how. */
export interface EngineTask<Settings extends BoostSettings = BoostSettings> {
  task: Task;
  train: Table;
  /** Without rows, all rounds are grown and kept. */
  validation: Table;
  settings: Settings;
  seed: number;
  threads: number;
}

/** A model that grows inside a library. Every method blocks until the library is done, so it belongs in a thread of its own. */
export interface Booster {
  /** Adds one round. @returns the number of trees so far */
  grow(): number;
  /** Root mean squared error, or log-loss. */
  loss(part: 'train' | 'validation'): number;
  /** The first `count` trees. */
  trees(count: number): Member & TreesMember;
}

export interface EngineResult {
  member: Member & TreesMember;
  rounds: number;
  validationLoss?: number;
}

/** Ignores the last digits: a library's sum over rows depends on the number of threads in them. */
const isBetter = (loss: number, best: number): boolean => best - loss > 1e-12 * Math.abs(loss);

/** Rounds between two points of the training curve: early stopping does not need it. */
const TRAIN_LOSS_EVERY = 10;

/**
 * Grows rounds with early stopping as both libraries do it in Python: it stops after `earlyStopping` rounds without a
 * better validation loss (0: never) and keeps the best round.
 */
export function* growRounds(
  booster: Booster,
  { validation, settings }: EngineTask,
): Generator<Round, EngineResult> {
  const watched = validation.rows > 0;
  let best = { loss: Number.POSITIVE_INFINITY, round: 0, trees: 0 };
  let round = 0;
  while (round < settings.trees) {
    const trees = booster.grow();
    const found: Round = { round: ++round };
    if (round % TRAIN_LOSS_EVERY === 0) found.trainLoss = booster.loss('train');
    if (watched) found.validationLoss = booster.loss('validation');
    const loss = found.validationLoss ?? Number.NEGATIVE_INFINITY;
    if (!watched || isBetter(loss, best.loss)) best = { loss, round, trees };
    yield found;
    if (watched && settings.earlyStopping > 0 && round - best.round >= settings.earlyStopping) break;
  }
  const result: EngineResult = { member: booster.trees(best.trees), rounds: round };
  if (watched) result.validationLoss = best.loss;
  return result;
}
