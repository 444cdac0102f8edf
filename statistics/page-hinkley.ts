export interface PageHinkleyOptions {
  /** Number of values before the first possible alarm; default 30. */
  minimum: number;
  /** Tolerated change of the mean, in the unit of the values; default 0.005. */
  delta: number;
  /** Cumulated deviation that raises an alarm (λ); a higher one is slower with fewer false alarms; default 50. */
  threshold: number;
  /** Forgetting factor of the cumulated deviation, 0–1, where 1 forgets nothing; default 0.9999. */
  alpha: number;
}

/**
 * Page-Hinkley test for a change of the mean of a stream in either direction (Page 1954, Biometrika 41, 100–115; form of
 * Gama et al. 2014, ACM Computing Surveys 46(4), section 3.2.1). Takes constant time and memory per value and resets after
 * each alarm.
 * @example
 * const test = new PageHinkley({ threshold: 10 });
 * const stream = Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 1));
 * stream.findIndex((value) => test.update(value)); // => 61
 * test.statistic; // => 0
 */
export class PageHinkley {
  private readonly options: PageHinkleyOptions;
  private n = 0;
  private mean = 0;
  private up = 0;
  private down = 0;
  private least = Number.POSITIVE_INFINITY;
  private most = Number.NEGATIVE_INFINITY;

  constructor(options: Partial<PageHinkleyOptions> = {}) {
    this.options = { minimum: 30, delta: 0.005, threshold: 50, alpha: 0.9999, ...options };
  }

  /** The current cumulated deviation, in the unit of `threshold`; 0 after an alarm. */
  get statistic(): number {
    return this.n === 0 ? 0 : Math.max(this.up - this.least, this.most - this.down);
  }

  /** @returns true if this value raises an alarm. */
  update(value: number): boolean {
    const { minimum, delta, threshold, alpha } = this.options;
    this.n++;
    this.mean += (value - this.mean) / this.n;
    const deviation = value - this.mean;
    this.up = alpha * this.up + deviation - delta;
    this.down = alpha * this.down + deviation + delta;
    this.least = Math.min(this.least, this.up);
    this.most = Math.max(this.most, this.down);
    if (this.n < minimum || this.statistic <= threshold) return false;
    this.n = 0;
    this.mean = 0;
    this.up = 0;
    this.down = 0;
    this.least = Number.POSITIVE_INFINITY;
    this.most = Number.NEGATIVE_INFINITY;
    return true;
  }
}
