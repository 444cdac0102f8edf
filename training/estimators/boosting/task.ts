import type { Task } from '../../../models/definition.ts';
import type { BoostSettings } from '../../trees/settings.ts';
import type { Table } from '../../trees/table.ts';

export interface BoostTask {
  task: Task;
  train: Table;
  /** Without rows, all trees are grown and kept. */
  validation: Table;
  settings: BoostSettings;
  seed: number;
  threads: number;
}
