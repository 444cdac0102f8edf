const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/**
 * Defaults of the limits that settings, the API and etl share. They are defined only here: code that takes a
 * limit as an option uses the default of the setting of that name.
 */
export const DEFAULTS = {
  /** Largest body of a request. */
  maxBodyBytes: 16 * MIB,
  /** Largest file or page that etl reads, unpacked. */
  maxEtlFileBytes: GIB,
  /** Predictions that may wait on disk while the store is down. */
  maxSpoolBytes: 256 * MIB,
  /** Days for which predictions are kept; 0 keeps them forever. */
  predictionRetentionDays: 0,
  /** Requests that one caller may send per minute. */
  rateLimitPerMinute: 6_000,
} as const;
