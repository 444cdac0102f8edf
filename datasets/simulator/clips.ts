import { TouchlineError } from '../../platform/errors.ts';
import { seeded } from '../../platform/random.ts';
import type { Action } from '../records/action.ts';
import type { ExpertScore } from '../records/expert-score.ts';
import { drawExperts, type Expert, scorePanel } from './panel.ts';
import { simulatePoses } from './poses.ts';
import { drawBody } from './skeleton.ts';
import { drawHabits, drawTechnique, SIMULATED_ACTIONS, type Technique, trueQuality } from './technique.ts';

export interface ClipSimulation {
  clips: number;
  athletes: number;
  experts: number;
  seed: number;
}

/** The truth that models try to estimate, by id of the clip. */
export interface ClipTruth {
  quality: Record<string, number>;
  technique: Record<string, Technique>;
  experts: Expert[];
}

export interface SimulatedClips {
  actions: Action[];
  scores: ExpertScore[];
  truth: ClipTruth;
}

const round = (value: number) => Math.round(value * 100) / 100;

/**
 * Clips of football actions with the scores of a panel, and the truth behind both. Athletes and actions alternate evenly.
 * Equal seeds give equal clips, and more clips start with the clips of a smaller number.
 * @throws INVALID_INPUT if a count is not a positive whole number
 * @example
 * const { actions, scores } = simulateClips({ clips: 4, athletes: 2, experts: 3, seed: 1 });
 * actions.map(({ id, type }) => `${id} ${type}`); // => ['clip-0001 shot', 'clip-0002 pass', 'clip-0003 control', 'clip-0004 shot']
 * new Set(scores.map(({ rater }) => rater)).size; // => 3
 */
export function simulateClips({ clips, athletes, experts, seed }: ClipSimulation): SimulatedClips {
  for (const [name, count] of Object.entries({ clips, athletes, experts })) {
    if (!Number.isInteger(count) || count < 1)
      throw new TouchlineError(
        'INVALID_INPUT',
        `${name} must be a whole number of at least 1, not ${count}.`,
      );
  }
  const people = Array.from({ length: athletes }, (_, i) => {
    const random = seeded(seed, `athlete-${i}`);
    return {
      id: `athlete-${String(i + 1).padStart(3, '0')}`,
      body: drawBody(random),
      habits: drawHabits(random),
      side: random.uniform() < 0.78 ? ('right' as const) : ('left' as const),
    };
  });
  const truth: ClipTruth = {
    quality: {},
    technique: {},
    experts: drawExperts(experts, seeded(seed, 'experts')),
  };
  const actions = Array.from({ length: clips }, (_, i): Action => {
    const random = seeded(seed, `clip-${i}`);
    const athlete = people[i % athletes];
    const type = SIMULATED_ACTIONS[(i + Math.floor(i / athletes)) % SIMULATED_ACTIONS.length];
    const pressure = round(random.uniform());
    const minute = Math.floor(90 * random.uniform());
    const fatigue = round(Math.min(1, Math.max(0, minute / 110 + 0.12 * random.normal())));
    const technique = drawTechnique(type, athlete.habits, 0.5 * (pressure + fatigue), random);
    const id = `clip-${String(i + 1).padStart(4, '0')}`;
    truth.quality[id] = trueQuality(type, technique);
    truth.technique[id] = technique;
    const poses = simulatePoses({ action: type, technique, body: athlete.body, side: athlete.side }, random);
    return {
      id,
      type,
      athlete: athlete.id,
      clip: id,
      startFrame: 0,
      endFrame: poses.frames.length - 1,
      // Context is not always recorded.
      ...(random.uniform() < 0.75
        ? { context: { pressure_level: pressure, fatigue_level: fatigue, match_minute: minute } }
        : {}),
      poses,
    };
  });
  const scores = scorePanel(
    actions.map(({ id }) => ({ id, quality: truth.quality[id] })),
    truth.experts,
    seeded(seed, 'panel'),
  );
  return { actions, scores, truth };
}
