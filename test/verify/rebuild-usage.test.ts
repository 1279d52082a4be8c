import fc from 'fast-check';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Instant, formatInstant, instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BUCKETS, bucketOf } from '#platform/identity/ids.js';
import { RebuildUsage, type RebuildUsageOptions } from '#usage/rebuild-usage/rebuild-usage.js';
import { verifyUsage } from '#usage/verify-usage/verify-usage.js';
import { type CallLogUnderTest, loadExampleReference, startCallLog } from '../harness/reference.js';
import { changePlan } from './plan-change.js';

const NOW = instant('2026-11-20T00:00:00Z');

describe('usage, counted as calls come in, rebuilt, and counted by SQL', () => {
  let fairline: CallLogUnderTest;
  let serial = 0;
  beforeAll(async () => {
    fairline = await startCallLog();
    await loadExampleReference(fairline.commands);
  });
  afterAll(async () => fairline.close());

  const rebuild = (options: RebuildUsageOptions = {}) => fairline.commands.execute(new RebuildUsage(options));
  const figures = () =>
    fairline.test.database.query(
      `SELECT account_id, day, class, calls, covered_calls, seconds, covered_seconds, charge, regular_charge FROM usage.current
       WHERE (calls, covered_calls, seconds, covered_seconds, charge, regular_charge) <> (0, 0, 0, 0, 0, 0) ORDER BY 1, 2, 3`,
    );
  const store = async (calls: readonly RandomCall[]) => {
    const records = calls.map((call, position) => {
      serial += 1;
      return { position, bytes: Buffer.from(JSON.stringify(recordOf(call, serial))) };
    });
    serial += 1;
    return fairline.module.get(CallLogWriter).storeBatch({ origin: `test-${serial}`, records }, NOW);
  };

  it('are the same on random histories across midnights, both odd nights and later ratings', async () => {
    let plan = 'unlimited';
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomCall, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        async (calls, pageSize) => {
          expect((await store(calls)).counts.quarantined).toEqual({});
          plan = plan === 'unlimited' ? 'metered' : 'unlimited';
          await changePlan(fairline, { account: 'A1001', plan, from: localDate('2026-10-24') });
          const live = await figures();
          expect(await verifyUsage(fairline.test.database)).toMatchObject({ differences: [] });
          acceptedOrThrow(await rebuild({ pageSize }));
          expect(await figures()).toEqual(live);
          expect(await verifyUsage(fairline.test.database)).toMatchObject({ differences: [] });
        },
      ),
      { numRuns: 5 },
    );
  }, 300_000);

  it('a wrong figure is right again after a rebuild, and nothing of the old version is left', async () => {
    await store([
      {
        at: instant('2026-10-20T10:00:00Z'),
        ringSeconds: 5,
        talkSeconds: 60,
        to: '+31201234567',
        direction: 'outbound',
      },
    ]);
    const right = await figures();
    await fairline.test.database.query(
      "UPDATE usage.daily SET seconds = seconds + 1 WHERE account_id = 'A1001'",
    );
    expect(await figures()).not.toEqual(right);
    const progress: number[] = [];
    const done = acceptedOrThrow(await rebuild({ onProgress: ({ buckets }) => progress.push(buckets) }));
    expect(await figures()).toEqual(right);
    expect(done).toMatchObject({ buckets: BUCKETS, ofBuckets: BUCKETS });
    expect(progress.at(-1)).toBe(BUCKETS);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    const rest = await fairline.test.database.query(
      'SELECT FROM usage.daily d LEFT JOIN usage.projection p USING (bucket, version) WHERE p.state IS DISTINCT FROM $1',
      ['live'],
    );
    expect(rest).toEqual([]);
  });

  it('calls that come in while it runs are in the rebuilt version, and can be read before the switch', async () => {
    await store(manyCalls(30));
    let written = 0;
    const seen: unknown[] = [];
    const between = async () => {
      while (written < 5) {
        written += 1;
        await store(manyCalls(3));
        seen.push((await figures()).length);
      }
    };
    let writing: Promise<void> | undefined;
    acceptedOrThrow(
      await rebuild({
        pageSize: 2,
        onProgress: ({ entries }) => {
          if (entries > 0) writing ??= between();
        },
      }),
    );
    await writing;
    expect(seen.every((rows) => Number(rows) > 0)).toBe(true);
    expect(await verifyUsage(fairline.test.database)).toMatchObject({ differences: [] });
    const live = await figures();
    acceptedOrThrow(await rebuild());
    expect(await figures()).toEqual(live);
  });

  it('a second rebuild at the same time is refused and the first one ends well', async () => {
    const results = await Promise.all([rebuild({ pageSize: 3 }), rebuild({ pageSize: 3 })]);
    expect(results.map((result) => (result.ok ? 'done' : result.refusal.code)).toSorted()).toEqual([
      'done',
      'rebuild-running',
    ]);
    expect(await verifyUsage(fairline.test.database)).toMatchObject({ differences: [] });
  });

  it('stopped in the middle it leaves the live figures, and the next one starts again', async () => {
    const before = await figures();
    const stop = new AbortController();
    const stopped = await rebuild({ pageSize: 1, signal: stop.signal, onProgress: () => stop.abort() });
    expect(stopped).toMatchObject({ ok: false, refusal: { code: 'interrupted' } });
    expect(await figures()).toEqual(before);
    acceptedOrThrow(await rebuild());
    expect(await figures()).toEqual(before);
  });

  it('what a killed rebuild has half filled is thrown away, not counted twice', async () => {
    const before = await figures();
    const bucket = bucketOf('A1001');
    const [built] = await fairline.test.database.query<{ version: number }>(
      'SELECT usage.begin_building($1) AS version',
      [bucket],
    );
    await fairline.test.database.query(
      `SELECT usage.apply($1, $2, 0, 1, '{A1001}', '{2026-10-05}', '{nl-fixed}', '{7}', '{7}', '{7}', '{7}', '{7}', '{7}')`,
      [bucket, built?.version],
    );
    expect(await figures()).toEqual(before);
    acceptedOrThrow(await rebuild());
    expect(await figures()).toEqual(before);
  });

  it('a version that has not seen the whole bucket is never switched to', async () => {
    const bucket = bucketOf('A1001');
    const before = await figures();
    const [built] = await fairline.test.database.query<{ version: number }>(
      'SELECT usage.begin_building($1) AS version',
      [bucket],
    );
    expect(
      await fairline.test.database.query('SELECT usage.switch($1, $2) AS switched', [bucket, built?.version]),
    ).toEqual([{ switched: false }]);
    expect(await figures()).toEqual(before);
  });
});

interface RandomCall {
  readonly at: Instant;
  readonly ringSeconds: number;
  readonly talkSeconds: number;
  readonly to: string;
  readonly direction: string;
}

/** Around the midnights and the two odd nights, where counting goes wrong first. */
const ODD = [
  '2026-10-25T00:00:00Z',
  '2026-10-24T22:00:00Z',
  '2026-03-29T01:00:00Z',
  '2026-03-28T23:00:00Z',
  '2026-10-21T22:00:00Z',
].map(instant);
const randomCall: fc.Arbitrary<RandomCall> = fc.record({
  at: fc.oneof(
    fc.integer({
      min: AMSTERDAM.startOfDay(localDate('2026-03-20')),
      max: AMSTERDAM.startOfDay(localDate('2026-11-10')),
    }),
    fc
      .tuple(fc.constantFrom(...ODD), fc.integer({ min: -7_200_000, max: 7_200_000 }))
      .map(([odd, off]) => odd + off),
  ) as fc.Arbitrary<Instant>,
  ringSeconds: fc.integer({ min: 0, max: 90 }),
  talkSeconds: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 900 }),
    fc.integer({ min: 1, max: 500_000 }),
  ),
  to: fc.constantFrom('+31201234567', '+31612345678', '112', '+31302000102', '+4930123456'),
  direction: fc.constantFrom('outbound', 'outbound', 'inbound', 'internal'),
});

function manyCalls(count: number): RandomCall[] {
  return Array.from({ length: count }, (_unused, index) => ({
    at: (instant('2026-10-22T21:59:00Z') + index * 1000) as Instant,
    ringSeconds: 1,
    talkSeconds: 30 + index,
    to: '+31201234567',
    direction: 'outbound',
  }));
}

function recordOf(call: RandomCall, serial: number) {
  const answered = (call.at + call.ringSeconds * 1000 + 137) as Instant;
  const talked = call.talkSeconds > 0;
  return {
    source: 'test',
    id: `t-${serial}`,
    account: 'A1001',
    direction: call.direction,
    from: '+31302000101',
    to: call.to,
    startedAt: formatInstant(call.at),
    answeredAt: talked ? formatInstant(answered) : null,
    endedAt: formatInstant(talked ? ((answered + call.talkSeconds * 1000) as Instant) : answered),
  };
}
