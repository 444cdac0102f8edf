import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Random, seeded } from '../../platform/random.ts';

const SUBJECTS = 10;
const REPETITIONS = 9;
const FRAMES = 240;
const SIGNALS = 4;
const SETS = ['Correct', 'Incorrect'] as const;

/** The offsets of one person's signals in every repetition. */
const drawStyle = (random: Random) => Array.from({ length: SIGNALS }, () => 0.04 * random.normal());

/**
 * Simulated squats in the layout of the real folder: one repetition per line, its score and its person. A fault changes
 * the signals in the second half of the descent; the score falls with its size.
 */
export async function simulateSquats(folder: string, seed: number): Promise<void> {
  const random = seeded(seed, 'squats');
  const styles = Array.from({ length: SUBJECTS }, () => drawStyle(random));
  const index = ['set,row0,subject'];
  await mkdir(join(folder, 'vicon_ae4'));
  for (const set of SETS) {
    const lines: string[] = [];
    const scores: string[] = [];
    styles.forEach((style, subject) => {
      for (let repetition = 0; repetition < REPETITIONS; repetition++) {
        const fault = set === 'Correct' ? 0.15 * random.uniform() : 0.3 + 0.7 * random.uniform();
        index.push(`${set.toLowerCase()},${lines.length},${subject + 1}`);
        lines.push(squat(style, fault, random).join(','));
        scores.push((0.96 - 0.3 * fault + 0.01 * random.normal()).toFixed(5));
      }
    });
    await writeFile(join(folder, 'vicon_ae4', `Labels_${set}.csv`), `${scores.join('\n')}\n`);
    await writeFile(join(folder, 'vicon_ae4', `Autoencoder_Output_${set}.csv`), `${lines.join('\n')}\n`);
  }
  await writeFile(join(folder, 'index_derived.csv'), `${index.join('\n')}\n`);
}

/** Frames × signals, signals fastest. */
function squat(style: readonly number[], fault: number, random: Random): string[] {
  const side = random.uniform() < 0.5 ? -1 : 1;
  return Array.from({ length: FRAMES * SIGNALS }, (_, at) => {
    const signal = at % SIGNALS;
    const phase = Math.floor(at / SIGNALS) / (FRAMES - 1);
    const depth = Math.sin(Math.PI * phase) ** 2;
    const bend = fault * side * Math.exp(-(((phase - 0.4 - 0.05 * signal) / 0.12) ** 2));
    const base = [0.3, -0.2, 0.4, 0.05][signal] + [-0.8, 0.4, -0.5, 0.3][signal] * depth;
    return (base + style[signal] * (1 + depth) + 0.25 * bend + 0.01 * random.normal()).toFixed(5);
  });
}
