import { UNPRICED_PREFIX } from '../deck/prefixes.js';
import { Random } from '../random.js';
import type { Call } from './call.js';
import type { CallText } from './call-text.js';

/** What real switches get wrong, and what a loader makes of it (contracts section 1). */
export const BAD_RECORD_KINDS = {
  duplicate: 'duplicate',
  malformed: 'unreadable',
  'unknown-account': 'unknown-account',
  'negative-duration': 'invalid',
  'end-before-start': 'implausible',
  'future-start': 'implausible',
  'unknown-prefix': 'no-rate',
  conflict: 'conflict',
  'no-offset': 'invalid',
} as const;
export type BadRecordKind = keyof typeof BAD_RECORD_KINDS;

const KINDS = Object.keys(BAD_RECORD_KINDS) as BadRecordKind[];
const PURPOSE = 9;
/** Dense at first, so that a small simulation has each kind once; later one in a few thousand. */
const GAP_STEP = 40;
const LARGEST_GAP = 3_000;
const TEN_YEARS_MILLIS = 10 * 365 * 86_400_000;

/** Puts a bad record behind a good one now and then, each kind in turn. */
export class BadRecords {
  private readonly random: Random;
  private made = 0;
  private recordsUntilNext = GAP_STEP;

  constructor(seed: number) {
    this.random = new Random(seed, PURPOSE);
  }

  /** The bad record to send after this call, if one is due and the call is of the kind that it can be made of. */
  after(call: Call, line: string, text: CallText): { kind: BadRecordKind; line: string } | undefined {
    this.recordsUntilNext -= 1;
    if (this.recordsUntilNext > 0 || !isSuitable(call)) return undefined;
    const kind = KINDS[this.made % KINDS.length] ?? 'duplicate';
    this.made += 1;
    const gap = Math.min(LARGEST_GAP, GAP_STEP * (this.made + 1));
    this.recordsUntilNext = this.random.between(Math.floor(gap / 2), gap);
    return { kind, line: badLine(kind, call, line, text, this.made) };
  }
}

/** An answered outbound call of an account that nothing is planted on: what is kept back must not change a verdict. */
function isSuitable(call: Call): boolean {
  return (
    call.direction === 'outbound' &&
    call.answeredAt !== null &&
    call.forwardedBy === null &&
    call.endedAt - call.answeredAt >= 10_000 &&
    call.customer.planted === null &&
    call.customer.leavesOn === null &&
    call.user !== call.customer.testUser?.user
  );
}

function badLine(kind: BadRecordKind, call: Call, line: string, text: CallText, number: number): string {
  const other: Call = { ...call, id: `${call.id}-bad-${number}` };
  const { answeredAt } = call;
  switch (kind) {
    case 'duplicate':
      return line;
    case 'conflict':
      return text.ended({ ...call, endedAt: call.endedAt + 7_000 });
    case 'malformed':
      return `${line.slice(0, Math.floor(line.length / 2))}\n`;
    case 'unknown-account':
      return text.ended({ ...other, customer: { ...call.customer, id: `X${number}`, namesAccount: true } });
    case 'negative-duration':
      return text.ended(other).replace(/"durationSeconds":\d+/, '"durationSeconds":-1');
    case 'end-before-start':
      return text.ended({
        ...other,
        endedAt: call.startedAt - 60_000,
        answeredAt: null,
        disposition: 'no-answer',
      });
    case 'future-start':
      return text.ended({
        ...other,
        startedAt: call.startedAt + TEN_YEARS_MILLIS,
        answeredAt: (answeredAt ?? call.startedAt) + TEN_YEARS_MILLIS,
        endedAt: call.endedAt + TEN_YEARS_MILLIS,
      });
    case 'unknown-prefix':
      return text.ended({ ...other, to: `${UNPRICED_PREFIX}${String(number).padStart(6, '0')}` });
    case 'no-offset':
      return text.ended(other).replace(/("startedAt":"[^"+Z]*)(?:[+]\d\d:\d\d|Z)"/, '$1"');
  }
}
