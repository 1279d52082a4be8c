import { createTestDatabase, type TestDatabase } from '../testing/test-database.js';
import {
  bigintArray,
  byteaArray,
  dateArray,
  integerArray,
  smallintArray,
  textArray,
  timestamptzArray,
  uuidArray,
} from './binary-array.js';
import { sqlStateOf } from './database.js';
import { assertSchemaVersion, migrate, migrationFiles } from './migrations.js';
import { bucketOf, causedId } from '../identity/ids.js';
import { BusinessClock } from '../clock/business-clock.js';
import { instant } from '#calendar/instant.js';

describe('the database', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(async () => test.drop());

  it('is migrated once; a second run changes nothing', async () => {
    expect(await migrate(test.database)).toEqual([]);
    await expect(assertSchemaVersion(test.database)).resolves.toBeUndefined();
  });

  it('is refused by a program that is older than its schema', async () => {
    await test.database.query(
      "INSERT INTO public.schema_migration (timestamp, name) VALUES (1, 'from-the-future')",
    );
    await expect(assertSchemaVersion(test.database)).rejects.toThrow(/from-the-future.*newer Fairline/);
    await test.database.query("DELETE FROM public.schema_migration WHERE name = 'from-the-future'");
  });

  it('is refused by a program that is newer than its schema', async () => {
    const last = migrationFiles().at(-1)?.name;
    await test.database.query('DELETE FROM public.schema_migration WHERE name LIKE $1', [`${last}%`]);
    await expect(assertSchemaVersion(test.database)).rejects.toThrow(/fairline migrate/);
    await test.database.query(
      'INSERT INTO public.schema_migration (timestamp, name) VALUES ($1::bigint, $2::text || $1::bigint)',
      [1_790_000_000_000 + (migrationFiles().at(-1)?.number ?? 0), last],
    );
  });

  it('carries arrays in binary form, nulls and empty ones included', async () => {
    const [row] = await test.database.query(
      `SELECT $1::smallint[] AS s, $2::int[] AS i, $3::bigint[]::text AS b, $4::text[] AS t, $5::timestamptz[]::text AS at,
              $6::uuid[]::text AS u, $7::bytea[]::text AS y, $8::date[]::text AS d, $9::text[] AS nothing`,
      [
        smallintArray([-1, null]),
        integerArray([2_147_483_647, -5]),
        bigintArray([Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, null, -1]),
        textArray(['é"\\,{}', null, '']),
        timestamptzArray([instant('1969-12-31T23:59:59.5Z'), instant('2026-10-25T02:30:00.123+02:00')]),
        uuidArray([Buffer.alloc(16, 0xab)]),
        byteaArray([Buffer.from([0, 255]), null]),
        dateArray([20_751]),
        textArray([]),
      ],
    );
    expect(row).toEqual({
      s: [-1, null],
      i: [2_147_483_647, -5],
      b: '{9007199254740991,-9007199254740991,NULL,-1}',
      t: ['é"\\,{}', null, ''],
      at: '{"1969-12-31 23:59:59.5+00","2026-10-25 00:30:00.123+00"}',
      u: '{abababab-abab-abab-abab-abababababab}',
      y: '{"\\\\x00ff",NULL}',
      d: '{2026-10-25}',
      nothing: [],
    });
  });

  it('gives instants as milliseconds, days as text and bigints exactly', async () => {
    const [row] = await test.database.query(
      "SELECT '2026-10-25T02:30:00.1239+02'::timestamptz AS at, '2026-10-25T02:30:00+02'::timestamptz AS whole, '2026-10-25'::date AS day, 9007199254740991 AS big",
    );
    expect(row).toEqual({
      at: instant('2026-10-25T00:30:00.123Z'),
      whole: instant('2026-10-25T00:30:00Z'),
      day: '2026-10-25',
      big: Number.MAX_SAFE_INTEGER,
    });
    await expect(test.database.query('SELECT 9007199254740993')).rejects.toThrow(/held exactly/);
  });

  it('puts an account into the same bucket in SQL and TypeScript', async () => {
    for (const account of ['A1001', 'é', 'x'.repeat(64)]) {
      const [row] = await test.database.query<{ bucket: number }>('SELECT platform.bucket_of($1) AS bucket', [
        account,
      ]);
      expect(row?.bucket).toBe(bucketOf(account));
    }
  });

  it('derives the same id from the same cause', () => {
    expect(causedId('finding', 'A1001', 1)).toBe(causedId('finding', 'A1001', '1'));
    expect(causedId('a', 'bc')).not.toBe(causedId('ab', 'c'));
    expect(causedId('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('has one business clock, which only goes forward', async () => {
    const clock = new BusinessClock(test.database, () => instant('2026-01-01T00:00:00Z'));
    expect(await clock.now()).toBe(instant('2026-01-01T00:00:00Z'));
    expect(await clock.stepTo(instant('2026-10-16T07:00:00+02:00'))).toMatchObject({ ok: true });
    expect(await clock.now()).toBe(instant('2026-10-16T07:00:00+02:00'));
    expect(await clock.stepTo(instant('2026-10-15T07:00:00+02:00'))).toMatchObject({
      ok: false,
      refusal: { code: 'clock-backwards' },
    });
  });

  it('tells errors by their SQLSTATE', async () => {
    const error = await test.database.query('SELECT 1 / 0').catch((thrown: unknown) => thrown);
    expect(sqlStateOf(error)).toBe('22012');
  });
});

describe('the kinds of table', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
    await test.database.query(`
      CREATE TABLE public.warm (bucket smallint, n int); CREATE TABLE public.cool (n int); CREATE TABLE public.unknown (n int);
      INSERT INTO platform.placement (relation, kind) VALUES ('public.warm', 'hot'), ('public.cool', 'coordinator')`);
  });
  afterAll(async () => test.drop());

  const write = (...statements: string[]) =>
    test.database.transaction(async (transaction) => {
      for (const statement of statements) await transaction.query(statement);
    });

  it('one bucket of hot rows, or coordinator tables, may be written', async () => {
    await write('INSERT INTO public.warm VALUES (1, 1), (1, 2)');
    await write('INSERT INTO public.cool VALUES (1)');
    await test.database.callBucket('warm', 'INSERT INTO public.warm VALUES (2, $1)', [1]);
  });

  it('a transaction that writes both, two buckets, or an undeclared table fails and leaves nothing', async () => {
    await expect(
      write('INSERT INTO public.warm VALUES (3, 1)', 'INSERT INTO public.cool VALUES (3)'),
    ).rejects.toThrow(/warm \(hot\)/);
    await expect(write('INSERT INTO public.warm VALUES (4, 1), (5, 1)')).rejects.toThrow(/buckets/);
    await expect(write('INSERT INTO public.unknown VALUES (1)')).rejects.toThrow(/not declared/);
    await expect(
      test.database.callBucket('two', 'INSERT INTO public.warm VALUES (6, $1), (7, $1)', [1]),
    ).rejects.toThrow(/buckets/);
    const [row] = await test.database.query('SELECT count(*) AS n, max(bucket) AS highest FROM public.warm');
    expect(row).toEqual({ n: 3, highest: 2 });
  });
});

describe('the declared kinds', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(async () => test.drop());

  it('name exactly the tables that exist', async () => {
    const rows = await test.database.query(`
      SELECT c.relation AS undeclared, p.relation AS missing FROM (
        SELECT format('%s.%s', n.nspname, t.relname) AS relation FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
        WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')) c
      FULL JOIN platform.placement p USING (relation) WHERE c.relation IS NULL OR p.relation IS NULL`);
    expect(rows).toEqual([]);
  });

  it('hot tables have a bucket in every key and no trigger, identity or foreign key to others', async () => {
    const rows = await test.database.query(`
      SELECT p.relation, i.indexrelid::regclass::text AS key FROM platform.placement p
      JOIN pg_index i ON i.indrelid = p.relation::regclass AND i.indisunique
      WHERE p.kind = 'hot' AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        AND a.attname = 'bucket' AND a.attnotnull AND a.atttypid = 'smallint'::regtype)
      UNION ALL
      SELECT p.relation, 'no primary key' FROM platform.placement p
      WHERE p.kind = 'hot' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = p.relation::regclass AND i.indisprimary)
      UNION ALL
      SELECT p.relation, t.tgname FROM platform.placement p JOIN pg_trigger t ON t.tgrelid = p.relation::regclass AND NOT t.tgisinternal
      WHERE p.kind IN ('hot', 'reference')
      UNION ALL
      SELECT p.relation, a.attname FROM platform.placement p JOIN pg_attribute a ON a.attrelid = p.relation::regclass
      WHERE p.kind = 'hot' AND a.attidentity <> ''
      UNION ALL
      SELECT p.relation, f.conname FROM platform.placement p JOIN pg_constraint f ON f.conrelid = p.relation::regclass AND f.contype = 'f'
      JOIN platform.placement o ON o.relation::regclass = f.confrelid AND o.kind <> p.kind`);
    expect(rows).toEqual([]);
  });
});
