import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type LocalDate, addDays } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';
import { DifferenceList } from '#platform/verification/difference-list.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';
import { KAFKA_DAYS, MISSING_SEQS, READ_BATCHES, READ_SHARES, SAME_IDENTITY } from './intake-queries.js';
import { type OriginQuarantine, reconcileQuarantine } from './reconcile-quarantine.js';

/** What came from one place on one day: read = stored + opened + duplicates + quarantined. */
export interface OriginDay {
  /** Redrives are one origin here, whatever their operation. */
  readonly origin: string;
  /** On which the batches were read, in the billing zone. */
  readonly day: LocalDate;
  batches: number;
  read: number;
  /** Calls that are in the log, counted there. */
  stored: number;
  /** Told of an answer; the call itself comes with its end. */
  opened: number;
  duplicates: number;
  quarantined: number;
  /** Of `stored`, by the switch. */
  readonly bySource: Record<string, number>;
}

/** What was read of a partition: read = stored + opened + duplicates + quarantined. */
export interface KafkaDay {
  readonly topic: string;
  readonly partition: number;
  readonly day: LocalDate;
  readonly source: string;
  readonly read: number;
  readonly stored: number;
  readonly opened: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

export interface IntakeReconciliation {
  readonly origins: readonly OriginDay[];
  /** Of the same origins, over all their days: a record in quarantine is kept once however often it came. */
  readonly quarantine: readonly OriginQuarantine[];
  /** Records from Kafka by the day of their call; a replay is not counted as read. */
  readonly kafka: readonly KafkaDay[];
  readonly batchesInWork: number;
  readonly differences: readonly string[];
}

const BATCHES_AT_ONCE = 500;
/** A batch takes seconds. One that is not complete after this belongs to a load that was cut off and not repeated. */
const UNFINISHED_AFTER_SECONDS = 3_600;
const NO_BATCH = '00000000-0000-0000-0000-000000000000';
const LISTED_SEQS = 5;

/**
 * What was read against what became of it, for batches read on some days. Every record is counted where it lies (calls in their bucket's
 * log, records in quarantine), and not only where it was counted before.
 */
export async function reconcileIntake(
  database: VerifiedDatabase,
  from: LocalDate,
  through: LocalDate,
): Promise<IntakeReconciliation> {
  const begins = AMSTERDAM.startOfDay(from);
  const ends = AMSTERDAM.startOfDay(addDays(through, 1));
  const found = new DifferenceList();
  const sums = new Map<string, OriginDay>();
  const origins = new Set<string>();
  let inWork = 0;
  for await (const page of batchesBetween(database, begins, ends)) {
    const shares = await sharesOf(
      database,
      page.filter(({ completed }) => completed).map(({ id }) => id),
    );
    for (const batch of page) {
      if (!batch.completed) {
        inWork += 1;
        if (batch.ageSeconds > UNFINISHED_AFTER_SECONDS) found.add(unfinished(batch));
        continue;
      }
      origins.add(batch.origin);
      await compareBatch(database, batch, shares.get(batch.id) ?? [], sums, found);
    }
  }
  const quarantine = await reconcileQuarantine(database, [...origins], found);
  const kafka = await compareKafka(database, from, through, found);
  await findSameIdentity(database, begins, ends, found);
  return {
    origins: [...sums.values()].toSorted((a, b) => (a.day + a.origin < b.day + b.origin ? -1 : 1)),
    quarantine,
    kafka,
    batchesInWork: inWork,
    differences: found.asCheck('intake').differences,
  };
}

interface BatchRow {
  readonly id: string;
  readonly origin: string;
  readonly fromPosition: number;
  readonly toPosition: number;
  readonly pinnedAt: Instant;
  readonly completed: boolean;
  readonly ageSeconds: number;
  readonly read: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly opened: number;
}

/** What one bucket has of a batch. */
interface Share {
  readonly bucket: number;
  readonly batch: string;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly opened: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly sources: Readonly<Record<string, number>>;
}

async function* batchesBetween(
  reader: Queryable,
  begins: Instant,
  ends: Instant,
): AsyncGenerator<BatchRow[]> {
  let after = { origin: '', id: NO_BATCH };
  for (;;) {
    const page: BatchRow[] = await reader.query<BatchRow>(READ_BATCHES, [
      begins,
      ends,
      after.origin,
      after.id,
      BATCHES_AT_ONCE,
    ]);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < BATCHES_AT_ONCE) return;
    after = last;
  }
}

async function sharesOf(reader: Queryable, batches: readonly string[]): Promise<Map<string, Share[]>> {
  const byBatch = new Map<string, Share[]>();
  if (batches.length === 0) return byBatch;
  for (const share of await reader.query<Share>(READ_SHARES, [batches])) {
    const shares = byBatch.get(share.batch);
    if (shares === undefined) byBatch.set(share.batch, [share]);
    else shares.push(share);
  }
  return byBatch;
}

async function compareBatch(
  reader: Queryable,
  batch: BatchRow,
  shares: readonly Share[],
  sums: Map<string, OriginDay>,
  found: DifferenceList,
): Promise<void> {
  const sum = sumOf(sums, batch);
  const where = `batch ${batch.id} of ${batch.origin}, records ${batch.fromPosition} to ${batch.toPosition}`;
  let stored = 0;
  for (const share of shares) {
    const inBucket = Object.values(share.sources).reduce((total, calls) => total + calls, 0);
    stored += inBucket;
    for (const [source, calls] of Object.entries(share.sources))
      sum.bySource[source] = (sum.bySource[source] ?? 0) + calls;
    if (inBucket !== share.accepted) found.add(`${where}: ${await missingCalls(reader, share, inBucket)}`);
  }
  const total = (pick: (share: Share) => number) => shares.reduce((all, share) => all + pick(share), 0);
  const duplicates = total((share) => share.duplicates);
  sum.batches += 1;
  sum.read += batch.read;
  sum.stored += stored;
  const opened = total((share) => share.opened);
  sum.opened += opened;
  sum.duplicates += duplicates;
  sum.quarantined += batch.quarantined;
  if (batch.accepted !== total((share) => share.accepted))
    found.add(`${where}: accepted ${batch.accepted}, its buckets ${total((share) => share.accepted)}`);
  if (batch.duplicates !== duplicates)
    found.add(`${where}: duplicates ${batch.duplicates}, its buckets ${duplicates}`);
  if (batch.quarantined < total((share) => share.rejected))
    found.add(
      `${where}: quarantined ${batch.quarantined}, its buckets alone ${total((share) => share.rejected)}`,
    );
  if (batch.read !== stored + opened + duplicates + batch.quarantined) {
    found.add(
      `${where}: read ${batch.read}, but ${stored} stored, ${opened === 0 ? '' : `${opened} opened, `}${duplicates} duplicates and ${batch.quarantined} quarantined make ${stored + opened + duplicates + batch.quarantined}`,
    );
  }
}

async function missingCalls(reader: Queryable, share: Share, calls: number): Promise<string> {
  const { bucket, accepted, firstSeq, lastSeq } = share;
  const rows = await reader.query<{ seq: number }>(MISSING_SEQS, [bucket, firstSeq, lastSeq, LISTED_SEQS]);
  const listed = rows.length === 0 ? '' : `; nothing stands at seq ${rows.map(({ seq }) => seq).join(', ')}`;
  return `bucket ${bucket} accepted ${accepted} calls (seq ${firstSeq} to ${lastSeq}), ${calls} are there${listed}`;
}

function unfinished({ id, origin, fromPosition, toPosition, pinnedAt }: BatchRow): string {
  return `batch ${id} of ${origin}, records ${fromPosition} to ${toPosition}: begun ${AMSTERDAM.format(pinnedAt)} and never completed; load or send it again`;
}

function sumOf(sums: Map<string, OriginDay>, { origin, pinnedAt }: BatchRow): OriginDay {
  const shown = origin.startsWith('redrive:') ? 'redrive' : origin;
  const day = AMSTERDAM.localDateAt(pinnedAt);
  const key = `${day} ${shown}`;
  let sum = sums.get(key);
  if (sum === undefined) {
    sum = {
      origin: shown,
      day,
      batches: 0,
      read: 0,
      stored: 0,
      opened: 0,
      duplicates: 0,
      quarantined: 0,
      bySource: {},
    };
    sums.set(key, sum);
  }
  return sum;
}

async function compareKafka(
  reader: Queryable,
  from: LocalDate,
  through: LocalDate,
  found: DifferenceList,
): Promise<KafkaDay[]> {
  const days = await reader.query<KafkaDay>(KAFKA_DAYS, [from, through]);
  for (const { topic, partition, day, source, read, ...became } of days) {
    const { stored, opened, duplicates, quarantined } = became;
    const made = stored + opened + duplicates + quarantined;
    if (read === made) continue;
    found.add(
      `kafka:${topic}/${partition}, ${day}, source "${source}": read ${read}, but ${stored} stored, ${opened} opened, ${duplicates} duplicates and ${quarantined} quarantined make ${made}`,
    );
  }
  return days;
}

async function findSameIdentity(
  reader: Queryable,
  begins: Instant,
  ends: Instant,
  found: DifferenceList,
): Promise<void> {
  const rows = await reader.query<{ source: string; callId: string; places: string[] }>(SAME_IDENTITY, [
    begins,
    ends,
    found.room,
  ]);
  for (const { source, callId, places } of rows) {
    found.add(
      `call ${callId} of ${source} is in the log ${places.length} times: ${places.slice(0, 4).join(', ')}`,
    );
  }
}
