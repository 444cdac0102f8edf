import { parentPort, workerData } from 'node:worker_threads';
import type { Tree } from '../../models/definition.ts';
import { startThread } from '../../platform/threads.ts';
import { crewControl, leadCrew } from '../trees/crew.ts';
import { type ForestTask, openForest } from './grow-forest.ts';
import { forestJobs, type GrownTree, type HelperInput, JOB } from './jobs.ts';
import { finish } from './plant.ts';

const task = workerData as ForestTask;
const total = task.settings.trees;
const workspace = openForest(task);
const control = crewControl();
const trees: Tree[] = [];
let done = 0;

function keep({ number, tree }: GrownTree): void {
  trees[number] = tree;
  done++;
  parentPort?.postMessage({ kind: 'progress', stage: 'forest', done, total });
  if (done === total) parentPort?.postMessage({ kind: 'done', result: finish(workspace, task, trees) });
}

const crew = leadCrew(control, forestJobs(workspace, { task, thread: 0 }, keep));
for (let thread = 1; thread < task.threads; thread++) {
  const input: HelperInput = { task, memory: workspace.memory, control, thread };
  // The leader hears of the helpers' trees once its own are grown.
  startThread(import.meta.url, './helper', { workerData: input }).on('message', keep);
}
crew.run(JOB.bins, task.train.width);
crew.run(JOB.tree, total);
crew.dismiss();
