import fc from 'fast-check';
import { type TestDatabase, createTestDatabase } from '../testing/test-database.js';
import {
  bigintArray,
  booleanArray,
  byteaArray,
  dateArray,
  integerArray,
  smallintArray,
  textArray,
  timestamptzArray,
  uuidArray,
} from './binary-array.js';

const nullable = <T>(of: fc.Arbitrary<T>) => fc.array(fc.option(of, { nil: null }), { maxLength: 20 });
/** PostgreSQL holds no zero byte in a text, and no half of a surrogate pair. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 30 })
  .map((some) => Buffer.from(some).toString().replaceAll('\u0000', ''));

describe('arrays in binary form', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(async () => test.drop());

  const comeBack = async (type: string, array: Buffer, as = type): Promise<unknown> => {
    const rows = await test.database.query<{ element: unknown }>(
      `SELECT u.element::${as} AS element FROM unnest($1::${type}[]) WITH ORDINALITY AS u(element, n) ORDER BY n`,
      [array],
    );
    return rows.map((row) => row.element);
  };
  const holds = <T>(type: string, of: fc.Arbitrary<T[]>, encode: (values: T[]) => Buffer) =>
    fc.assert(
      fc.asyncProperty(of, async (values) => {
        expect(await comeBack(type, encode(values))).toEqual(values);
      }),
      { numRuns: 60 },
    );

  it('give PostgreSQL every whole number as it is', async () => {
    await holds('int2', nullable(fc.integer({ min: -32_768, max: 32_767 })), smallintArray);
    await holds('int4', nullable(fc.integer()), integerArray);
    await holds('int8', nullable(fc.maxSafeInteger()), bigintArray);
  });

  it('give PostgreSQL every text, truth and run of bytes as it is', async () => {
    await holds('text', nullable(text), textArray);
    await holds('bool', nullable(fc.boolean()), booleanArray);
    await holds(
      'bytea',
      nullable(fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes))),
      byteaArray,
    );
  });

  it('give PostgreSQL every instant to the millisecond, before 1970 and 2000 too', async () => {
    const millis = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2199, 0, 1) });
    await holds('timestamptz', nullable(millis), timestamptzArray);
  });

  it('give PostgreSQL every day and id as it is', async () => {
    await fc.assert(
      fc.asyncProperty(nullable(fc.integer({ min: -25_000, max: 60_000 })), async (days) => {
        const shown = days.map((day) =>
          day === null ? null : new Date(day * 86_400_000).toISOString().slice(0, 10),
        );
        expect(await comeBack('date', dateArray(days))).toEqual(shown);
      }),
      { numRuns: 60 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uuid(), { maxLength: 20 }), async (ids) => {
        expect(
          await comeBack('uuid', uuidArray(ids.map((id) => Buffer.from(id.replaceAll('-', ''), 'hex')))),
        ).toEqual(ids);
      }),
      { numRuns: 60 },
    );
  });

  it('refuse a number that would not be held exactly', () => {
    expect(() => bigintArray([Number.MAX_SAFE_INTEGER + 1])).toThrow(RangeError);
    expect(() => bigintArray([0.5])).toThrow(/not a whole number/);
    expect(() => smallintArray([32_768])).toThrow(/out of range/);
    expect(() => integerArray([2 ** 31])).toThrow(/out of range/);
  });
});
