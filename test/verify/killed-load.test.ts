import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { verifyBatches } from '#call-log/verify-call-log/verify-batches.js';
import { verifyCallLog } from '#call-log/verify-call-log/verify-call-log.js';
import { instant } from '#calendar/instant.js';
import { verifyUsage } from '#usage/verify-usage/verify-usage.js';
import { type CallLogUnderTest, loadExampleReference, startCallLog } from '../harness/reference.js';

const record = (id: string, account: string) => ({
  source: 'switch-1',
  id,
  account,
  direction: 'outbound',
  from: '+31302000101',
  to: '+31201234567',
  startedAt: '2026-10-12T10:00:00+02:00',
  answeredAt: '2026-10-12T10:00:00+02:00',
  endedAt: '2026-10-12T10:01:00+02:00',
});

describe('a load that was killed after one of two buckets', () => {
  let fairline: CallLogUnderTest;
  beforeAll(async () => {
    fairline = await startCallLog();
    await loadExampleReference(fairline.commands);
  });
  afterAll(async () => fairline.close());

  it('and is loaded again is complete, and the batch says what it brought, not what the second attempt saw', async () => {
    const writer = fairline.module.get(CallLogWriter);
    const records = [record('k-1', 'A1001'), record('k-1', 'A1001'), record('k-2', 'A1002')].map(
      (one, index) => ({
        position: index + 1,
        bytes: Buffer.from(JSON.stringify(one)),
      }),
    );
    const batch = { origin: 'file:killed.jsonl', records };
    const now = instant('2026-10-20T00:00:00Z');
    const prepared = await writer.prepare(batch, now);
    // What a kill leaves behind: the first bucket has its share, the batch is pinned and not complete.
    await writer.store({
      ...prepared,
      candidates: prepared.candidates.filter((one) => one.account === 'A1001'),
    });
    await fairline.test.database.query(
      'UPDATE ingest.batch SET completed_at = NULL, read = NULL, accepted = NULL, duplicates = NULL, quarantined = NULL',
    );
    await writer.storeBatch(batch, now);
    const rows = await fairline.test.database.query(
      'SELECT read, accepted, duplicates, quarantined FROM ingest.batch',
    );
    expect(rows).toEqual([{ read: 3, accepted: 2, duplicates: 1, quarantined: 0 }]);
    for (const verify of [verifyBatches, verifyCallLog, verifyUsage])
      expect(await verify(fairline.test.database)).toMatchObject({ differences: [] });
  });
});
