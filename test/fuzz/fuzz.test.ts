import { randomInt } from 'node:crypto';
import { type CallLogUnderTest, loadExampleReference, startCallLog } from '../harness/reference.js';
import { fuzzReader, runFuzz } from './run-fuzz.js';

const IS_LONG = process.env.FAIRLINE_CHAOS === 'long';
/** FAIRLINE_FUZZ_SEED repeats a run; FAIRLINE_CHAOS=long or FAIRLINE_FUZZ_RECORDS makes it longer. */
const SEED = Number(process.env.FAIRLINE_FUZZ_SEED ?? randomInt(1, 2 ** 31));
const STORED = Number(process.env.FAIRLINE_FUZZ_RECORDS ?? (IS_LONG ? 100_000 : 4_000));
const READ = Math.max(30_000, STORED);
const MEGABYTE = 1024 * 1024;

describe(`random and changed records (FAIRLINE_FUZZ_SEED=${SEED})`, () => {
  let fairline: CallLogUnderTest;
  beforeAll(async () => {
    process.stderr.write(`fuzz: FAIRLINE_FUZZ_SEED=${SEED}, ${STORED} records stored, ${READ} read\n`);
    fairline = await startCallLog();
    await loadExampleReference(fairline.commands);
  });
  afterAll(() => fairline.close());

  it('are read or refused by the right code, without an exception, in flat memory', () => {
    const { faults, grownBytes } = fuzzReader(SEED, READ);
    expect(faults.slice(0, 5)).toEqual([]);
    expect(grownBytes).toBeLessThan(20 * MEGABYTE);
  });

  it(
    'are accepted, duplicates or quarantined; the counts add up with what the database holds',
    async () => {
      const { counts, wrong, toKeep, grownBytes } = await runFuzz(fairline, {
        seed: SEED,
        records: STORED,
        recordsPerBatch: 1_000,
      });
      expect(wrong.slice(0, 5)).toEqual([]);
      const quarantined = Object.values(counts.quarantined).reduce((sum, count) => sum + count, 0);
      expect(counts.accepted + counts.duplicates + quarantined).toBe(counts.read);
      expect(Object.keys(counts.quarantined).toSorted()).toEqual([
        'conflict',
        'implausible',
        'invalid',
        'no-rate',
        'unknown-account',
        'unreadable',
      ]);
      const [held] = await fairline.test.database.query(
        `SELECT (SELECT count(*)::int FROM cdr.call_record) AS calls, (SELECT sum(calls)::int FROM usage.current) AS counted,
           (SELECT count(*)::int FROM ingest.quarantine) AS kept,
           (SELECT sum(read)::int FROM ingest.batch WHERE completed_at IS NOT NULL) AS read`,
      );
      expect(held).toMatchObject({ calls: counts.accepted, kept: toKeep, read: counts.read });
      expect(grownBytes).toBeLessThan(40 * MEGABYTE);

      // The same once more: what was pinned is recognised, nothing is stored or kept again.
      const again = await runFuzz(fairline, { seed: SEED, records: STORED, recordsPerBatch: 1_000 });
      expect(again.counts.accepted).toBe(0);
      const [after] = await fairline.test.database.query(
        `SELECT (SELECT count(*)::int FROM cdr.call_record) AS calls, (SELECT count(*)::int FROM ingest.quarantine) AS kept`,
      );
      expect(after).toEqual({ calls: counts.accepted, kept: toKeep });
    },
    30 * 60_000,
  );
});
