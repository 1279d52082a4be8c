import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import type { RawBatch, UnassignedRecord } from './batch.js';
import type { Candidate } from './read-batch.js';

/** Records of one day and source that were read, and how many of them have no account. */
export interface ReadCount {
  readonly day: LocalDate;
  readonly source: string;
  read: number;
  unassigned: number;
}

/** What became of a bucket's records of one day and source. */
export interface FateCount {
  readonly day: LocalDate;
  readonly source: string;
  accepted: number;
  opened: number;
  duplicates: number;
  rejected: number;
}
export type Fate = 'accepted' | 'opened' | 'duplicates' | 'rejected';

/** @param now whose day counts where the start is not known */
export function readCountsOf(
  batch: RawBatch,
  candidates: readonly Candidate[],
  unassigned: readonly UnassignedRecord[],
  now: Instant,
): ReadCount[] {
  const { place } = batch;
  if (place === undefined) return [];
  const counts = new Map<string, ReadCount>();
  const countOf = (at: Instant, source: string) =>
    entry(counts, at, source, (day) => ({ day, source, read: 0, unassigned: 0 }));
  for (const { raw, record } of candidates) {
    if (raw.position >= place.countedFrom) countOf(record.startedAt, record.source).read += 1;
  }
  for (const { raw, startedAt, source } of unassigned) {
    if (raw.position < place.countedFrom) continue;
    const count = countOf(startedAt ?? now, source ?? '');
    count.read += 1;
    count.unassigned += 1;
  }
  return [...counts.values()];
}

/** Duplicates of one day and source in a bucket's share of a batch: nothing else tells of them. */
export interface DuplicateTally {
  readonly day: LocalDate;
  readonly source: string;
  duplicates: number;
}

/** Counts what becomes of the records of one bucket, by day and source. */
export class FateCounts {
  private readonly counts = new Map<string, FateCount>();
  private readonly tallies = new Map<string, DuplicateTally>();

  constructor(private readonly batch: RawBatch) {}

  add({ raw, record }: Candidate, fate: Fate): void {
    const { place } = this.batch;
    const { source } = record;
    if (fate === 'duplicates') {
      const none = (day: LocalDate) => ({ day, source, duplicates: 0 });
      entry(this.tallies, record.startedAt, source, none).duplicates += 1;
    }
    if (place === undefined || raw.position < place.countedFrom) return;
    entry(this.counts, record.startedAt, source, (day) => ({
      day,
      source,
      accepted: 0,
      opened: 0,
      duplicates: 0,
      rejected: 0,
    }))[fate] += 1;
  }

  /** Of a batch from Kafka, without what a replay reads again. */
  get ofKafka(): FateCount[] {
    return [...this.counts.values()];
  }

  get duplicates(): DuplicateTally[] {
    return [...this.tallies.values()];
  }
}

function entry<T>(counts: Map<string, T>, at: Instant, source: string, none: (day: LocalDate) => T): T {
  const day = dayOf(at);
  const key = `${day} ${source}`;
  let count = counts.get(key);
  if (count === undefined) {
    count = none(day);
    counts.set(key, count);
  }
  return count;
}

const HOUR_MILLIS = 3_600_000;
const MOST_HOURS = 10_000;
const days = new Map<number, LocalDate>();

/** Midnight in the billing zone is a full hour of UTC, so an hour lies in one day; records of a batch lie in few. */
function dayOf(at: Instant): LocalDate {
  const hour = Math.floor(at / HOUR_MILLIS);
  let day = days.get(hour);
  if (day === undefined) {
    if (days.size >= MOST_HOURS) days.clear();
    day = AMSTERDAM.localDateAt(at);
    days.set(hour, day);
  }
  return day;
}
