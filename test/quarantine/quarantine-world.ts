import { readFileSync } from 'node:fs';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { instant } from '#calendar/instant.js';
import { SettleRejected } from '#call-log/quarantine/settle/settle-rejected.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { verifyBatches } from '#call-log/verify-call-log/verify-batches.js';
import { verifyCallLog } from '#call-log/verify-call-log/verify-call-log.js';
import { verifyQuarantine } from '#call-log/verify-call-log/verify-quarantine.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { SubscriptionRunner } from '#event-store/subscription.js';
import { verifyEventStore } from '#event-store/verify/verify-event-store.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { LoadTariff } from '#rating/load-tariff/load-tariff.js';
import { verifyUsage } from '#usage/verify-usage/verify-usage.js';
import { type CallLogUnderTest, fixture, loadExampleReference, startCallLog } from '../harness/reference.js';

export const NOW = instant('2026-10-31T12:00:00Z');
export const BAKERY = '+31302000101';
export const BIKES = '+31502000201';
/** Nobody's, until `loadNewcomer`. */
export const NEWCOMER = '+31201110001';
/** No prefix of the examples' tariff matches it, until `loadJapan`. */
export const JAPAN = '+81312345678';

export interface QuarantineWorld extends CallLogUnderTest {
  store(origin: string, records: readonly (object | string)[]): Promise<readonly string[]>;
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** By call id: code and status of records in quarantine. */
  quarantined(pattern: string): Promise<Record<string, string>>;
  idOf(callId: string): Promise<string>;
  stored(pattern: string): Promise<string[]>;
  loadNewcomer(id: string, number: string): Promise<void>;
  loadJapan(): Promise<void>;
  settle(): Promise<void>;
  /** Every check that a quarantine operation could break. */
  differences(): Promise<string[]>;
}

/** A call of a known seat, unless the change says otherwise. */
export const call = (id: string, change: Record<string, unknown> = {}) => ({
  source: 'switch-1',
  id,
  direction: 'outbound',
  from: BAKERY,
  to: '+31201234567',
  startedAt: '2026-10-20T10:00:00+02:00',
  answeredAt: '2026-10-20T10:00:05+02:00',
  endedAt: '2026-10-20T10:01:05+02:00',
  ...change,
});

export async function startQuarantineWorld(
  above: Parameters<typeof startCallLog>[0] = {},
): Promise<QuarantineWorld> {
  const fairline = await startCallLog(above);
  await loadExampleReference(fairline.commands);
  const { module, test, commands } = fairline;
  const { database } = test;
  const writer = module.get(CallLogWriter);
  const registry = module.get(EventRegistry);
  const runner = new SubscriptionRunner(module.get(EventStore), database, [module.get(SettleRejected)]);
  await module.get(BusinessClock).stepTo(NOW);
  const query = <Row>(sql: string, values: readonly unknown[] = []) => database.query<Row>(sql, values);
  return {
    ...fairline,
    query,
    store: async (origin, records) => {
      const raw = records.map((record, index) => ({
        position: index + 1,
        bytes: Buffer.from(typeof record === 'string' ? record : JSON.stringify(record)),
      }));
      const { outcomes } = await writer.storeBatch({ origin, records: raw }, NOW);
      return outcomes.map(({ outcome }) => outcome);
    },
    quarantined: async (pattern) =>
      Object.fromEntries(
        (
          await query<{ id: string; state: string }>(
            `SELECT call_id || CASE WHEN origin LIKE 'redrive:%' THEN ' again' ELSE '' END AS id, code || ' ' || status AS state
             FROM ingest.quarantine WHERE call_id LIKE $1`,
            [pattern],
          )
        ).map(({ id, state }) => [id, state]),
      ),
    idOf: async (callId) => {
      const [row] = await query<{ id: string }>(
        'SELECT id FROM ingest.quarantine WHERE call_id = $1 ORDER BY received_at LIMIT 1',
        [callId],
      );
      if (row === undefined) throw new Error(`${callId} is not in quarantine`);
      return row.id;
    },
    stored: async (pattern) =>
      (
        await query<{ id: string }>(
          'SELECT call_id AS id FROM cdr.call_record WHERE call_id LIKE $1 ORDER BY call_id',
          [pattern],
        )
      ).map(({ id }) => id),
    loadNewcomer: async (id, number) => {
      const account = {
        kind: 'account',
        id,
        name: id,
        numbers: [number],
        users: [`${id}-u`],
        subscriptions: [{ plan: 'metered', seats: 1, from: '2026-01-01' }],
      };
      acceptedOrThrow(await commands.execute(new LoadAccounts(JSON.stringify(account))));
    },
    loadJapan: async () => {
      const lines = readFileSync(fixture('examples/tariff-regular.csv'), 'utf8').trim().split('\n');
      const [header, ...rows] = lines.filter((line, index) => index === 0 || line.includes(',2026-01-01,'));
      const prices = rows.map((row) => row.replace('2026-01-01', '2026-10-29'));
      const text = [header, ...prices, 'regular,2026-10-29,+81,Japan,intl-1,0,0.0350,0,1'].join('\n');
      acceptedOrThrow(await commands.execute(new LoadTariff(text)));
    },
    settle: () => runner.drain(),
    differences: async () => [
      ...(await verifyCallLog(database)).differences,
      ...(await verifyBatches(database)).differences,
      ...(await verifyQuarantine(database)).differences,
      ...(await verifyUsage(database)).differences,
      ...(await verifyEventStore(database, registry)).differences,
    ],
  };
}
