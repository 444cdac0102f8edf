export interface AdwinOptions {
  /** Probability of a false cut at each check, between 0 and 1; default 0.002. */
  delta: number;
  /** Values between two checks; default 32. */
  clock: number;
  /** Buckets of one size before two of them are merged (M in the paper); default 5. */
  maxBuckets: number;
  /** Minimum number of values on each side of a cut; default 5. */
  minWindow: number;
  /** Values before the first check; default 10. */
  grace: number;
}

interface Bucket {
  total: number;
  /** Sum of squared deviations from the bucket's own mean. */
  squares: number;
}

/** The term that merging two groups adds to their sums of squared deviations. */
function between(n: number, mean: number, otherN: number, otherMean: number): number {
  return (n * otherN * (mean - otherMean) ** 2) / (n + otherN);
}

/**
 * ADWIN2: detects changes of the mean of a stream by an adaptive window. The window grows while the mean is stable and is
 * cut at its old end when the mean changes (Bifet and Gavaldà 2007, SIAM Data Mining, 443–448; bound of section 4.1 with
 * the variance of the window). Memory and time are logarithmic in the width of the window.
 * @example
 * const adwin = new Adwin();
 * const stream = Array.from({ length: 320 }, (_, i) => (i < 160 ? 0 : 1));
 * stream.findIndex((value) => adwin.update(value)); // => 191
 * adwin.width; // => 56
 */
export class Adwin {
  private readonly options: AdwinOptions;
  /** Row r holds buckets of 2^r values, oldest first. */
  private rows: Bucket[][] = [[]];
  private total = 0;
  private squares = 0;
  private count = 0;
  private ticks = 0;

  constructor(options: Partial<AdwinOptions> = {}) {
    this.options = { delta: 0.002, clock: 32, maxBuckets: 5, minWindow: 5, grace: 10, ...options };
  }

  /** Values in the window. */
  get width(): number {
    return this.count;
  }

  /** Mean of the window; NaN if it is empty. */
  get mean(): number {
    return this.total / this.count;
  }

  /** @returns true if the mean has changed: the window was cut and now holds only the newer part. */
  update(value: number): boolean {
    this.insert(value);
    this.ticks++;
    if (this.ticks % this.options.clock !== 0 || this.count <= this.options.grace) return false;
    let cut = false;
    while (this.mustCut()) {
      this.dropOldest();
      cut = true;
    }
    return cut;
  }

  private insert(value: number): void {
    if (this.count > 0) this.squares += between(this.count, this.mean, 1, value);
    this.count++;
    this.total += value;
    this.rows[0].push({ total: value, squares: 0 });
    for (let row = 0; this.rows[row].length > this.options.maxBuckets; row++) {
      if (row + 1 === this.rows.length) this.rows.push([]);
      const [a, b] = this.rows[row].splice(0, 2);
      const size = 2 ** row;
      this.rows[row + 1].push({
        total: a.total + b.total,
        squares: a.squares + b.squares + between(size, a.total / size, size, b.total / size),
      });
    }
  }

  private dropOldest(): void {
    const row = this.rows.length - 1;
    const bucket = this.rows[row].shift()!;
    const size = 2 ** row;
    this.count -= size;
    this.total -= bucket.total;
    this.squares -= bucket.squares + between(this.count, this.mean, size, bucket.total / size);
    while (this.rows.length > 1 && this.rows[this.rows.length - 1].length === 0) this.rows.pop();
  }

  /** Whether some cut between two buckets separates means that differ by more than the bound. */
  private mustCut(): boolean {
    const { delta, minWindow } = this.options;
    const logDelta = Math.log((2 * Math.log(this.count)) / delta);
    const variance = this.squares / this.count;
    let oldCount = 0;
    let oldTotal = 0;
    for (let row = this.rows.length - 1; row >= 0; row--) {
      for (const bucket of this.rows[row]) {
        oldCount += 2 ** row;
        oldTotal += bucket.total;
        const newCount = this.count - oldCount;
        if (newCount < minWindow) return false;
        if (oldCount < minWindow) continue;
        const inverse = 1 / (oldCount - minWindow + 1) + 1 / (newCount - minWindow + 1);
        const bound = Math.sqrt(2 * inverse * variance * logDelta) + (2 / 3) * logDelta * inverse;
        if (Math.abs(oldTotal / oldCount - (this.total - oldTotal) / newCount) > bound) return true;
      }
    }
    return false;
  }
}
