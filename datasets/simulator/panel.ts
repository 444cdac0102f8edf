import type { Random } from '../../platform/random.ts';
import type { ExpertScore } from '../records/expert-score.ts';

/** How one expert scores, which a rater model has to estimate. */
export interface Expert {
  rater: string;
  /** Added to every score. The biases of a panel add up to 0. */
  bias: number;
  /** Standard deviation of repeated scores of the same action. */
  spread: number;
}

export interface PanelOptions {
  /** Share of actions that an expert does not score. */
  missing: number;
  /** Share of an expert's actions that are presented a second time without notice, as round 2. */
  repeats: number;
  /** Step of the scale. */
  step: number;
}

const DEFAULT_PANEL: PanelOptions = { missing: 0.08, repeats: 0.1, step: 0.5 };

export function drawExperts(count: number, random: Random): Expert[] {
  const biases = Array.from({ length: count }, () => 2 * random.uniform() - 1);
  const mean = biases.reduce((a, b) => a + b, 0) / count;
  return biases.map((bias, i) => ({
    rater: `expert-${String(i + 1).padStart(2, '0')}`,
    bias: bias - mean,
    spread: 0.4 + 0.4 * random.uniform(),
  }));
}

/** Scores of a panel for actions of known quality, 0–10 in steps. Each expert scores in a random order. */
export function scorePanel(
  actions: readonly { id: string; quality: number }[],
  experts: readonly Expert[],
  random: Random,
  options: PanelOptions = DEFAULT_PANEL,
): ExpertScore[] {
  const start = Date.UTC(2025, 0, 6, 9);
  return experts.flatMap((expert, e) => {
    const seen = random.shuffle(actions.filter(() => random.uniform() >= options.missing));
    const again = random.shuffle(seen.filter(() => random.uniform() < options.repeats));
    return [
      ...seen.map((action) => ({ action, round: 1 })),
      ...again.map((action) => ({ action, round: 2 })),
    ].map(({ action, round }, i) => {
      const raw = action.quality + expert.bias + expert.spread * random.normal();
      const score = Math.min(10, Math.max(0, Math.round(raw / options.step) * options.step));
      const at = new Date(start + e * 86_400_000 + i * 40_000).toISOString();
      return { action: action.id, rater: expert.rater, score, comment: '', round, at };
    });
  });
}
