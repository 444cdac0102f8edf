/** Counts of records: `read = accepted + rejected + duplicates`. */
export interface TallyCounts {
  read: number;
  accepted: number;
  rejected: number;
  /** Records that were already stored with equal content. */
  duplicates: number;
  /** Most frequent first. */
  rejects: { reason: string; count: number }[];
}

/** Counts records, and rejects by reason. */
export class Tally {
  accepted = 0;
  duplicates = 0;
  private rejected = 0;
  private readonly reasons = new Map<string, number>();

  reject(reason: string, count = 1): void {
    this.rejected += count;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + count);
  }

  add(counts: Omit<TallyCounts, 'read'>): void {
    this.accepted += counts.accepted;
    this.duplicates += counts.duplicates;
    for (const { reason, count } of counts.rejects) this.reject(reason, count);
  }

  counts(): TallyCounts {
    const { accepted, rejected, duplicates } = this;
    const rejects = [...this.reasons]
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
    return { read: accepted + rejected + duplicates, accepted, rejected, duplicates, rejects };
  }
}
