import { z } from 'zod';
import { schemaProblems } from './schema-problems.js';

const Schema = z.object({
  hours: z.union([
    z.literal('otherwise'),
    z.array(z.object({ to: z.string().min(5, { error: 'too short' }) })),
  ]),
  plans: z.array(z.object({ price: z.string() })),
});
const problems = (value: unknown) => {
  const parsed = Schema.safeParse(value);
  return parsed.success ? [] : schemaProblems(parsed.error);
};

describe('the problems of a value', () => {
  it('all have their place', () => {
    expect(problems({ hours: 'otherwise', plans: [{ price: 1 }, {}] }).map((one) => one.path)).toEqual([
      'plans.0.price',
      'plans.1.price',
    ]);
  });

  it('of several allowed forms are told of the one that the value came closest to', () => {
    expect(problems({ hours: [{ to: '8' }], plans: [] })).toEqual([
      { path: 'hours.0.to', reason: 'too short' },
    ]);
    expect(problems({ hours: 'always', plans: [] })).toMatchObject([{ path: 'hours' }]);
  });
});
