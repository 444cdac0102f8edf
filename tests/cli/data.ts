import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import { type ShotRow, simulateShots } from '../../datasets/simulator/shots.ts';

/** Writes records as JSON lines. @returns the path of the file */
export function writeLines(folder: string, name: string, records: readonly unknown[]): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

/** Shots of a few games: enough to split and to train, too few for the gate to accept. */
export const fewShots = (games = 40, shotsPerGame = 50, seed = 5): ShotRow[] =>
  simulateShots({ games, shotsPerGame, seed }).rows;

/** A folder of scored actions, enough for a linear model to pass the gate. A larger number of clips starts with the same ones. */
export function writeClips(folder: string, clips = 120): string {
  const { actions, scores } = simulateClips({ clips, athletes: 24, experts: 4, seed: 5 });
  writeLines(folder, 'actions.jsonl', actions);
  writeLines(folder, 'scores.jsonl', scores);
  return folder;
}
