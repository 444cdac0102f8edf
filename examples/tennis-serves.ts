// A product of your own in one file: `touchline run ./examples/tennis-serves.ts --from examples/tennis-serves.csv`.
import { defineProduct, z } from 'touchline';

export const tennisServes = defineProduct({
  name: 'tennis-serves',
  description: 'Quality of a tennis serve from 0 to 10.',
  task: 'regression',
  scale: [0, 10],
  record: z.strictObject({
    id: z.string(),
    player: z.string(),
    side: z.enum(['deuce', 'advantage']).describe('Side of the court'),
    toss_height: z.number().min(0).max(5).meta({ unit: 'm' }).describe('Height of the toss above the hand'),
    knee_bend: z.number().min(0).max(120).meta({ unit: '°' }).describe('Deepest bend of the front knee'),
    racket_speed: z.number().min(0).max(60).meta({ unit: 'm/s' }).describe('Speed of the racket at contact'),
    score: z.number().optional(),
  }),
  row: { group: 'player', target: 'score' },
});
