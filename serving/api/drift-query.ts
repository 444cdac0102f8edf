import { z } from 'zod';

/** Query of the routes that report drift. */
export const driftQuery = z.strictObject({
  days: z.coerce
    .number<number>()
    .int()
    .min(1)
    .max(90)
    .optional()
    .describe('Days of predictions to compare; default: the product’s window'),
});
