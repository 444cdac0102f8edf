import { memberRawAll } from '../../models/predict.ts';
import { noLog } from '../../training/estimator.ts';
import { neural } from '../../training/estimators/neural/neural.ts';
import { smallMatrix } from '../training/fixtures.ts';

/** The result of training a network, the same for every backend. */
export interface Trained {
  backend: string;
  bestEpoch: number;
  /** Validation loss of each epoch. */
  losses: number[];
  /** Raw output of each validation row. */
  raw: number[];
}

async function train(task: 'regression' | 'binary', engines?: string): Promise<Trained> {
  const losses: number[] = [];
  const log = { ...noLog, metric: (_: string, loss: number) => void losses.push(loss) };
  const rows = smallMatrix(600, { task, noise: 0.5, missing: 0.05 });
  const validation = smallMatrix(300, { task, seed: 8, noise: 0.5 });
  const context = { task, seed: 1, threads: 1, engines, log };
  const { members, notes } = await neural.fit(rows, validation, { epochs: 8 }, context);
  return {
    backend: String(notes.backend),
    bestEpoch: Number(notes.bestEpoch),
    losses,
    raw: [...memberRawAll(members[0], validation.values, validation.columns.length)],
  };
}

// Run in a process of its own: `train-network.ts [ENGINES]`.
const engines = process.argv[2];
const trained = { regression: await train('regression', engines), binary: await train('binary', engines) };
process.stdout.write(JSON.stringify(trained));
