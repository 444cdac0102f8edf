import { BOOTSTRAP_SAMPLES, CONFIDENCE_LEVEL, pairedBootstrap } from '../statistics/bootstrap.ts';
import type { Evidence } from './evidence.ts';
import { STORED } from './stored-names.ts';

/** What a product demands of a new champion. */
export interface GateRules {
  /** What the loss is called in messages, such as `log-loss` or `absolute error (points)`. */
  loss: string;
  /** Differences of mean loss up to this are a tie, overall and on a slice. */
  tie: number;
  /** With fewer held-out rows or groups than these nothing is promoted; defaults 30 and 5. */
  minRows?: number;
  minGroups?: number;
  maxLatencyMs?: number;
  maxBytes?: number;
  /** Highest expected calibration error, 0–1; raised to what chance alone explains on these rows. */
  maxEce?: number;
  /** Lowest share of actual values inside the interval, 0–1. */
  minCoverage?: number;
}

/** One condition of the gate and whether the challenger meets it. */
export interface Check {
  name: string;
  passed: boolean;
  /** What was measured and what the limit is, in numbers. */
  detail: string;
}

export interface Decision {
  promoted: boolean;
  /** Why, in sentences with numbers: the failed checks, or all of them where none failed. */
  reasons: string[];
  checks: Check[];
}

const SEED = 1;
/** Slice values with fewer rows or groups than these are not judged. */
const MIN_SLICE_ROWS = 30;
const MIN_SLICE_GROUPS = 3;

interface LossDifference {
  /** Mean loss of the other model minus that of the challenger: positive is better. */
  gain: number;
  low: number;
  high: number;
  rows: number;
  groups: number;
}

const mebibytes = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes / 2 ** 20);

const number = (value: number) => Number(value.toPrecision(3)).toString();

function lossDifference(challenger: Evidence, other: Evidence, rows: readonly number[]): LossDifference {
  const groups = rows.map((row) => challenger.groups[row]);
  const { difference, low, high } = pairedBootstrap({
    lossA: Float64Array.from(rows, (row) => other.loss[row]),
    lossB: Float64Array.from(rows, (row) => challenger.loss[row]),
    groups,
    samples: BOOTSTRAP_SAMPLES,
    seed: SEED,
    level: CONFIDENCE_LEVEL,
  });
  return { gain: difference, low, high, rows: rows.length, groups: new Set(groups).size };
}

const interval = ({ gain, low, high }: LossDifference) => `${number(gain)} [${number(low)}, ${number(high)}]`;

function checkBetter(name: string, challenger: Evidence, other: Evidence, rules: GateRules): Check {
  const allRows = challenger.groups.map((_, row) => row);
  const all = lossDifference(challenger, other, allRows);
  const passed = all.low > 0 && all.gain > rules.tie;
  let verdict = 'better';
  if (!passed) {
    if (all.high < 0 && all.gain < -rules.tie) verdict = 'worse';
    else if (Math.abs(all.gain) <= rules.tie) verdict = `a tie (margin ${number(rules.tie)})`;
    else verdict = 'not significantly different';
  }
  const where = `on ${all.rows} held-out rows of ${all.groups} groups`;
  const detail = `${challenger.name} against ${other.name}: ${rules.loss} lower by ${interval(all)} ${where}: ${verdict}.`;
  return { name, passed, detail };
}

/** Rows of each slice value, such as `action = shot`, sorted by name. */
function rowsBySlice(evidence: Evidence): [string, number[]][] {
  const found = new Map<string, number[]>();
  evidence.slices.forEach((slices, row) => {
    for (const [name, value] of Object.entries(slices)) {
      const key = `${name} = ${value}`;
      const rows = found.get(key);
      if (rows === undefined) found.set(key, [row]);
      else rows.push(row);
    }
  });
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function checkSlices(challenger: Evidence, incumbent: Evidence, rules: GateRules): Check {
  const worse: string[] = [];
  let judged = 0;
  let small = 0;
  for (const [name, rows] of rowsBySlice(challenger)) {
    const groups = new Set(rows.map((row) => challenger.groups[row])).size;
    if (rows.length < MIN_SLICE_ROWS || groups < MIN_SLICE_GROUPS) {
      small++;
      continue;
    }
    judged++;
    const one = lossDifference(challenger, incumbent, rows);
    if (one.high < 0 && one.gain < -rules.tie)
      worse.push(
        `${name}: ${rules.loss} higher by ${number(-one.gain)} [${number(-one.high)}, ${number(-one.low)}] on ${one.rows} rows`,
      );
  }
  const counted = `${judged} slices judged${small === 0 ? '' : `, ${small} with too few rows`}`;
  return {
    name: 'slices',
    passed: worse.length === 0,
    detail:
      worse.length === 0
        ? `No slice is worse beyond its interval (${counted}).`
        : `Worse than ${incumbent.name} on ${worse.length} of ${counted}: ${worse.join('; ')}.`,
  };
}

function checkLimit(
  name: string,
  what: string,
  value: number | undefined,
  limit: number | undefined,
  unit: string,
  most = true,
): Check[] {
  if (limit === undefined) return [];
  const allowed = `${most ? 'limit' : 'minimum'} ${number(limit)}${unit}`;
  if (value === undefined || !Number.isFinite(value))
    return [{ name, passed: false, detail: `${what} was not measured (${allowed}).` }];
  const passed = most ? value <= limit : value >= limit;
  return [{ name, passed, detail: `${what} is ${number(value)}${unit} (${allowed}).` }];
}

/** On few rows even a perfectly calibrated model shows a large error: what chance explains is not held against it. */
function checkCalibration({ ece, eceByChance = 0 }: Evidence, { maxEce }: GateRules): Check[] {
  if (maxEce === undefined || eceByChance <= maxEce)
    return checkLimit('calibration', 'Expected calibration error', ece, maxEce, '');
  const [check] = checkLimit('calibration', 'Expected calibration error', ece, eceByChance, '');
  const detail = `${check.detail.slice(0, -2)}, which chance alone explains on these rows; ${number(maxEce)} with more rows).`;
  return [{ ...check, detail }];
}

/**
 * Decides whether the challenger becomes champion. Pure: the same evidence and rules give the same decision.
 * The challenger must beat the incumbent by a paired bootstrap over held-out groups (on a tie the incumbent stays), beat
 * the baseline, be no worse on any slice beyond that slice's interval, be calibrated, and stay within its budgets.
 * @param evidence.baseline must be beaten too where the incumbent is a champion; absent where it is itself the incumbent.
 * @example
 * const groups = Array.from({ length: 100 }, (_, row) => `athlete ${row % 10}`);
 * const slices = groups.map(() => ({}));
 * const loss = (mean) => Float64Array.from(groups, (_, row) => mean + 0.01 * (row % 7));
 * const decision = decide({
 *   challenger: { name: 'version 2', loss: loss(0.4), groups, slices },
 *   incumbent: { name: 'version 1', loss: loss(0.5), groups, slices },
 *   rules: { loss: 'absolute error', tie: 0.02 },
 * });
 * decision.promoted; // => true
 * decision.reasons[0]; // => 'version 2 against version 1: absolute error lower by 0.1 [0.1, 0.1] on 100 held-out rows of 10 groups: better.'
 */
export function decide(evidence: {
  challenger: Evidence;
  incumbent: Evidence;
  baseline?: Evidence;
  rules: GateRules;
}): Decision {
  const { challenger, incumbent, baseline, rules } = evidence;
  const rows = challenger.loss.length;
  const groups = new Set(challenger.groups).size;
  const minRows = rules.minRows ?? 30;
  const minGroups = rules.minGroups ?? 5;
  const enough = rows >= minRows && groups >= minGroups;
  const checks: Check[] = [];
  const finite = challenger.loss.every(Number.isFinite);
  if (!finite)
    checks.push({
      name: 'finite',
      passed: false,
      detail: `${challenger.name} has a loss that is not a finite number.`,
    });
  if (challenger.package !== undefined && challenger.package === incumbent.package)
    checks.push({ name: 'new', passed: false, detail: 'This package is already the champion.' });
  if (enough && finite) {
    checks.push(checkBetter(STORED.incumbent, challenger, incumbent, rules));
    if (baseline !== undefined) checks.push(checkBetter('baseline', challenger, baseline, rules));
    checks.push(checkSlices(challenger, incumbent, rules));
  }
  checks.push(
    ...checkCalibration(challenger, rules),
    ...checkLimit('coverage', 'Share inside the interval', challenger.coverage, rules.minCoverage, '', false),
    ...checkLimit('latency', 'Latency (p95)', challenger.latencyMs, rules.maxLatencyMs, ' ms'),
    ...checkLimit('size', 'Package size', mebibytes(challenger.bytes), mebibytes(rules.maxBytes), ' MiB'),
    {
      name: 'evidence',
      passed: enough,
      detail: `${rows} held-out rows of ${groups} groups (minimum ${minRows} rows of ${minGroups} groups).`,
    },
  );
  const failed = checks.filter((check) => !check.passed);
  return {
    promoted: failed.length === 0,
    reasons: (failed.length === 0 ? checks : failed).map((check) => check.detail),
    checks,
  };
}
