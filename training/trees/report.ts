import type { Task } from '../../models/definition.ts';
import type { TrainingLog } from '../estimator.ts';

/** Result of one boosting round; losses are absent in rounds that do not measure them. */
export interface Round {
  round: number;
  trainLoss?: number;
  validationLoss?: number;
}

/** Milliseconds between two progress events. */
const PROGRESS_EVERY = 100;

/**
 * Writes what each round found to a log.
 * @param rounds the most there can be.
 */
export function reportRounds(
  log: TrainingLog,
  { stage, task, rounds }: { stage: string; task: Task; rounds: number },
): (round: Round) => void {
  const metric = task === 'regression' ? 'rmse' : 'log_loss';
  let last = 0;
  return ({ round, trainLoss, validationLoss }) => {
    if (trainLoss !== undefined) log.metric(`train_${metric}`, trainLoss, round);
    if (validationLoss !== undefined) log.metric(`validation_${metric}`, validationLoss, round);
    const now = performance.now();
    if (now - last < PROGRESS_EVERY && round < rounds) return;
    last = now;
    log.progress({ stage, done: round, total: rounds });
  };
}
