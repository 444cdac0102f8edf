import { expect, it } from 'vitest';
import { z } from 'zod';
import '../../platform/zod-messages.ts';

const messagesOf = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.map(({ path, message }) => `${path.join('.') || 'value'} ${message}`);

const shot = z.strictObject({
  type: z.enum(['shot', 'pass']),
  name: z.string().min(1).max(3),
  distance: z.number().min(0).max(30),
  frames: z.array(z.int().positive()).min(2),
  at: z.iso.datetime().optional(),
  zone: z.union([z.string(), z.number()]).optional(),
  kind: z.literal('x').optional(),
});
const good = { type: 'shot', name: 'ada', distance: 3, frames: [1, 2] };

it.each<[string, object, string[]]>([
  ['missing fields', {}, ['type is missing', 'name is missing', 'distance is missing', 'frames is missing']],
  ['an unknown value', { ...good, type: 'kick' }, ["type must be one of 'shot', 'pass'"]],
  ['a wrong type', { ...good, name: 3, frames: {} }, ['name must be text', 'frames must be a list']],
  ['NaN', { ...good, distance: Number.NaN }, ['distance must be a number']],
  ['a fraction', { ...good, frames: [1.5, 2] }, ['frames.0 must be a whole number']],
  ['an empty text', { ...good, name: '' }, ['name must not be empty']],
  ['a long text', { ...good, name: 'lovelace' }, ['name must have at most 3 characters']],
  ['a number below the minimum', { ...good, distance: -1 }, ['distance must be at least 0']],
  ['a number above the maximum', { ...good, distance: 31 }, ['distance must be at most 30']],
  ['a number at an exclusive bound', { ...good, frames: [0, 1] }, ['frames.0 must be more than 0']],
  ['a short list', { ...good, frames: [1] }, ['frames must have at least 2 items']],
  ['an unknown field', { ...good, legs: 2, arms: 2 }, ["value has no field 'legs', 'arms'"]],
  ['a wrong format', { ...good, at: 'noon' }, ['at must be a valid datetime']],
  ['a wrong literal', { ...good, kind: 'y' }, ["kind must be 'x'"]],
])('describes %s', (_, value, expected) => {
  expect(messagesOf(shot, value)).toEqual(expected);
});

it('keeps the message that a schema declares itself', () => {
  expect(messagesOf(z.string('must be a name'), 3)).toEqual(['value must be a name']);
  expect(messagesOf(shot, good)).toBeUndefined();
});
