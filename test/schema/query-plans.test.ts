import { FIND_KNOWN_CALLS } from '#call-log/store/known-calls.js';
import { READ_PAGE } from '#call-log/store/rated-call-reader.js';
import { READ_FEED } from '#event-store/feed.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { READ_DAILY_USAGE } from '#usage/store/usage-reader.js';

const ROWS = 100_000;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

describe('the hot queries at 100,000 rows', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
    for (const month of ['2026-08-01', '2026-09-01', '2026-10-01'])
      await test.database.query('SELECT cdr.ensure_month($1::date)', [month]);
    await test.database.query(
      `INSERT INTO cdr.call_record (bucket, direction, disposition, covered, test, talk_seconds, billed_seconds, seq, regular_charge, charge,
         started_at, ended_at, call_key, content_hash, batch, account_id, source, call_id, to_number)
       SELECT n % 256, 0, 0, false, false, 60, 60, n / 256, 100, 100, at, at, md5(n::text)::uuid, md5(n::text)::uuid, md5('batch')::uuid,
         'A' || (n % 500), 'switch', n::text, '+31201234567'
       FROM (SELECT n, '2026-08-01'::timestamptz + n * interval '75 seconds' AS at FROM generate_series(1, $1) n) made`,
      [ROWS],
    );
    await test.database.query(
      `INSERT INTO cdr.call_rating (bucket, covered, covered_before, billed_seconds, talk_seconds, direction, seq, regular_charge, charge,
         regular_charge_before, charge_before, reference_position, started_at, call_key, cause, account_id)
       SELECT bucket, false, false, 60, 60, 0, seq + 1000000, 100, 100, 100, 100, 1, started_at, call_key, call_key, account_id
       FROM cdr.call_record WHERE seq % 5 = 0`,
    );
    await test.database.query(
      `INSERT INTO usage.daily (bucket, version, day, calls, covered_calls, seconds, covered_seconds, charge, regular_charge, account_id, class)
       SELECT n % 256, 1, '2026-08-01'::date + n / 1280, 1, 0, 60, 0, 0, 0, 'A' || (n % 1280), 'nl-fixed' FROM generate_series(1, $1) n`,
      [ROWS],
    );
    await test.database.query(
      `INSERT INTO es.event (stream_id, stream_version, event_id, event_type, schema_version, data, metadata, occurred_at)
       SELECT 'counter-' || n, 1, gen_random_uuid(), 'counter.counted', 1, '{}', '{}', now() FROM generate_series(1, $1) n`,
      [ROWS],
    );
    await test.database.query('ANALYZE');
  }, 120_000);
  afterAll(async () => test.drop());

  /** Every scan of a plan: with its index, or the table that it reads from end to end. */
  async function scansOf(sql: string, values: readonly unknown[]): Promise<string[]> {
    const [row] = await test.database.query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(
      `EXPLAIN (FORMAT JSON) ${sql}`,
      values,
    );
    const scans = (plan: Plan): string[] => [
      ...(plan['Index Name'] === undefined
        ? []
        : [plan['Index Name'].replace(/call_record_\d{4}_\d{2}_/, '')]),
      ...(plan['Node Type'] === 'Seq Scan' ? [`all of ${plan['Relation Name'] ?? '?'}`] : []),
      ...(plan.Plans ?? []).flatMap(scans),
    ];
    const root = row?.['QUERY PLAN'][0]?.Plan;
    return root === undefined ? [] : [...new Set(scans(root))].toSorted();
  }

  it('known calls of a batch are found along the key of each month', async () => {
    const keys = Array.from(
      { length: 2_000 },
      (_unused, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    );
    const scans = await scansOf(FIND_KNOWN_CALLS, [keys, '2026-08-01T00:00:00Z']);
    // The default partition is empty here, and read from end to end at no cost.
    expect(scans.filter((scan) => !scan.includes('stray'))).toEqual(['pkey']);
  });

  it('a page of an account is read along the index of its bucket, account and start', async () => {
    const from = Date.UTC(2026, 8, 1);
    const scans = await scansOf(READ_PAGE, [
      13,
      'A13',
      from,
      from + 30 * 86_400_000,
      md5Key,
      Number.MAX_SAFE_INTEGER,
      0,
      5_000,
    ]);
    expect(scans.filter((scan) => scan.startsWith('all of') && !scan.includes('stray'))).toEqual([]);
    expect(scans).toContain('call_rating_pk');
    expect(scans.some((scan) => scan.includes('bucket_account_id_started_at'))).toBe(true);
  });

  it('usage of an account is read along the key of its bucket', async () => {
    const scans = await scansOf(READ_DAILY_USAGE, [13, 'A13', '2026-08-01', '2026-08-31']);
    expect(scans).toContain('daily_pk');
    expect(scans).not.toContain('all of daily');
  });

  it('the feed is read along the positions, from wherever a reader is', async () => {
    expect(await scansOf(READ_FEED, [ROWS - 1_000, ROWS, null, 500])).toEqual(['event_position']);
    expect(await scansOf(READ_FEED, [ROWS - 1_000, ROWS, ['counter.counted'], 500])).toEqual([
      'event_position',
    ]);
    expect(await scansOf('SELECT max(position) FROM es.event', [])).toEqual(['event_position']);
  });
});

const md5Key = '00000000-0000-0000-0000-000000000000';
