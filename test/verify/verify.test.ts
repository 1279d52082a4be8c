import { localDate } from '#calendar/local-date.js';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { verifyBatches } from '#call-log/verify-call-log/verify-batches.js';
import { verifyCallLog } from '#call-log/verify-call-log/verify-call-log.js';
import { verifyQuarantine } from '#call-log/verify-call-log/verify-quarantine.js';
import { verifyAccounts } from '#accounts/verify-accounts/verify-accounts.js';
import { verifySubscriptions } from '#accounts/verify-accounts/verify-subscriptions.js';
import { verifyCatalogue } from '#catalogue/verify-catalogue/verify-catalogue.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { verifyEventStore } from '#event-store/verify/verify-event-store.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { type Check, MAXIMUM_DIFFERENCES } from '#platform/verification/check.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';
import { verifyTariffs } from '#rating/verify-tariffs/verify-tariffs.js';
import { verifyUsage } from '#usage/verify-usage/verify-usage.js';
import { type CallLogUnderTest, fixture, loadExampleReference, startCallLog } from '../harness/reference.js';
import { changePlan, tampered } from './plan-change.js';

describe('verify of the lower contexts', () => {
  let fairline: CallLogUnderTest;
  let registry: EventRegistry;
  beforeAll(async () => {
    fairline = await startCallLog();
    registry = fairline.module.get(EventRegistry);
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.commands.execute(new LoadCalls([fixture('examples/calls.jsonl')])));
    await changePlan(fairline, { account: 'A1001', plan: 'metered', from: localDate('2026-10-16') });
    await changePlan(fairline, { account: 'A1001', plan: 'unlimited', from: localDate('2026-10-18') });
  });
  afterAll(async () => fairline.close());

  const checksOn = (reader: VerifiedDatabase): Readonly<Record<string, () => Promise<Check>>> => ({
    usage: () => verifyUsage(reader),
    'call log': () => verifyCallLog(reader),
    batches: () => verifyBatches(reader),
    quarantine: () => verifyQuarantine(reader),
    accounts: () => verifyAccounts(reader),
    subscriptions: () => verifySubscriptions(reader, registry),
    catalogue: () => verifyCatalogue(reader),
    tariffs: () => verifyTariffs(reader),
    'event store': () => verifyEventStore(reader, registry),
  });

  const verifyAll = async (): Promise<Check[]> => {
    const all: Check[] = [];
    for (const check of Object.values(checksOn(fairline.test.database))) all.push(await check());
    return all;
  };

  it('an untouched database has no difference, and every check compared something', async () => {
    for (const check of await verifyAll()) {
      expect(check).toMatchObject({ differences: [] });
      expect([check.name, check.compared > 0]).toEqual([check.name, true]);
    }
  });

  it.each<[string, string, string, RegExp]>([
    [
      'a wrong count of usage',
      'usage',
      "UPDATE usage.daily SET seconds = seconds + 1 WHERE account_id = 'A1001' AND day = '2026-10-05'",
      /usage of A1001 on 2026-10-05, nl-fixed: seconds 601, the calls give 600/,
    ],
    [
      'a usage row that is gone',
      'usage',
      "DELETE FROM usage.daily WHERE account_id = 'A1001' AND day = '2026-10-22'",
      /A1001 on 2026-10-22, nl-fixed: seconds 0, the calls give 9000/,
    ],
    [
      'usage of calls that never were',
      'usage',
      "INSERT INTO usage.daily SELECT (jsonb_populate_record(d, jsonb_build_object('day', '2026-12-01'))).* FROM usage.daily d WHERE account_id = 'A1001' LIMIT 1",
      /A1001 on 2026-12-01/,
    ],
    [
      'a projection that lags',
      'usage',
      "UPDATE usage.projection SET seq = seq - 1 WHERE bucket = platform.bucket_of('A1001')",
      /has counted the log up to \d+, the log is at \d+/,
    ],
    [
      'a call that is gone',
      'call log',
      "DELETE FROM cdr.call_record WHERE call_id = 'c-0001'",
      /the entries \d+ to \d+ are missing/,
    ],
    [
      'a call that came in twice',
      'call log',
      "INSERT INTO cdr.call_record SELECT (jsonb_populate_record(c, jsonb_build_object('started_at', '2026-11-01T00:00:00Z'))).* FROM cdr.call_record c WHERE call_id = 'c-0001'",
      /stands there twice/,
    ],
    [
      'the last call cut off with its head',
      'call log',
      'DELETE FROM cdr.call_rating WHERE seq = (SELECT max(seq) FROM cdr.call_rating)',
      /are missing/,
    ],
    [
      'a changed number called',
      'call log',
      "UPDATE cdr.call_record SET to_number = '+31201234568' WHERE call_id = 'c-0001'",
      /call c-0001 of switch-1 .* A1001: its fields are not what came in/,
    ],
    [
      'a changed talk time',
      'call log',
      "UPDATE cdr.call_record SET talk_seconds = 601 WHERE call_id = 'c-0001'",
      /fields are not/,
    ],
    [
      'a changed start',
      'call log',
      "UPDATE cdr.call_record SET answered_at = answered_at + interval '1 millisecond' WHERE call_id = 'c-0001'",
      /fields are not/,
    ],
    [
      'a call with another id',
      'call log',
      "UPDATE cdr.call_record SET call_id = 'c-9999' WHERE call_id = 'c-0001'",
      /source or id is not/,
    ],
    [
      'a call moved to another account',
      'call log',
      "UPDATE cdr.call_record SET account_id = 'A1002' WHERE call_id = 'c-0001'",
      /account is not/,
    ],
    [
      'a rating that replaces something else',
      'call log',
      'UPDATE cdr.call_rating SET charge_before = charge_before + 1 WHERE seq = (SELECT min(seq) FROM cdr.call_rating)',
      /it replaces charge 1,.*the rating before it/,
    ],
    [
      'a rating of another time',
      'call log',
      'UPDATE cdr.call_rating SET talk_seconds = talk_seconds + 1 WHERE seq = (SELECT min(seq) FROM cdr.call_rating)',
      /it speaks of another account, time or talk time/,
    ],
    [
      'a rating of no call',
      'call log',
      'UPDATE cdr.call_rating SET call_key = gen_random_uuid() WHERE seq = (SELECT min(seq) FROM cdr.call_rating)',
      /there is no such call before it/,
    ],
    [
      'a first charge that was changed before it was replaced',
      'call log',
      'UPDATE cdr.call_record SET charge = charge + 5 WHERE call_key = (SELECT call_key FROM cdr.call_rating ORDER BY seq LIMIT 1)',
      /the rating before it \(seq \d+\) has 5/,
    ],
    [
      'a batch of another size',
      'call log',
      'UPDATE cdr.batch_result SET accepted = accepted + 1 WHERE accepted > 1',
      /batch .*: accepted \d+ .*, the log has \d+/,
    ],
    [
      'calls without their batch',
      'call log',
      'DELETE FROM cdr.batch_result WHERE accepted > 1',
      /accepted nothing/,
    ],
    [
      'a rejected record nobody counted',
      'call log',
      "INSERT INTO cdr.rejected_record SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid()::text))).* FROM cdr.rejected_record r LIMIT 1",
      /rejected records, its batches rejected/,
    ],
    [
      'a batch that loses a record',
      'batches',
      'UPDATE ingest.batch SET read = read + 1',
      /read 18, but accepted 10, duplicates 1 and quarantined 6 make 17/,
    ],
    [
      'a batch that accepted more than the buckets',
      'batches',
      'UPDATE ingest.batch SET accepted = accepted + 1, duplicates = duplicates - 1',
      /accepted 11, its buckets have 10/,
    ],
    [
      'a quarantined record with other bytes',
      'quarantine',
      "UPDATE ingest.quarantined_record SET raw = 'x' WHERE code = 'unreadable'",
      /its bytes or its origin/,
    ],
    [
      'a rejected record of another place',
      'quarantine',
      "UPDATE cdr.rejected_record SET at_position = at_position + 100 WHERE code = 'conflict'",
      /its bytes or its origin/,
    ],
    [
      'an account under another reseller',
      'accounts',
      "UPDATE accounts.account SET reseller = 'R1' WHERE id = 'A1002'",
      /account A1002: its reseller is R1, it was registered under none/,
    ],
    [
      'an account record that was swapped',
      'accounts',
      "UPDATE accounts.account SET fingerprint = 'x' WHERE id = 'A1002'",
      /not the one that was loaded last/,
    ],
    [
      'an account nobody registered',
      'accounts',
      "INSERT INTO accounts.account (id, fingerprint, position) VALUES ('A9', 'x', 1)",
      /A9: there is a row, but it was never registered/,
    ],
    [
      'a subscription with other seats',
      'subscriptions',
      "UPDATE accounts.subscription SET seats = 4 WHERE account = 'A1002'",
      /A1002: the rows say A1002-1 metered x 4 .*; the events say A1002-1 metered x 1/,
    ],
    [
      'a subscription that is gone',
      'subscriptions',
      "DELETE FROM accounts.subscription WHERE account = 'A1002'",
      /A1002: the rows say none/,
    ],
    [
      'a past that was rewritten',
      'subscriptions',
      "UPDATE accounts.subscription SET plan = 'metered' WHERE account = 'A1001' AND known_to IS NOT NULL AND plan = 'unlimited'",
      /A1001 as known at position \d+/,
    ],
    [
      'a subscription without events',
      'subscriptions',
      "INSERT INTO accounts.account (id, fingerprint, position) VALUES ('A9', 'x', 1); INSERT INTO accounts.subscription VALUES ('A9', 'A9-1', 'metered', 1, '2026-01-01', NULL, 1, NULL)",
      /A9.*the events say none/,
    ],
    [
      'a price of the catalogue',
      'catalogue',
      `UPDATE catalogue.catalogue_version SET source = replace(source, '"14.95"', '"13.95"')`,
      /catalogue from the beginning: its content is not what was published/,
    ],
    [
      'a catalogue that is gone',
      'catalogue',
      'DELETE FROM catalogue.catalogue_version',
      /published, but is not stored/,
    ],
    [
      'a price of a tariff',
      'tariffs',
      `UPDATE rating.tariff_prefix SET bands = replace(bands::text, '90000', '90001')::jsonb WHERE prefix = '+316'`,
      /tariff regular of 2026-01-01: its prices, periods or decimals/,
    ],
    [
      'a prefix that is gone',
      'tariffs',
      "DELETE FROM rating.tariff_prefix WHERE prefix = '+316'",
      /prefixes, \d+ were published/,
    ],
    [
      'the decimals of a tariff',
      'tariffs',
      'UPDATE rating.tariff_version SET charge_decimals = 2',
      /decimals/,
    ],
    [
      'a tariff nobody published',
      'tariffs',
      "INSERT INTO rating.tariff_published VALUES ('x', '2026-01-01', 'f', 999999, now())",
      /event 999999 did not publish it/,
    ],
    [
      'an event that is gone',
      'event store',
      "ALTER TABLE es.event DISABLE TRIGGER ALL; DELETE FROM es.event WHERE stream_id = 'subscriptions-A1001' AND stream_version = 2",
      /stream subscriptions-A1001: version 3 does not follow/,
    ],
    [
      'the last event of a stream that is gone',
      'event store',
      "ALTER TABLE es.event DISABLE TRIGGER ALL; DELETE FROM es.event WHERE stream_id = 'subscriptions-A1001' AND stream_version = 3",
      /said to be at version 3, but has 2 events/,
    ],
    [
      'an event that nobody can read',
      'event store',
      `ALTER TABLE es.event DISABLE TRIGGER ALL; UPDATE es.event SET data = '{"plan": 1}' WHERE stream_id = 'subscriptions-A1002'`,
      /event \d+ \(subscriptions-A1002, version 1\): .*does not fit its schema/,
    ],
    [
      'a stream that is not known',
      'event store',
      "DELETE FROM es.stream WHERE stream_id = 'account-A1002'",
      /is not known as a stream/,
    ],
  ])('%s is named', async (_what, name, sql, expected) => {
    await tampered(fairline.test, sql, async (reader) => {
      const check = await checksOn(reader)[name]?.();
      expect(check?.differences.join('\n')).toMatch(expected);
    });
  });

  it('what it lists is bounded, and it says that there is more', async () => {
    const many = `INSERT INTO usage.daily SELECT platform.bucket_of('A1001'), 1, '2026-01-01'::date + n, 1, 0, 0, 0, 0, 0, 'A1001', 'x' FROM generate_series(0, 299) n`;
    await tampered(fairline.test, many, async (reader) => {
      const { differences } = await verifyUsage(reader);
      expect(differences).toHaveLength(MAXIMUM_DIFFERENCES + 1);
      expect(differences.at(-1)).toMatch(/more/);
    });
  });
});
