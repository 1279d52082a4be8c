import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Instant, formatInstant } from '#calendar/instant.js';
import { BAD_RECORD_KINDS, type BadRecordKind, BadRecords } from './traffic/bad-records.js';
import { CallText } from './traffic/call-text.js';
import { CustomerCalls, type World, isAfterEnd } from './traffic/customer-calls.js';
import { Merge } from './traffic/merge.js';
import type { Customer } from './customers/customer.js';

/** What a stream held, counted while it ran. */
export interface StreamManifest {
  /** All lines: what a loader reads. */
  readonly records: number;
  /** What a loader accepts, counts as duplicates and keeps back, by code (contracts section 1). */
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: Readonly<Record<string, number>>;
  /** Of the records: `call.answered` ones. */
  readonly answeredRecords: number;
  /** Which bad records were planted. */
  readonly bad: Readonly<Record<string, number>>;
  readonly firstRecordAt: string | null;
  readonly lastRecordAt: string | null;
  /** The most records that waited in memory at one time. */
  readonly peakWaiting: number;
}

/** Large enough that a write is cheap, small enough to be nothing. */
const CHUNK_CHARACTERS = 1 << 16;

/** All call records as JSON Lines, in order of the instant at which a switch sends them, in chunks of whole lines. */
export function* callStream(
  customers: readonly Customer[],
  world: World,
  badRecords: boolean,
): Generator<string, StreamManifest> {
  const merge = new Merge(sourcesOf(customers, world));
  const text = new CallText();
  const bad = badRecords ? new BadRecords(world.seed) : undefined;
  const count = new Counts();
  let chunk = '';
  for (let entry = merge.next(); entry !== undefined; entry = merge.next()) {
    const { call } = entry;
    const ended = entry.kind === 'ended';
    const line = ended ? text.ended(call) : text.answered(call, entry.at);
    chunk += line;
    count.record(entry.at, ended);
    if (ended && isAfterEnd(call, (at) => AMSTERDAM.dayNumberAt(at as Instant)))
      count.kept('no-subscription');
    const extra = ended ? bad?.after(call, line, text) : undefined;
    if (extra !== undefined) {
      chunk += extra.line;
      count.bad(extra.kind);
    }
    if (chunk.length >= CHUNK_CHARACTERS) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
  return count.manifest(merge.peakWaiting);
}

function* sourcesOf(customers: readonly Customer[], world: World): Generator<CustomerCalls> {
  for (const customer of customers) yield new CustomerCalls(customer, world);
}

class Counts {
  private records = 0;
  private answered = 0;
  private first: number | null = null;
  private last: number | null = null;
  private readonly quarantined: Record<string, number> = {};
  private readonly planted: Record<string, number> = {};

  record(at: number, ended: boolean): void {
    this.records += 1;
    if (!ended) this.answered += 1;
    this.first ??= at;
    this.last = at;
  }

  kept(code: string): void {
    this.quarantined[code] = (this.quarantined[code] ?? 0) + 1;
  }

  bad(kind: BadRecordKind): void {
    this.records += 1;
    this.planted[kind] = (this.planted[kind] ?? 0) + 1;
    if (kind !== 'duplicate') this.kept(BAD_RECORD_KINDS[kind]);
  }

  manifest(peakWaiting: number): StreamManifest {
    const duplicates = this.planted['duplicate'] ?? 0;
    const kept = Object.values(this.quarantined).reduce((sum, value) => sum + value, 0);
    return {
      records: this.records,
      accepted: this.records - duplicates - kept,
      duplicates,
      quarantined: this.quarantined,
      answeredRecords: this.answered,
      bad: this.planted,
      firstRecordAt: this.first === null ? null : formatInstant(this.first as Instant),
      lastRecordAt: this.last === null ? null : formatInstant(this.last as Instant),
      peakWaiting,
    };
  }
}
