import type { Random } from '../../platform/random.ts';
import type { ExpertScore } from '../records/expert-score.ts';

/** How one expert scores: what no rating session shows, and a rater model must find. */
export interface Expert {
  rater: string;
  /** Added to every score; the biases of a panel add up to 0. */
  bias: number;
  /** Spread of the same expert on the same action. */
  spread: number;
}

export interface PanelOptions {
  /** Share of actions that an expert leaves out. */
  missing: number;
  /** Share of an expert's actions that come a second time without a word, as round 2. */
  repeats: number;
  /** Steps of the scale. */
  step: number;
}

export const DEFAULT_PANEL: PanelOptions = { missing: 0.08, repeats: 0.1, step: 0.5 };

export function drawExperts(count: number, random: Random): Expert[] {
  const biases = Array.from({ length: count }, () => 2 * random.uniform() - 1);
  const mean = biases.reduce((a, b) => a + b, 0) / count;
  return biases.map((bias, i) => ({
    rater: `expert-${String(i + 1).padStart(2, '0')}`,
    bias: bias - mean,
    spread: 0.4 + 0.4 * random.uniform(),
  }));
}

/** Scores of a panel for actions of known quality, on 0–10 in steps, expert by expert in an order of their own. */
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
