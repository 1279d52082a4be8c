import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Instant, instant } from '#calendar/instant.js';
import { recordReader } from '#call-log/formats/record-reader.js';
import { type BatchCounts, type RawRecord, addCounts, quarantineIdOf } from '#call-log/store-batch/batch.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import type { CallLogUnderTest } from '../harness/reference.js';
import { type FuzzRecord, RecordFuzzer } from './fuzz-records.js';
import { SeededRandom } from './random.js';

const NOW = instant('2026-11-15T00:00:00Z');

export interface FuzzOptions {
  readonly seed: number;
  /** Records that are stored on the real database. */
  readonly records: number;
  readonly recordsPerBatch: number;
}

export interface FuzzReport {
  readonly counts: BatchCounts;
  /** Records for which something else came out than has to. */
  readonly wrong: readonly string[];
  /** Distinct records of which quarantine has to hold one each. */
  readonly toKeep: number;
  /** Of the heap after collection, from a quarter of the way to the end. */
  readonly grownBytes: number;
}

/**
 * Random and changed records through the real writer into the real database, batch by batch. The database has to have the reference data
 * of the examples. Nothing is thrown for what a record holds.
 */
export async function runFuzz(fairline: CallLogUnderTest, options: FuzzOptions): Promise<FuzzReport> {
  const clock = fairline.module.get(BusinessClock);
  if ((await clock.now()) < NOW) acceptedOrThrow(await clock.stepTo(NOW));
  const writer = fairline.module.get(CallLogWriter);
  const fuzzer = new RecordFuzzer(new SeededRandom(options.seed), `f${options.seed}`);
  const counts: BatchCounts = { read: 0, accepted: 0, duplicates: 0, quarantined: {} };
  const wrong: string[] = [];
  let toKeep = 0;
  let heapBefore = 0;
  for (let stored = 0; stored < options.records; stored += options.recordsPerBatch) {
    const made = Array.from({ length: options.recordsPerBatch }, () => fuzzer.record());
    const records: RawRecord[] = made.map(({ bytes }, index) => ({ position: stored + index + 1, bytes }));
    const origin = `fuzz:${options.seed}`;
    const result = await writer.storeBatch({ origin, records }, NOW);
    addCounts(counts, result.counts);
    const kept = new Set<string>();
    for (const [index, record] of made.entries()) {
      const outcome = result.outcomes[index];
      const raw = records[index];
      if (outcome === undefined || raw === undefined) throw new Error('A record has no outcome');
      if (!record.allowed.has(outcome.outcome))
        wrong.push(`${record.kind} became ${outcome.outcome} (${outcome.reason}): ${shown(record)}`);
      if (outcome.outcome !== 'accepted' && outcome.outcome !== 'duplicate')
        kept.add(quarantineIdOf(origin, raw));
    }
    toKeep += kept.size;
    if (heapBefore === 0 && stored >= options.records / 4) heapBefore = heapAfterCollection();
  }
  return { counts, wrong, toKeep, grownBytes: heapAfterCollection() - heapBefore };
}

/** The same records through the reader alone: fast enough for very many. @returns what was thrown or can't be stored, which has to be nothing */
export function fuzzReader(
  seed: number,
  records: number,
): { readonly faults: string[]; readonly grownBytes: number } {
  const fuzzer = new RecordFuzzer(new SeededRandom(seed), `p${seed}`);
  const faults: string[] = [];
  const read = recordReader('http');
  let heapBefore = 0;
  for (let count = 0; count < records; count += 1) {
    const record = fuzzer.record();
    const fault = faultOf(read, record, NOW);
    if (fault !== undefined) faults.push(`${record.kind}: ${fault}: ${shown(record)}`);
    if (count === Math.floor(records / 4)) heapBefore = heapAfterCollection();
  }
  return { faults, grownBytes: heapAfterCollection() - heapBefore };
}

function faultOf(
  read: ReturnType<typeof recordReader>,
  record: FuzzRecord,
  now: Instant,
): string | undefined {
  try {
    const parsed = read(record, now);
    if (!parsed.ok) {
      const { code, reason } = parsed.rejection;
      if (/\p{Control}|\p{Surrogate}/u.test(reason))
        return `its reason can't be shown: ${JSON.stringify(reason)}`;
      const foreseen = record.allowed.has(code);
      return foreseen ? undefined : `refused as ${code}, ${reason}`;
    }
    const later = [
      'accepted',
      'duplicate',
      'conflict',
      'unknown-account',
      'no-subscription',
      'no-rate',
    ] as const;
    return later.some((outcome) => record.allowed.has(outcome)) ? undefined : 'taken';
  } catch (error) {
    return `threw ${String(error)}`;
  }
}

function shown({ bytes }: FuzzRecord): string {
  return JSON.stringify(bytes.toString('latin1').slice(0, 200));
}

let collect: (() => void) | undefined;

/** Jest starts without --expose-gc; what is not collected would tell nothing. */
function heapAfterCollection(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    const found: unknown = runInNewContext('gc');
    if (typeof found !== 'function') throw new Error('The heap can not be collected');
    collect = () => void Reflect.apply(found, undefined, []);
  }
  collect();
  return process.memoryUsage().heapUsed;
}
