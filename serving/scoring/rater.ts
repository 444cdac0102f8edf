import { TouchlineError } from '../../platform/errors.ts';
import type { Caller } from '../auth/roles.ts';
import { DEMO_CALLER } from '../auth/roles.ts';

/**
 * Who scores: the owner of the key, or the given name where the server runs without keys.
 * @throws INVALID_INPUT without keys and without a name; FORBIDDEN for another name than the owner of the key
 */
export function raterOf(caller: Caller, given: string | undefined): string {
  if (caller.id === DEMO_CALLER.id) {
    if (given !== undefined) return given;
    throw new TouchlineError('INVALID_INPUT', 'Without keys, a request must say who scores: send `rater`.', {
      details: { fields: [{ field: 'rater', problem: 'is required' }] },
    });
  }
  if (given !== undefined && given !== caller.owner)
    throw new TouchlineError('FORBIDDEN', `This key scores as ${caller.owner}, not as ${given}.`);
  return caller.owner;
}
