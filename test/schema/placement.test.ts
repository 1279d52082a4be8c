import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { Database } from '#platform/database/database.js';
import { assertSchemaVersion, migrate, migrationFiles } from '#platform/database/migrations.js';

/** Tables of ours: every schema but PostgreSQL's own; partitions belong to their parent. */
const OUR_TABLES = `
  SELECT t.oid, format('%s.%s', n.nspname, t.relname) AS relation
  FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
  WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg_temp%'`;

const CHECKS: Readonly<Record<string, string>> = {
  'every table is declared, and everything declared exists': `
    SELECT coalesce(c.relation, p.relation) AS found FROM (${OUR_TABLES}) c
    FULL JOIN platform.placement p USING (relation) WHERE c.relation IS NULL OR p.relation IS NULL`,
  'a hot table has a bucket smallint NOT NULL': `
    SELECT p.relation AS found FROM platform.placement p WHERE p.kind = 'hot' AND NOT EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = p.relation::regclass AND a.attname = 'bucket' AND a.attnotnull AND a.atttypid = 'smallint'::regtype)`,
  'a hot table has a primary key, and the bucket is in every primary key, unique key and exclusion': `
    SELECT format('%s: %s', p.relation, i.indexrelid::regclass) AS found FROM platform.placement p
    JOIN pg_index i ON i.indrelid = p.relation::regclass AND (i.indisunique OR i.indisexclusion)
    WHERE p.kind = 'hot' AND NOT EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND a.attname = 'bucket')
    UNION ALL
    SELECT format('%s: no primary key', p.relation) FROM platform.placement p WHERE p.kind = 'hot'
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = p.relation::regclass AND i.indisprimary)`,
  'a hot table has no trigger, rule, identity or sequence': `
    SELECT format('%s: trigger %s', p.relation, t.tgname) AS found FROM platform.placement p
    JOIN pg_trigger t ON t.tgrelid = p.relation::regclass AND NOT t.tgisinternal WHERE p.kind = 'hot'
    UNION ALL
    SELECT format('%s: rule %s', p.relation, r.rulename) FROM platform.placement p JOIN pg_rewrite r ON r.ev_class = p.relation::regclass WHERE p.kind = 'hot'
    UNION ALL
    SELECT format('%s: %s', p.relation, a.attname) FROM platform.placement p JOIN pg_attribute a ON a.attrelid = p.relation::regclass
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE p.kind = 'hot' AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%')`,
  'a foreign key stays within its kind': `
    SELECT f.conname::text AS found FROM pg_constraint f
    JOIN platform.placement own ON own.relation::regclass = f.conrelid
    JOIN platform.placement other ON other.relation::regclass = f.confrelid
    WHERE f.contype = 'f' AND own.kind <> other.kind`,
  'every constraint is named by us': `
    SELECT format('%s: %s', t.relation, c.conname) AS found FROM (${OUR_TABLES}) t JOIN pg_constraint c ON c.conrelid = t.oid
    JOIN pg_class k ON k.oid = t.oid
    WHERE c.contype <> 'n' AND t.relation <> 'public.schema_migration'
      AND c.conname ~ ('^' || k.relname || '_([a-z_]*_)?(pkey|key|fkey|check|excl)[0-9]*$')`,
  'every index is named by us': `
    SELECT format('%s: %s', t.relation, i.relname) AS found FROM (${OUR_TABLES}) t
    JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class k ON k.oid = t.oid
    WHERE t.relation <> 'public.schema_migration' AND i.relname ~ ('^' || k.relname || '_.*(_idx|_pkey|_key|_excl)[0-9]*$')`,
};

describe('the schema', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(async () => test.drop());

  const found = async (check: string) =>
    (await test.database.query<{ found: string }>(CHECKS[check] ?? '')).map((row) => row.found);

  it.each(Object.keys(CHECKS))('%s', async (check) => {
    expect(await found(check)).toEqual([]);
  });

  it('each of these checks finds what it is there for', async () => {
    await test.database.query(`
      CREATE TABLE public.undeclared (n int);
      CREATE TABLE public.cold_hot (n int GENERATED ALWAYS AS IDENTITY, m int UNIQUE, CHECK (n > 0));
      CREATE INDEX ON public.cold_hot (n);
      CREATE TRIGGER cold_hot_trigger BEFORE UPDATE ON public.cold_hot FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
      CREATE TABLE public.coordinating (m int, CONSTRAINT crossing FOREIGN KEY (m) REFERENCES public.cold_hot (m));
      INSERT INTO platform.placement (relation, kind) VALUES ('public.cold_hot', 'hot'), ('public.coordinating', 'coordinator')`);
    const all = Object.fromEntries(
      await Promise.all(Object.keys(CHECKS).map(async (check) => [check, (await found(check)).toSorted()])),
    );
    expect(Object.values(all)).toEqual([
      ['public.undeclared'],
      ['public.cold_hot'],
      ['public.cold_hot: cold_hot_m_key', 'public.cold_hot: no primary key'],
      ['public.cold_hot: n', 'public.cold_hot: trigger cold_hot_trigger'],
      ['crossing'],
      ['public.cold_hot: cold_hot_m_key', 'public.cold_hot: cold_hot_n_check'],
      ['public.cold_hot: cold_hot_m_key', 'public.cold_hot: cold_hot_n_idx'],
    ]);
    await test.database.query(`
      DELETE FROM platform.placement WHERE relation LIKE 'public.co%';
      DROP TABLE public.coordinating, public.cold_hot, public.undeclared`);
  });

  it('es.event is append-only by its triggers, and nobody is granted more', async () => {
    const triggers = await test.database.query<{ definition: string }>(
      "SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE tgrelid = 'es.event'::regclass AND NOT tgisinternal ORDER BY tgname",
    );
    expect(triggers.map(({ definition }) => definition)).toEqual([
      'CREATE TRIGGER event_append_only BEFORE DELETE OR UPDATE ON es.event FOR EACH ROW EXECUTE FUNCTION platform.refuse_change()',
      'CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON es.event FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()',
    ]);
    const granted = await test.database.query(
      "SELECT grantee, privilege_type FROM information_schema.role_table_grants WHERE table_schema = 'es' AND grantee = 'PUBLIC'",
    );
    expect(granted).toEqual([]);
  });
});

describe('a transaction of a test run', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
    await test.database.query('CREATE TABLE public.undeclared (n int)');
  });
  afterAll(async () => test.drop());

  const write = (...statements: string[]) =>
    test.database.transaction(async (transaction) => {
      for (const statement of statements) await transaction.query(statement);
    });
  const HOT = (bucket: number) =>
    `UPDATE cdr.bucket_head SET last_seq = last_seq + 1 WHERE bucket = ${bucket}`;
  const COORDINATOR =
    'INSERT INTO es.checkpoint (subscription, position) VALUES (gen_random_uuid()::text, 1)';
  const REFERENCE =
    "INSERT INTO rating.tariff_version (tariff, valid_from, fingerprint, charge_decimals, periods) VALUES (gen_random_uuid()::text, '2026-01-01', '', 4, '[]')";

  it('may write one bucket, or coordinator tables, or reference tables', async () => {
    await write(HOT(1), HOT(1));
    await write(COORDINATOR, COORDINATOR);
    await write(REFERENCE);
  });

  it.each([
    ['hot and coordinator tables', [HOT(1), COORDINATOR], /bucket_head \(hot\)/],
    ['reference and coordinator tables', [COORDINATOR, REFERENCE], /tariff_version \(reference\)/],
    ['hot and reference tables', [REFERENCE, HOT(1)], /bucket_head \(hot\)/],
    ['two buckets', [HOT(1), HOT(2)], /buckets 1, 2|buckets 2, 1/],
    ['a table that nobody declared', ['INSERT INTO public.undeclared VALUES (1)'], /not declared/],
    [
      'a table emptied and a bucket moved',
      [COORDINATOR, 'DELETE FROM es.checkpoint', COORDINATOR, HOT(3)],
      /hot/,
    ],
  ])('that writes %s fails', async (_what, statements, message) => {
    await expect(write(...statements)).rejects.toThrow(message);
  });

  it('is looked at on every connection of a test, also in a bucket function of its own', async () => {
    const another = await test.connect();
    await expect(
      another.callBucket(
        'two-buckets',
        'UPDATE cdr.bucket_head SET last_seq = last_seq + $1 WHERE bucket IN (4, 5)',
        [1],
      ),
    ).rejects.toThrow(/buckets/);
  });
});

describe('migrations', () => {
  it('run once when two programs start at the same moment, and a later run finds nothing to do', async () => {
    const test = await createTestDatabase();
    const url = new URL(test.url);
    const name = `${url.pathname.slice(1)}_empty`;
    await test.database.query(`CREATE DATABASE ${name}`);
    url.pathname = `/${name}`;
    const programs = await Promise.all([1, 2, 3].map(() => Database.connect({ url: url.href })));
    const done = await Promise.all(programs.map((program) => migrate(program)));
    expect(done.map((names) => names.length).toSorted((a, b) => a - b)).toEqual([
      0,
      0,
      migrationFiles().length,
    ]);
    const [first] = programs;
    expect(first === undefined ? undefined : await migrate(first)).toEqual([]);
    for (const program of programs) await program.close();
    await test.database.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await test.drop();
  });

  it('an older program refuses a newer schema: it neither starts nor migrates', async () => {
    const test = await createTestDatabase();
    await test.database.query(
      "INSERT INTO public.schema_migration (timestamp, name) VALUES (1999999999999, '9999-tomorrow1999999999999')",
    );
    await expect(assertSchemaVersion(test.database)).rejects.toThrow(/9999-tomorrow.*newer Fairline/);
    await expect(migrate(test.database)).rejects.toThrow(/newer Fairline/);
    await test.drop();
  });
});
