export interface PageHinkleyOptions {
  /** Values before the first alarm may come; default 30. */
  minimum: number;
  /** Change of the mean that is let pass, in the unit of the values; default 0.005. */
  delta: number;
  /** Alarm above this cumulated deviation (λ); higher is slower with fewer false alarms; default 50. */
  threshold: number;
  /** Forgetting factor of the cumulated deviation, 1 forgets nothing; default 0.9999. */
  alpha: number;
}

/**
 * Page-Hinkley test for a change of the mean of a stream, in both directions (Page 1954, Biometrika 41, 100–115; form of
 * Gama et al. 2014, ACM Computing Surveys 46(4), section 3.2.1). Constant time and memory a value.
 * Starts afresh after each alarm.
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

  /** Largest cumulated deviation now, in the unit of `threshold`. */
  get statistic(): number {
    return this.n === 0 ? 0 : Math.max(this.up - this.least, this.most - this.down);
  }

  /** @returns true where this value raises the alarm. */
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
