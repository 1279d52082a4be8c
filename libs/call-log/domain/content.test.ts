import { instant } from '#calendar/instant.js';
import type { CallRecord } from './call-record.js';
import { contentHashOf, describeDifference } from './content.js';

const record: CallRecord = {
  source: 's',
  id: 'i',
  account: null,
  user: 'seat-1',
  forwardedBy: null,
  direction: 'outbound',
  from: null,
  to: '+31201234567',
  startedAt: instant('2026-10-05T08:00:00Z'),
  answeredAt: null,
  endedAt: instant('2026-10-05T08:01:00Z'),
  talkSeconds: 0,
  disposition: 'no-answer',
  ip: null,
  trunk: null,
};
const CHANGES: Partial<CallRecord>[] = [
  { account: 'A' },
  { user: null },
  { forwardedBy: 'seat-2' },
  { direction: 'inbound' },
  { from: '+31612345678' },
  { to: '112' },
  { startedAt: instant('2026-10-05T08:00:00.001Z') },
  { answeredAt: instant('2026-10-05T08:00:30Z') },
  { endedAt: instant('2026-10-05T08:01:01Z') },
  { talkSeconds: 1 },
  { disposition: 'busy' },
  { ip: '203.0.113.1' },
  { trunk: 't' },
];

describe('the content of a call record', () => {
  it('is the same whatever the identity, and another with any other field', () => {
    expect(contentHashOf({ ...record, source: 'other', id: 'other' })).toBe(contentHashOf(record));
    const hashes = [record, ...CHANGES.map((change) => ({ ...record, ...change }))].map(contentHashOf);
    expect(new Set(hashes).size).toBe(CHANGES.length + 1);
    expect(hashes[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('of fields that stand side by side can not be moved from one to the next', () => {
    expect(contentHashOf({ ...record, ip: 'x', trunk: null })).not.toBe(
      contentHashOf({ ...record, ip: null, trunk: 'x' }),
    );
  });

  it('differs in words that name each field with both values', () => {
    expect(
      describeDifference(record, {
        ...record,
        user: null,
        answeredAt: instant('2026-10-05T08:00:30Z'),
        talkSeconds: 30,
      }),
    ).toBe('user seat-1 → none, answeredAt none → 2026-10-05T08:00:30Z, durationSeconds 0 → 30');
    expect(describeDifference(record, record)).toBe('account');
  });
});
