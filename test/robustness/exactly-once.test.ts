import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { instant } from '#calendar/instant.js';
import { LogProjection } from '#call-log/domain/log-entry.js';
import type { ReferenceData } from '#call-log/domain/rate-record.js';
import { type BatchResult, type RawBatch, batchIdOf } from '#call-log/store-batch/batch.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { readReferenceHead } from '#catalogue/store/reference-head.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { Database } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import { type CallLogUnderTest, loadExampleReference, startCallLog } from '../harness/reference.js';

const NOW = instant('2026-10-31T12:00:00Z');
const BAKERY = '+31302000101';
const BIKES = '+31502000201';

interface CallChange {
  readonly from?: string;
  readonly to?: string;
  readonly minute?: number;
  readonly seconds?: number;
  readonly day?: string;
}
/** A call of a known seat; `minute` moves its start within an hour. */
const call = (
  id: string,
  { from = BAKERY, to = '+31201234567', minute = 0, seconds = 60, day = '2026-10-20' }: CallChange = {},
) => {
  const start = Date.parse(`${day}T10:00:00+02:00`) + minute * 60_000;
  return {
    source: 'switch-1',
    id,
    direction: 'outbound',
    from,
    to,
    startedAt: new Date(start).toISOString(),
    answeredAt: new Date(start).toISOString(),
    endedAt: new Date(start + seconds * 1000).toISOString(),
  };
};
const batch = (origin: string, records: readonly object[]): RawBatch => ({
  origin,
  records: records.map((record, index) => ({
    position: index + 1,
    bytes: Buffer.from(JSON.stringify(record)),
  })),
});
const outcomesOf = (result: BatchResult) => result.outcomes.map(({ outcome }) => outcome);

/** A database that fails at its n-th statement: before it was sent, or after it was carried out and the answer got lost. */
class FailingDatabase {
  statements = 0;

  constructor(
    private readonly real: Database,
    private readonly failAt: number,
    private readonly mode: 'before' | 'after',
  ) {}

  get asDatabase(): Database {
    return new Proxy(this.real, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...values: unknown[]) => this.run(() => Reflect.apply(value, target, values) as unknown);
      },
    });
  }

  private async run(work: () => unknown): Promise<unknown> {
    this.statements += 1;
    const fails = this.statements === this.failAt;
    if (fails && this.mode === 'before') throw new Error('killed');
    const result = await work();
    if (fails) throw new Error('killed');
    return result;
  }
}

describe('a batch of calls', () => {
  let fairline: CallLogUnderTest;
  let writer: CallLogWriter;
  let reference: ReferenceDataReader;
  let projection: LogProjection;
  beforeAll(async () => {
    fairline = await startCallLog();
    await loadExampleReference(fairline.commands);
    writer = fairline.module.get(CallLogWriter);
    reference = fairline.module.get(ReferenceDataReader);
    projection = fairline.module.get(LogProjection);
  });
  afterAll(async () => fairline.close());

  const query = <Row>(sql: string, values: readonly unknown[] = []) =>
    fairline.test.database.query<Row>(sql, values);
  const storedLike = async (pattern: string) =>
    (
      await query<{ id: string }>(
        'SELECT call_id AS id FROM cdr.call_record WHERE call_id LIKE $1 ORDER BY call_id',
        [pattern],
      )
    ).map(({ id }) => id);
  const quarantinedFrom = async (origin: string) =>
    (
      await query<{ code: string }>(
        'SELECT code FROM ingest.quarantine WHERE origin = $1 ORDER BY at_position',
        [origin],
      )
    ).map(({ code }) => code);
  /** Usage is a projection of the log: whatever happened, they agree. */
  const expectUsageToAgree = async () => {
    const [sums] = await query<Record<string, unknown>>(
      `SELECT (SELECT sum(calls)::int FROM usage.current) AS calls, (SELECT sum(charge)::bigint FROM usage.current) AS charge,
         (SELECT count(*)::int FROM cdr.call_record) AS "logCalls", (SELECT sum(charge)::bigint FROM cdr.call_record) AS "logCharge",
         (SELECT count(*)::int FROM cdr.bucket_head h WHERE h.last_seq <> (SELECT count(*) FROM cdr.call_record c WHERE c.bucket = h.bucket)) AS gaps`,
    );
    expect(sums).toMatchObject({ calls: sums?.logCalls, charge: sums?.logCharge, gaps: 0 });
  };

  it.each(['before', 'after'] as const)(
    'that fails at any of its statements, %s it was carried out, is whole after a retry',
    async (mode) => {
      let reached = 0;
      for (let failAt = 1; failAt <= 30; failAt += 1) {
        const name = `${mode}-${failAt}-`;
        const work = batch(`file:${name}`, [
          call(`${name}1`),
          call(`${name}2`, { from: BIKES }),
          call(`${name}3`, { minute: 5 }),
          call(`${name}3`, { minute: 5, seconds: 61 }),
          call(`${name}4`, { to: '+81312345678', from: BIKES }),
          call(`${name}5`, { from: '+31999999999' }),
        ]);
        const failing = new FailingDatabase(fairline.test.database, failAt, mode);
        const killed = new CallLogWriter(failing.asDatabase, reference, projection, { connections: 1 });
        const failed = await killed.storeBatch(work, NOW).then(
          () => false,
          (error: Error) => error.message === 'killed',
        );
        await writer.storeBatch(work, NOW);
        expect([failAt, await storedLike(`${name}%`)]).toEqual([
          failAt,
          [`${name}1`, `${name}2`, `${name}3`],
        ]);
        expect([failAt, await quarantinedFrom(work.origin)]).toEqual([
          failAt,
          ['conflict', 'no-rate', 'unknown-account'],
        ]);
        const [row] = await query(
          'SELECT read, accepted, duplicates, quarantined FROM ingest.batch WHERE id = $1',
          [batchIdOf(work)],
        );
        expect([failAt, row]).toEqual([failAt, { read: 6, accepted: 3, duplicates: 0, quarantined: 3 }]);
        if (!failed) break;
        reached = failAt;
      }
      expect(reached).toBeGreaterThanOrEqual(7);
      await expectUsageToAgree();
    },
  );

  it('that two processes store at the same moment is stored once, and only one of them says accepted', async () => {
    const other = new CallLogWriter(await fairline.test.connect(), reference, projection, { connections: 2 });
    for (let round = 0; round < 5; round += 1) {
      const work = batch(`file:twice-${round}`, [
        ...Array.from({ length: 20 }, (_unused, n) =>
          call(`twice-${round}-${n}`, { minute: n, from: n % 2 === 0 ? BAKERY : BIKES }),
        ),
        call(`twice-${round}-x`, { from: '+31999999999' }),
      ]);
      const results = await Promise.all([writer.storeBatch(work, NOW), other.storeBatch(work, NOW)]);
      const accepted = results.flatMap(outcomesOf).filter((outcome) => outcome === 'accepted');
      expect(accepted).toHaveLength(20);
      expect(await storedLike(`twice-${round}-%`)).toHaveLength(20);
      expect(await quarantinedFrom(work.origin)).toEqual(['unknown-account']);
    }
    await expectUsageToAgree();
  });

  it('calls in two batches at the same moment are each stored once', async () => {
    const other = new CallLogWriter(await fairline.test.connect(), reference, projection, { connections: 2 });
    const calls = Array.from({ length: 30 }, (_unused, n) => call(`both-${n}`, { minute: n }));
    const [first, second] = await Promise.all([
      writer.storeBatch(batch('file:both-1', calls), NOW),
      other.storeBatch(batch('file:both-2', calls.toReversed()), NOW),
    ]);
    expect([first, second].flatMap(outcomesOf).toSorted()).toEqual([
      ...Array.from({ length: 30 }, () => 'accepted'),
      ...Array.from({ length: 30 }, () => 'duplicate'),
    ]);
    expect(await storedLike('both-%')).toHaveLength(30);
    await expectUsageToAgree();
  });

  it('the same id under another account or with another start is a conflict; its neighbours are taken', async () => {
    const first = await writer.storeBatch(
      batch('file:conflict-1', [
        call('conflict-a'),
        call('conflict-a', { from: BIKES }),
        call('conflict-a', { minute: 7 }),
        call('conflict-a'),
        call('innocent-1'),
        call('innocent-2', { from: BIKES }),
      ]),
      NOW,
    );
    expect(outcomesOf(first)).toEqual([
      'accepted',
      'conflict',
      'conflict',
      'duplicate',
      'accepted',
      'accepted',
    ]);
    const later = await writer.storeBatch(
      batch('file:conflict-2', [
        call('innocent-3', { from: BIKES }),
        call('conflict-a', { from: BIKES }),
        call('conflict-a', { minute: 60 * 24 * 9 }),
        call('conflict-a'),
        call('innocent-4'),
      ]),
      NOW,
    );
    expect(outcomesOf(later)).toEqual(['accepted', 'conflict', 'conflict', 'duplicate', 'accepted']);
    expect(later.outcomes[1]?.reason).toBe(
      `switch-1 sent conflict-a before with other content: user korenaar-1 → zadel-1, from ${BAKERY} → ${BIKES}.`,
    );
    expect(first.outcomes[1]?.reason).toBe(later.outcomes[1]?.reason);
    expect(await storedLike('conflict-%')).toEqual(['conflict-a']);
  });

  it('a record kept in quarantine is there once however often its file is loaded', async () => {
    const work = batch('file:kept', [
      call('kept-1', { to: '+81312345678' }),
      call('kept-2', { from: '+31999999999' }),
      { not: 'a call' },
    ]);
    const codes = ['no-rate', 'unknown-account', 'invalid'];
    for (let n = 0; n < 3; n += 1) expect(outcomesOf(await writer.storeBatch(work, NOW))).toEqual(codes);
    expect(await quarantinedFrom('file:kept')).toEqual(codes);
  });

  it('a retry finds the accounts that the first attempt found, whatever was assigned in between', async () => {
    const work = batch('file:pinned', [call('pinned-1'), call('pinned-2', { from: '+31502000999' })]);
    const killed = new CallLogWriter(
      new FailingDatabase(fairline.test.database, 5, 'before').asDatabase,
      reference,
      projection,
    );
    await expect(killed.storeBatch(work, NOW)).rejects.toThrow('killed');
    expect(await storedLike('pinned-%')).toEqual([]);
    acceptedOrThrow(
      await fairline.commands.execute(
        new LoadAccounts(
          JSON.stringify({
            kind: 'account',
            id: 'A1999',
            name: 'Nieuw B.V.',
            language: 'nl',
            address: { street: 'Kade 1', postcode: '9711 CD', city: 'Groningen', country: 'NL' },
            contacts: [{ role: 'billing', email: 'nieuw@example.com' }],
            numbers: ['+31502000999'],
            users: [],
            subscriptions: [{ plan: 'metered', seats: 1, from: '2026-01-01' }],
            addOns: [],
            allowedNetworks: [],
          }),
        ),
      ),
    );
    expect(outcomesOf(await writer.storeBatch(work, NOW))).toEqual(['accepted', 'unknown-account']);
    expect(await quarantinedFrom('file:pinned')).toEqual(['unknown-account']);
    const elsewhere = batch('file:pinned-later', [call('pinned-2', { from: '+31502000999' })]);
    expect(outcomesOf(await writer.storeBatch(elsewhere, NOW))).toEqual(['accepted']);
    // And the first file again: the call is known by now, its line stays in quarantine.
    expect(outcomesOf(await writer.storeBatch(work, NOW))).toEqual(['duplicate', 'unknown-account']);
  });

  it('rated by reference data older than its bucket is refused, and rated again by what holds now', async () => {
    const position = await readReferenceHead(fairline.test.database);
    await query('UPDATE cdr.bucket_head SET reference_position = $1 WHERE bucket = $2', [
      position,
      bucketOf('A1001'),
    ]);
    const asked: string[] = [];
    const late = Object.assign(Object.create(ReferenceDataReader.prototype) as ReferenceDataReader, {
      at: (wanted: number) => reference.at(wanted),
      current: async (): Promise<ReferenceData> => {
        asked.push('current');
        const now = await reference.current();
        // When the batch is pinned and when its first attempt is rated, it has not heard of the last change yet.
        return asked.length <= 2 ? { ...now, position: position - 1 } : now;
      },
    });
    const stale = new CallLogWriter(fairline.test.database, late, projection, { connections: 1 });
    expect(outcomesOf(await stale.storeBatch(batch('file:stale', [call('stale-1')]), NOW))).toEqual([
      'accepted',
    ]);
    expect(asked).toHaveLength(3);
    expect(await storedLike('stale-%')).toEqual(['stale-1']);
    await expectUsageToAgree();
  });

  it('calls of an old month among new ones, and then calls of that month alone, are all stored', async () => {
    const old = { day: '2024-03-05', from: BAKERY };
    const test = (id: string) => ({ ...call(id, old), account: 'A1001' });
    const first = await writer.storeBatch(batch('file:old-1', [call('old-1'), test('old-2')]), NOW);
    const second = await new CallLogWriter(fairline.test.database, reference, projection).storeBatch(
      batch('file:old-2', [test('old-3')]),
      NOW,
    );
    // Without a subscription in 2024 they wait in quarantine; what matters is that the load went on.
    expect([...outcomesOf(first), ...outcomesOf(second)]).toEqual([
      'accepted',
      'no-subscription',
      'no-subscription',
    ]);
    await query(
      `INSERT INTO cdr.call_record (bucket, direction, disposition, covered, test, talk_seconds, billed_seconds, seq, regular_charge, charge,
         started_at, ended_at, call_key, content_hash, batch, account_id, source, call_id, to_number)
       VALUES (255, 0, 1, false, false, 0, 0, -1, 0, 0, '2023-05-05', '2023-05-05', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'x', 's', 'i', '112')`,
    );
    await expect(query("SELECT cdr.ensure_month('2023-05-01')")).resolves.toHaveLength(1);
    await expect(query("SELECT cdr.ensure_month('2023-06-01')")).resolves.toHaveLength(1);
    const made = await query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relname LIKE 'call_record_2023_0_'",
    );
    expect(made.map(({ name }) => name)).toEqual(['call_record_2023_06']);
    await query('DELETE FROM cdr.call_record WHERE bucket = 255 AND seq = -1');
  });
});

describe('the identity of a batch', () => {
  const lines = (...texts: string[]): RawBatch['records'] =>
    texts.map((text, index) => ({ position: index + 1, bytes: Buffer.from(text) }));

  it('is its origin, place and bytes: another file of the same name and length is another batch', () => {
    const id = batchIdOf({ origin: 'file:october.jsonl', records: lines('a', 'b') });
    expect(batchIdOf({ origin: 'file:october.jsonl', records: lines('a', 'b') })).toBe(id);
    expect(batchIdOf({ origin: 'file:october.jsonl', records: lines('a', 'c') })).not.toBe(id);
    expect(batchIdOf({ origin: 'file:november.jsonl', records: lines('a', 'b') })).not.toBe(id);
    expect(batchIdOf({ origin: 'file:october.jsonl', records: lines('x', 'a', 'b').slice(1) })).not.toBe(id);
    expect(batchIdOf({ origin: 'file:october.jsonl', records: lines('ab', '') })).not.toBe(id);
  });
});
