import { catalogOf } from '../../platform/catalog.ts';
import { driftAlert } from './rules/drift.ts';
import { liveErrorAlert } from './rules/live-error.ts';
import { scoresAlert } from './rules/scores.ts';
import { streamAlert } from './rules/stream.ts';

/** Every alert rule; each check of a product evaluates all of them. */
export const ALERT_RULES = catalogOf('alert rule', [driftAlert, streamAlert, liveErrorAlert, scoresAlert]);

export type AlertKind = (typeof ALERT_RULES.entries)[number]['name'];
