import { instant } from '#calendar/instant.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { type CoveredCall, READ_JUDGED_CALLS, judgedCallsOf, readLogCursor } from './judged-call-reader.js';

const FROM = instant('2026-08-01T00:00:00Z');
const TO = instant('2026-10-01T00:00:00Z');
const BUCKET = 7;

/** Straight into the log: what is read is the subject here, not how calls come in. */
async function store(test: TestDatabase, calls: string): Promise<void> {
  await test.database.query(
    `INSERT INTO cdr.call_record (bucket, direction, disposition, covered, test, talk_seconds, billed_seconds, seq, regular_charge, charge,
       started_at, answered_at, ended_at, call_key, content_hash, batch, account_id, source, call_id, user_id, from_number, to_number, plan)
     SELECT c.bucket, c.direction, 0, c.covered, c.test, c.talk, c.talk, c.seq, 0, 0, c.at, c.at, c.at + make_interval(secs => c.talk),
       gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), c.account, 'switch-1', c.id, c.usr, '+31301', '+31201', c.plan
     FROM (${calls}) AS c(bucket, account, seq, id, at, talk, direction, covered, test, usr, plan)`,
  );
}

describe('reading judged calls', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
    await test.database.query(
      "SELECT cdr.ensure_month(m::date) FROM generate_series('2026-08-01'::date, '2026-09-01', '1 month') m",
    );
  });
  afterAll(async () => test.drop());

  const read = async (throughSeq: number): Promise<CoveredCall[]> =>
    test.database.snapshot(async (snapshot) => {
      const calls: CoveredCall[] = [];
      const wanted = {
        bucket: BUCKET,
        accounts: ['A', 'B'],
        plans: ['unlimited'],
        from: FROM,
        to: TO,
        throughSeq,
      };
      for await (const page of judgedCallsOf(snapshot, wanted)) calls.push(...page);
      return calls;
    });

  it('takes outbound calls with talk time that unlimited calling covered, and nothing else', async () => {
    const at = "'2026-08-05T10:00:00Z'::timestamptz";
    await store(
      test,
      `VALUES (${BUCKET}, 'A', 1, 'judged', ${at}, 60, 0, true, false, 'u1', 'unlimited'),
        (${BUCKET}, 'A', 2, 'inbound', ${at}, 60, 1, true, false, 'u1', 'unlimited'),
        (${BUCKET}, 'A', 3, 'internal', ${at}, 60, 2, true, false, 'u1', 'unlimited'),
        (${BUCKET}, 'A', 4, 'unanswered', ${at}, 0, 0, true, false, 'u1', 'unlimited'),
        (${BUCKET}, 'A', 5, 'charged', ${at}, 60, 0, false, false, 'u1', 'unlimited'),
        (${BUCKET}, 'A', 6, 'test user', ${at}, 60, 0, true, true, 'u1', 'unlimited'),
        (${BUCKET}, 'A', 7, 'other policy', ${at}, 60, 0, true, false, 'u1', 'other'),
        (${BUCKET}, 'A', 8, 'too early', ${at} - interval '1 month', 60, 0, true, false, 'u1', 'unlimited'),
        (${BUCKET}, 'B', 9, 'no user', ${at}, 60, 0, true, false, NULL, 'unlimited'),
        (${BUCKET}, 'C', 10, 'other account', ${at}, 60, 0, true, false, 'u1', 'unlimited')`,
    );
    const calls = await read(100);
    expect(calls.map(({ account, callKey, user }) => [account, callKey.split('\n')[1], user])).toEqual([
      ['A', 'judged', 'u1'],
      ['B', 'no user', '+31301'],
    ]);
  });

  it('reads the log as it was at a cursor: later calls and later ratings are not there', async () => {
    expect((await read(8)).map((call) => call.account)).toEqual(['A']);
    await test.database.query(
      `INSERT INTO cdr.call_rating (bucket, covered, covered_before, billed_seconds, talk_seconds, direction, seq, regular_charge, charge,
         regular_charge_before, charge_before, reference_position, started_at, call_key, cause, account_id, plan)
       SELECT bucket, false, true, 60, 60, 0, 20, 0, 0, 0, 0, 1, started_at, call_key, gen_random_uuid(), account_id, 'metered'
       FROM cdr.call_record WHERE call_id = 'judged'`,
    );
    expect((await read(19)).map((call) => call.account)).toEqual(['A', 'B']);
    expect((await read(20)).map((call) => call.account)).toEqual(['B']);
  });

  it('the cursor of the log holds each bucket', async () => {
    expect(await readLogCursor(test.database)).toHaveLength(256);
  });

  it('walks the index of the account in each month, and looks ratings up by key, among 200,000 calls', async () => {
    await store(
      test,
      `SELECT n % 16, 'V' || n % 200, 1000 + n, 'v' || n, '2026-08-01T00:00:00Z'::timestamptz + n * interval '26 seconds', 60, 0, true, false, 'u', 'unlimited'
       FROM generate_series(1, 200000) AS n`,
    );
    await test.database.query(
      `INSERT INTO cdr.call_rating (bucket, covered, covered_before, billed_seconds, talk_seconds, direction, seq, regular_charge, charge,
         regular_charge_before, charge_before, reference_position, started_at, call_key, cause, account_id, plan)
       SELECT bucket, true, true, 60, 60, 0, 300000 + seq, 0, 0, 0, 0, 1, started_at, call_key, gen_random_uuid(), account_id, plan
       FROM cdr.call_record WHERE seq % 10 = 0 AND seq > 1000`,
    );
    await test.database.query('ANALYZE cdr.call_record, cdr.call_rating');
    const accounts = Array.from({ length: 12 }, (_unused, index) => `V${7 + index * 16}`);
    const plan = await test.database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${READ_JUDGED_CALLS}`, [
      BUCKET,
      accounts,
      instant('2026-08-20T00:00:00Z'),
      instant('2026-08-27T00:00:00Z'),
      1_000_000,
      ['unlimited'],
    ]);
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(text).toContain('call_record_2026_08_bucket_account_id_started_at_idx');
    expect(text).toContain('call_rating_pk');
    expect(text).not.toContain('Seq Scan on call_record_2026');
    expect(text).not.toContain('call_record_2026_09');
  });
});
