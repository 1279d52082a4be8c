import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { LogProjection } from '#call-log/domain/log-entry.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { instant } from '#calendar/instant.js';
import type { Database } from '#platform/database/database.js';
import { LoadTariff } from '#rating/load-tariff/load-tariff.js';
import { type CallLogUnderTest, fixture, loadExampleReference, startCallLog } from '../harness/reference.js';

/** A second version of the tariff, from a day on. */
function tariffFrom(day: string): string {
  const [header, ...rows] = readFileSync(fixture('examples/tariff-regular.csv'), 'utf8').trim().split('\n');
  const first = rows.filter((row) => row.startsWith('regular,2026-01-01'));
  return [header, ...first.map((row) => row.replace('2026-01-01', day).replace('0.0200', '0.0300'))].join(
    '\n',
  );
}

const call = (id: string, startedAt: string) => ({
  source: 'gate',
  id,
  account: 'A1002',
  direction: 'outbound',
  from: '+31502000201',
  to: '+31201234567',
  startedAt,
  answeredAt: startedAt,
  endedAt: new Date(Date.parse(startedAt) + 60_000).toISOString(),
});

describe('a tariff that is published while a batch of calls is under way', () => {
  let fairline: CallLogUnderTest;
  beforeAll(async () => {
    fairline = await startCallLog();
    await loadExampleReference(fairline.commands);
  });
  afterAll(() => fairline.close());

  it('waits until the batch is stored, and then knows of its calls', async () => {
    const { module, commands, test } = fairline;
    let reachedStore: () => void = () => undefined;
    const inFlight = new Promise<void>((resolve) => {
      reachedStore = resolve;
    });
    let goOn: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    // The batch has read its prices and stands before its first bucket.
    const slow = new Proxy(test.database, {
      get: (target, property) =>
        property === 'callBucket'
          ? async (...args: Parameters<Database['callBucket']>) => {
              reachedStore();
              await released;
              return target.callBucket(...args);
            }
          : (Reflect.get(target, property, target) as unknown),
    });
    const writer = new CallLogWriter(slow, module.get(ReferenceDataReader), module.get(LogProjection));
    const bytes = Buffer.from(JSON.stringify(call('late', '2026-11-05T10:00:00Z')));
    const storing = writer.storeBatch(
      { origin: 'file:gate.jsonl', records: [{ position: 1, bytes }] },
      instant('2026-11-10T00:00:00Z'),
    );
    await inFlight;
    const publishing = commands.execute(new LoadTariff(tariffFrom('2026-11-01')));
    // However long it is given, it does not get in between.
    await new Promise((resolve) => setTimeout(resolve, 200));
    goOn();
    expect((await storing).counts).toMatchObject({ accepted: 1 });
    expect(await publishing).toMatchObject({ ok: false, refusal: { code: 'tariff-in-use' } });
  });

  it('is taken from the day after the calls on, and later batches are rated by it', async () => {
    const { commands, test } = fairline;
    expect(await commands.execute(new LoadTariff(tariffFrom('2026-11-06')))).toMatchObject({ ok: true });
    const file = join(mkdtempSync(join(tmpdir(), 'fairline-gate-')), 'later.jsonl');
    writeFileSync(file, JSON.stringify(call('later', '2026-11-06T10:00:00Z')));
    await test.database.query("UPDATE platform.business_clock SET now_is = '2026-11-10T00:00:00Z'");
    expect(await commands.execute(new LoadCalls([file]))).toMatchObject({ value: { accepted: 1 } });
    const rows = await test.database.query(
      'SELECT call_id, tariff_version, regular_charge FROM cdr.call_record ORDER BY call_id',
    );
    expect(rows).toEqual([
      { call_id: 'late', tariff_version: '2026-10-20', regular_charge: 74_000 },
      { call_id: 'later', tariff_version: '2026-11-06', regular_charge: 80_000 },
    ]);
  });
});
