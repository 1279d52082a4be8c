import { localDate } from '#calendar/local-date.js';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { DiscardQuarantined } from '#call-log/quarantine/discard/discard-quarantined.js';
import { RedriveQuarantined } from '#call-log/quarantine/redrive/redrive-quarantined.js';
import { reconcileIntake } from '#call-log/reconcile/reconcile-intake.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';
import { reconcileUsage } from '#usage/reconcile-usage/reconcile-usage.js';
import { fixture } from '../harness/reference.js';
import { tampered } from '../verify/plan-change.js';
import { type QuarantineWorld, call, startQuarantineWorld } from './quarantine-world.js';

const FOR_EVER = [localDate('2000-01-01'), localDate('2099-12-31')] as const;
const OCTOBER = [localDate('2026-10-01'), localDate('2026-10-31')] as const;

describe('reconciliation', () => {
  let world: QuarantineWorld;
  beforeAll(async () => {
    world = await startQuarantineWorld();
    acceptedOrThrow(await world.commands.execute(new LoadCalls([fixture('examples/calls.jsonl')])));
  });
  afterAll(async () => world.close());

  const intake = (reader: VerifiedDatabase = world.test.database) => reconcileIntake(reader, ...FOR_EVER);
  const usage = (reader: VerifiedDatabase = world.test.database) => reconcileUsage(reader, ...OCTOBER);

  it('of the examples balances to the record, and says from where', async () => {
    const { origins, quarantine, differences, batchesInWork } = await intake();
    expect({ differences, batchesInWork }).toEqual({ differences: [], batchesInWork: 0 });
    expect(origins).toMatchObject([
      { origin: 'file:calls.jsonl', batches: 1, read: 17, stored: 10, duplicates: 1, quarantined: 6 },
    ]);
    expect(origins[0]?.bySource).toEqual({ 'switch-1': 10 });
    expect(quarantine).toMatchObject([{ origin: 'file:calls.jsonl', open: 6, keptBefore: 0 }]);
    const calls = await usage();
    expect(calls.differences).toEqual([]);
    expect(calls.days.reduce((sum, { stored }) => sum + stored, 0)).toBe(10);
    for (const day of calls.days) expect([day.counted, day.chargeCounted]).toEqual([day.stored, day.charged]);
  });

  it('still balances after a redrive, a discard and the same file again', async () => {
    await world.loadNewcomer('N1', '+31999999999');
    const redriven = acceptedOrThrow(
      await world.commands.execute(
        new RedriveQuarantined({ filter: { code: 'unknown-account' } }, 'finance'),
      ),
    );
    expect(redriven.accepted).toBe(1);
    acceptedOrThrow(
      await world.commands.execute(
        new DiscardQuarantined({ filter: { code: 'unreadable' } }, 'cut off', 'finance', { expected: 1 }),
      ),
    );
    acceptedOrThrow(await world.commands.execute(new LoadCalls([fixture('examples/calls.jsonl')])));
    const { origins, quarantine, differences } = await intake();
    expect(differences).toEqual([]);
    expect(origins).toMatchObject([
      { origin: 'file:calls.jsonl', read: 17, stored: 10, quarantined: 6 },
      { origin: 'redrive', read: 1, stored: 1 },
    ]);
    expect(quarantine).toMatchObject([{ open: 4, redriven: 1, discarded: 1, keptBefore: 0 }]);
    expect((await usage()).differences).toEqual([]);
  });

  it('counts what came again in another batch as kept before', async () => {
    const bad = call('again-1', { from: '+31999999911' });
    await world.store('http', [bad, call('again-2')]);
    await world.store('http', [bad, call('again-3')]);
    const { quarantine, differences } = await intake();
    expect(differences).toEqual([]);
    expect(quarantine.find(({ origin }) => origin === 'http')).toMatchObject({
      quarantined: 2,
      open: 1,
      keptBefore: 1,
    });
  });

  it.each<[string, 'intake' | 'usage', string, RegExp]>([
    [
      'a call that is gone',
      'intake',
      "DELETE FROM cdr.call_record WHERE call_id = 'c-0001'",
      /batch .* of file:calls.jsonl, records 1 to 17: bucket \d+ accepted \d+ calls .*, \d+ are there; nothing stands at seq \d+/,
    ],
    [
      'a call that is gone, of usage',
      'usage',
      "DELETE FROM cdr.call_record WHERE call_id = 'c-0001'",
      /A1001 on 2026-10-05, nl-fixed: calls 0 by the calls, 1 in usage; .*seconds 0 by the calls, 600 in usage/,
    ],
    [
      'a changed row of usage',
      'usage',
      "UPDATE usage.daily SET seconds = seconds + 1 WHERE account_id = 'A1001' AND day = '2026-10-05'",
      /A1001 on 2026-10-05, nl-fixed: seconds 600 by the calls, 601 in usage/,
    ],
    [
      'a row of usage that is gone',
      'usage',
      "DELETE FROM usage.daily WHERE account_id = 'A1001' AND day = '2026-10-05'",
      /calls 1 by the calls, 0 in usage/,
    ],
    [
      'a quarantined record that is gone',
      'intake',
      "DELETE FROM ingest.quarantined_record WHERE code = 'invalid'",
      /file:calls.jsonl: its batches quarantined 6 records, 5 are in quarantine \(batch .*, records 1 to 17: 6 against 5\)/,
    ],
    [
      'a rejected record that is gone',
      'intake',
      "DELETE FROM cdr.rejected_record WHERE code = 'conflict'",
      /quarantined 6 records, 5 are in quarantine/,
    ],
    [
      'a quarantined record that nobody counted',
      'intake',
      "INSERT INTO ingest.quarantined_record (id, code, reason, origin, at_position, raw) VALUES (gen_random_uuid(), 'invalid', 'x', 'file:calls.jsonl', 3, 'x')",
      /quarantined 6 records, 7 are in quarantine/,
    ],
    [
      'a quarantined record that is gone, where another one came twice',
      'intake',
      "DELETE FROM ingest.quarantined_record WHERE origin = 'http'",
      /http: its batches quarantined 1 records, 0 are in quarantine/,
    ],
    [
      'a record that was read from Kafka and became nothing',
      'intake',
      "INSERT INTO ingest.read_count VALUES ('cdr.v1', 3, '2026-10-05', 'switch-1', 10, 2); INSERT INTO cdr.kafka_count VALUES (7, 3, '2026-10-05', 5, 0, 1, 1, 'cdr.v1', 'switch-1')",
      /kafka:cdr.v1\/3, 2026-10-05, source "switch-1": read 10, but 5 stored, 0 opened, 1 duplicates and 3 quarantined make 9/,
    ],
    [
      'a call that was stored from Kafka and not read',
      'intake',
      "INSERT INTO cdr.kafka_count VALUES (7, 3, '2026-10-05', 5, 0, 1, 1, 'cdr.v1', 'switch-1')",
      /kafka:cdr.v1\/3, .*: read 0, but 5 stored/,
    ],
    [
      'a changed count of a batch',
      'intake',
      "UPDATE ingest.batch SET read = read + 1 WHERE origin = 'file:calls.jsonl'",
      /read 18, but 10 stored, 1 duplicates and 6 quarantined make 17/,
    ],
    [
      'a changed count of a bucket',
      'intake',
      'UPDATE cdr.batch_result SET duplicates = duplicates + 1 WHERE duplicates = 1',
      /duplicates 1, its buckets 2/,
    ],
    [
      'a load that was cut off',
      'intake',
      "UPDATE ingest.batch SET completed_at = NULL, pinned_at = pinned_at - interval '2 hours' WHERE origin = 'file:calls.jsonl'",
      /batch .* of file:calls.jsonl, records 1 to 17: begun .* and never completed/,
    ],
    [
      'the same call under two accounts',
      'intake',
      `INSERT INTO cdr.call_record SELECT (jsonb_populate_record(c, jsonb_build_object('bucket', platform.bucket_of('A1002'), 'account_id', 'A1002', 'seq', 999))).*
         FROM cdr.call_record c WHERE call_id = 'c-0001'`,
      /call c-0001 of switch-1 is in the log 2 times: A1001 \(bucket \d+, seq \d+, started .*\), A1002 \(bucket/,
    ],
  ])('%s is named', async (_what, which, sql, expected) => {
    await tampered(world.test, sql, async (reader) => {
      const { differences } = which === 'intake' ? await intake(reader) : await usage(reader);
      expect(differences.join('\n')).toMatch(expected);
    });
  });

  it('of days on which nothing was read is empty and balances', async () => {
    const day = localDate('2026-01-01');
    expect(await reconcileIntake(world.test.database, day, day)).toEqual({
      origins: [],
      quarantine: [],
      kafka: [],
      batchesInWork: 0,
      differences: [],
    });
  });
});
