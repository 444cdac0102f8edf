import { pairedBootstrap } from '../statistics/bootstrap.ts';

/** What one side shows on the held-out rows. Both sides of a gate hold the same rows in the same order. */
export interface Evidence {
  /** For people: `version 4 (boosting)`, `fixed rules`, `mean of training`. */
  name: string;
  /** Content hash of the package; absent for a baseline. */
  package?: string;
  /** Loss of each row (absolute error, log-loss …): smaller is better. */
  loss: Float64Array;
  /** Group of each row: athlete, video or game. */
  groups: readonly string[];
  /** Slices of each row, such as `{ action: 'shot' }`. */
  slices: readonly Readonly<Record<string, string>>[];
  /** 95th percentile of one prediction, in milliseconds. */
  latencyMs?: number;
  /** Bytes of the package. */
  bytes?: number;
  /** Expected calibration error, 0–1 (binary). */
  ece?: number;
  /** What `ece` may be by chance alone on these rows, however well calibrated the model is. */
  eceByChance?: number;
  /** Share of rows whose interval holds the given score, 0–1 (regression). */
  coverage?: number;
}

export interface GateRules {
  /** What the loss is called, such as `log-loss` or `absolute error (points)`. */
  loss: string;
  /** Differences of mean loss up to this are a tie, overall and on a slice. */
  tie: number;
  /** Level of the intervals; default 0.95. */
  level?: number;
  /** Bootstrap samples; default 2,000. */
  samples?: number;
  seed?: number;
  /** Fewer held-out rows or groups than these decide nothing; defaults 30 and 5. */
  minRows?: number;
  minGroups?: number;
  /** A slice value with fewer rows or groups than these is not judged; defaults 30 and 3. */
  sliceRows?: number;
  sliceGroups?: number;
  /** Names of the slices that are judged; default: all of them. */
  slices?: readonly string[];
  maxLatencyMs?: number;
  maxBytes?: number;
  /** Where chance alone may show more on these rows, that much is allowed. */
  maxEce?: number;
  minCoverage?: number;
}

export interface Check {
  name: string;
  passed: boolean;
  /** What was measured and what was asked, with numbers. */
  detail: string;
}

export interface Decision {
  promoted: boolean;
  /** For people: why, with numbers; what blocks first. */
  reasons: string[];
  checks: Check[];
}

interface Compared {
  /** Mean loss of the other side minus that of the challenger: positive is better. */
  gain: number;
  low: number;
  high: number;
  rows: number;
  groups: number;
}

const mebibytes = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes / 2 ** 20);

const number = (value: number) => Number(value.toPrecision(3)).toString();

function compare(challenger: Evidence, other: Evidence, rows: readonly number[], rules: GateRules): Compared {
  const groups = rows.map((row) => challenger.groups[row]);
  const { difference, low, high } = pairedBootstrap({
    lossA: Float64Array.from(rows, (row) => other.loss[row]),
    lossB: Float64Array.from(rows, (row) => challenger.loss[row]),
    groups,
    samples: rules.samples ?? 2_000,
    seed: rules.seed ?? 1,
    level: rules.level ?? 0.95,
  });
  return { gain: difference, low, high, rows: rows.length, groups: new Set(groups).size };
}

const interval = ({ gain, low, high }: Compared) => `${number(gain)} [${number(low)}, ${number(high)}]`;

function better(name: string, challenger: Evidence, other: Evidence, rules: GateRules): Check {
  const all = compare(
    challenger,
    other,
    challenger.groups.map((_, row) => row),
    rules,
  );
  const passed = all.low > 0 && all.gain > rules.tie;
  let verdict = 'better';
  if (!passed) {
    if (all.high < 0 && all.gain < -rules.tie) verdict = 'worse';
    else if (Math.abs(all.gain) <= rules.tie) verdict = `a tie (margin ${number(rules.tie)})`;
    else verdict = 'not surely different';
  }
  const where = `on ${all.rows} held-out rows of ${all.groups} groups`;
  const detail = `${challenger.name} against ${other.name}: ${rules.loss} lower by ${interval(all)} ${where}: ${verdict}.`;
  return { name, passed, detail };
}

/** Rows of each slice value, `action = shot` first by name. */
function sliceRows(evidence: Evidence, names: readonly string[] | undefined): [string, number[]][] {
  const found = new Map<string, number[]>();
  evidence.slices.forEach((slices, row) => {
    for (const [name, value] of Object.entries(slices)) {
      if (names !== undefined && !names.includes(name)) continue;
      const key = `${name} = ${value}`;
      const rows = found.get(key);
      if (rows === undefined) found.set(key, [row]);
      else rows.push(row);
    }
  });
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function slicesCheck(challenger: Evidence, defender: Evidence, rules: GateRules): Check {
  const worse: string[] = [];
  let judged = 0;
  let small = 0;
  for (const [name, rows] of sliceRows(challenger, rules.slices)) {
    const groups = new Set(rows.map((row) => challenger.groups[row])).size;
    if (rows.length < (rules.sliceRows ?? 30) || groups < (rules.sliceGroups ?? 3)) {
      small++;
      continue;
    }
    judged++;
    const one = compare(challenger, defender, rows, rules);
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
        : `Worse than ${defender.name} on ${worse.length} of ${counted}: ${worse.join('; ')}.`,
  };
}

function bound(
  name: string,
  what: string,
  value: number | undefined,
  limit: number | undefined,
  unit: string,
  most = true,
): Check[] {
  if (limit === undefined) return [];
  const asked = `${most ? 'at most' : 'at least'} ${number(limit)}${unit}`;
  if (value === undefined || !Number.isFinite(value))
    return [{ name, passed: false, detail: `${what} was not measured; ${asked} is asked.` }];
  const passed = most ? value <= limit : value >= limit;
  return [{ name, passed, detail: `${what} is ${number(value)}${unit}; ${asked} is asked.` }];
}

/** Few rows show a large error of the best model: what chance explains is held against nobody. */
function calibration({ ece, eceByChance = 0 }: Evidence, { maxEce }: GateRules): Check[] {
  if (maxEce === undefined || eceByChance <= maxEce)
    return bound('calibration', 'Expected calibration error', ece, maxEce, '');
  const [check] = bound('calibration', 'Expected calibration error', ece, eceByChance, '');
  const detail = `${check.detail.slice(0, -1)}: so much is chance on these rows (${number(maxEce)} on more).`;
  return [{ ...check, detail }];
}

/**
 * Whether the challenger becomes champion. Pure: the same evidence and rules give the same decision.
 * It must be better than the defender by a paired bootstrap over held-out groups (a tie leaves the defender in place),
 * better than the baseline, no worse on any slice beyond that slice's interval, calibrated and within its budgets.
 * @param baseline who must be beaten too where a champion defends; leave it out where the baseline itself defends.
 */
export function decide(evidence: {
  challenger: Evidence;
  defender: Evidence;
  baseline?: Evidence;
  rules: GateRules;
}): Decision {
  const { challenger, defender, baseline, rules } = evidence;
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
      detail: `${challenger.name} has a loss that is no number.`,
    });
  if (challenger.package !== undefined && challenger.package === defender.package)
    checks.push({ name: 'new', passed: false, detail: 'This very package is the champion already.' });
  if (enough && finite) {
    checks.push(better('defender', challenger, defender, rules));
    if (baseline !== undefined) checks.push(better('baseline', challenger, baseline, rules));
    checks.push(slicesCheck(challenger, defender, rules));
  }
  checks.push(
    ...calibration(challenger, rules),
    ...bound('coverage', 'Share inside the interval', challenger.coverage, rules.minCoverage, '', false),
    ...bound('latency', 'Latency (p95)', challenger.latencyMs, rules.maxLatencyMs, ' ms'),
    ...bound('size', 'Package size', mebibytes(challenger.bytes), mebibytes(rules.maxBytes), ' MiB'),
    {
      name: 'evidence',
      passed: enough,
      detail: `${rows} held-out rows of ${groups} groups; at least ${minRows} rows of ${minGroups} groups are asked.`,
    },
  );
  const failed = checks.filter((check) => !check.passed);
  return {
    promoted: failed.length === 0,
    reasons: (failed.length === 0 ? checks : failed).map((check) => check.detail),
    checks,
  };
}
