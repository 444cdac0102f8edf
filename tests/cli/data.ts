import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import { type ShotRow, simulateShots } from '../../datasets/simulator/shots.ts';

/** Writes records one a line. @returns the path. */
export function writeLines(folder: string, name: string, records: readonly unknown[]): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

/** Shots of a few games: enough to split and to fit, too few for the gate's calibration check. */
export const fewShots = (games = 40, shotsPerGame = 50, seed = 5): ShotRow[] =>
  simulateShots({ games, shotsPerGame, seed }).rows;

/** A folder of scored actions: enough for the gate to make a linear model champion. More of them begin with the same. */
export function writeClips(folder: string, clips = 120): string {
  const { actions, scores } = simulateClips({ clips, athletes: 24, experts: 4, seed: 5 });
  writeLines(folder, 'actions.jsonl', actions);
  writeLines(folder, 'scores.jsonl', scores);
  return folder;
}
