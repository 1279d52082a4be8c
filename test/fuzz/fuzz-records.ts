import { QUARANTINE_CODES } from '#call-log/domain/call-record.js';
import type { RecordOutcome } from '#call-log/store-batch/batch.js';
import type { SeededRandom } from './random.js';

/** A record, and what may become of it. */
export interface FuzzRecord {
  /** Which kind it is, for the report of a failure. */
  readonly kind: string;
  readonly bytes: Buffer;
  readonly allowed: ReadonlySet<RecordOutcome>;
}

type Fields = Readonly<Record<string, unknown>>;
const ANYTHING: ReadonlySet<RecordOutcome> = new Set(['accepted', 'duplicate', ...QUARANTINE_CODES]);
const only = (...outcomes: RecordOutcome[]): ReadonlySet<RecordOutcome> => new Set(outcomes);
const ACCEPTED = only('accepted');
const INVALID = only('invalid');
const IMPLAUSIBLE = only('implausible');
const UNREADABLE = only('unreadable');

/** Values of fields at and over their limits, each with what has to come of it (contracts section 1). */
const AT_LIMITS: readonly (readonly [Fields, ReadonlySet<RecordOutcome>])[] = [
  [{ source: 's'.repeat(64) }, ACCEPTED],
  [{ source: 's'.repeat(65) }, INVALID],
  [{ id: '' }, INVALID],
  [{ id: 'i'.repeat(129) }, INVALID],
  [{ id: 'zero\u0000' }, INVALID],
  [{ id: 'half\ud800' }, INVALID],
  [{ id: ['x'] }, INVALID],
  [{ user: 'u'.repeat(65) }, INVALID],
  [{ account: 'nobody' }, only('unknown-account')],
  [{ from: '+31999999999' }, only('unknown-account')],
  [{ from: null }, only('unknown-account')],
  [{ to: '+998712345678' }, only('no-rate')],
  [{ to: '' }, INVALID],
  [{ to: '9'.repeat(500) }, INVALID],
  [{ direction: 'sideways' }, INVALID],
  [{ startedAt: '2026-10-05T10:00:00' }, INVALID],
  [{ startedAt: '1999-12-31T23:59:59Z', answeredAt: null, endedAt: '2000-01-01T00:00:00Z' }, IMPLAUSIBLE],
  [{ startedAt: '2030-01-01T00:00:00Z', answeredAt: null, endedAt: '2030-01-01T00:00:01Z' }, IMPLAUSIBLE],
  [{ answeredAt: null, endedAt: '2026-10-12T10:00:00+02:00' }, ACCEPTED],
  [{ answeredAt: null, endedAt: '2026-10-12T10:00:00.001+02:00' }, IMPLAUSIBLE],
  [{ endedAt: '2026-10-05T09:59:59+02:00' }, IMPLAUSIBLE],
  [{ endedAt: '2026-13-05T09:59:59+02:00' }, INVALID],
  [{ durationSeconds: 62 }, ACCEPTED],
  [{ durationSeconds: 63 }, IMPLAUSIBLE],
  [{ durationSeconds: -1 }, INVALID],
  [{ durationSeconds: 2 ** 53 }, INVALID],
  [{ durationSeconds: Number.MAX_SAFE_INTEGER }, IMPLAUSIBLE],
  [{ durationSeconds: 0.5 }, INVALID],
  [{ disposition: 'busy' }, IMPLAUSIBLE],
  [{ ip: '256.0.0.1' }, INVALID],
  [{ ip: '2001:db8::1' }, ACCEPTED],
  [{ trunk: 't'.repeat(64) }, ACCEPTED],
  [{ type: 'call.unknown' }, INVALID],
  [
    { constructor: { prototype: { id: 'p' } }, toString: 1, hasOwnProperty: null, unknown: { deep: [[]] } },
    ACCEPTED,
  ],
];
const CHARACTERS = [
  'é',
  '漢',
  '🙂',
  'e\u0301',
  '\u200f',
  '\u2028',
  '\ufffd',
  '\ufeff',
  '"',
  '\\',
  "'",
  '%',
  ' ',
  '\u00a0',
];
const NUMBERS = ['0201234567', '+31612345678', '+4930123456', '0800-1234', '112', '+12025550123'];

/**
 * Makes records of every kind there is, the same for the same seed. Repeats and conflicts are made of calls that were made before, so what
 * has to come of each is known, but for bytes that were changed at random.
 */
export class RecordFuzzer {
  private made = 0;
  /** Calls that have to be accepted; bounded, so that memory stays flat however long this goes on. */
  private readonly earlier: Fields[] = [];

  constructor(
    private readonly random: SeededRandom,
    /** In the ids: two fuzzers on one database must not meet. */
    private readonly name: string,
  ) {}

  record(): FuzzRecord {
    const chance = this.random.below(100);
    if (chance < 30) return this.good();
    if (chance < 40) return this.repeat();
    if (chance < 50) return this.conflict();
    if (chance < 65) return this.atLimits();
    if (chance < 73) return this.changedBytes();
    if (chance < 78) return json('envelope', this.envelope(), ACCEPTED);
    if (chance < 81) return json('bad envelope', { ...this.envelope(), specversion: '0.3' }, INVALID);
    if (chance < 85) return this.size();
    if (chance < 89) return this.nested();
    if (chance < 93) return this.prototypes();
    if (chance < 96)
      return {
        kind: 'no UTF-8',
        bytes: Buffer.from(JSON.stringify(this.call({ id: this.id('é') })), 'latin1'),
        allowed: UNREADABLE,
      };
    return { kind: 'bytes', bytes: this.random.bytes(this.random.below(300)), allowed: UNREADABLE };
  }

  private good(): FuzzRecord {
    const fields = this.call({ to: this.random.pick(NUMBERS), note: this.random.pick(CHARACTERS) });
    if (this.earlier.length < 2_000) this.earlier.push(fields);
    else this.earlier[this.random.below(this.earlier.length)] = fields;
    return json('good', fields, ACCEPTED);
  }

  /** The same content in another order of keys, with other unknown fields. */
  private repeat(): FuzzRecord {
    const fields = this.known();
    if (fields === undefined) return this.good();
    const shuffled = Object.fromEntries(Object.entries({ ...fields, note: 'again' }).toReversed());
    return json('repeat', shuffled, only('duplicate'));
  }

  private conflict(): FuzzRecord {
    const fields = this.known();
    if (fields === undefined) return this.good();
    return json('conflict', { ...fields, endedAt: '2026-10-05T10:03:00+02:00' }, only('conflict'));
  }

  private known(): Fields | undefined {
    return this.earlier.length === 0 ? undefined : this.random.pick(this.earlier);
  }

  private atLimits(): FuzzRecord {
    const [change, allowed] = this.random.pick(AT_LIMITS);
    return json(`at limits ${JSON.stringify(change).slice(0, 60)}`, this.call(change), allowed);
  }

  /** A few bytes of a good record set, taken out or put in. What comes of it is open, but not that something does. */
  private changedBytes(): FuzzRecord {
    let bytes = Buffer.from(JSON.stringify(this.call({})));
    for (let count = 1 + this.random.below(4); count > 0; count -= 1) {
      const at = this.random.below(bytes.length);
      const how = this.random.below(4);
      if (how === 0) bytes[at] = this.random.below(256);
      else if (how === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      else if (how === 2)
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          this.random.bytes(1 + this.random.below(3)),
          bytes.subarray(at),
        ]);
      else bytes = Buffer.from(bytes.subarray(0, Math.max(1, at)));
    }
    return { kind: 'changed bytes', bytes, allowed: ANYTHING };
  }

  private envelope(): Fields {
    const { source, id, ...data } = this.call({});
    return { specversion: '1.0', type: 'nl.example.call.ended.v1', source, id, time: 'whenever', data };
  }

  private size(): FuzzRecord {
    const limit = 16 * 1024;
    const over = this.random.below(3) === 0;
    const fields = this.call({ note: '' });
    const missing =
      limit + (over ? 1 + this.random.below(9_000) : 0) - Buffer.byteLength(JSON.stringify(fields));
    return json(
      over ? 'too long' : 'as long as can be',
      { ...fields, note: 'x'.repeat(missing) },
      over ? UNREADABLE : ACCEPTED,
    );
  }

  private nested(): FuzzRecord {
    const deep = '['.repeat(7_000) + ']'.repeat(7_000);
    const text = JSON.stringify(this.call({}));
    const inUnknown = this.random.below(2) === 0;
    const field = inUnknown ? 'unknown' : 'user';
    return {
      kind: `nested in ${field}`,
      bytes: Buffer.from(`{"${field}":${deep},${text.slice(1)}`),
      allowed: inUnknown ? ACCEPTED : INVALID,
    };
  }

  /** Keys that would reach a prototype if they were copied without care; the first one lacks its own id. */
  private prototypes(): FuzzRecord {
    const { id, ...rest } = this.call({});
    const own = this.random.below(2) === 0;
    const text = JSON.stringify(own ? { ...rest, id } : rest);
    return {
      kind: 'prototypes',
      bytes: Buffer.from(`{"__proto__":{"id":"polluted","source":"polluted"},${text.slice(1)}`),
      allowed: own ? ACCEPTED : INVALID,
    };
  }

  private call(change: Fields): Fields {
    return {
      source: 'fuzz',
      id: this.id(this.random.pick(CHARACTERS)),
      direction: 'outbound',
      from: '+31302000101',
      to: '0201234567',
      startedAt: '2026-10-05T10:00:00+02:00',
      answeredAt: '2026-10-05T10:00:05+02:00',
      endedAt: '2026-10-05T10:01:05+02:00',
      ...change,
    };
  }

  private id(character: string): string {
    this.made += 1;
    return `${this.name}-${this.made}-${character}`;
  }
}

function json(kind: string, fields: Fields, allowed: ReadonlySet<RecordOutcome>): FuzzRecord {
  return { kind, bytes: Buffer.from(JSON.stringify(fields)), allowed };
}
