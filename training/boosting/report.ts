import type { TrainingLog } from '../estimator.ts';
import type { BoostTask, Round } from './boost.ts';

/** Milliseconds between two progress events. */
const PROGRESS_EVERY = 100;

/** Tells a log what each round found. */
export function reportTo(log: TrainingLog, { task, settings }: BoostTask): (round: Round) => void {
  const metric = task === 'regression' ? 'rmse' : 'log_loss';
  let last = 0;
  return ({ round, trainLoss, validationLoss }) => {
    if (trainLoss !== undefined) log.metric(`train_${metric}`, trainLoss, round);
    if (validationLoss !== undefined) log.metric(`validation_${metric}`, validationLoss, round);
    const now = performance.now();
    if (now - last < PROGRESS_EVERY && round < settings.trees) return;
    last = now;
    log.progress({ stage: 'boosting', done: round, total: settings.trees });
  };
}
