import fc from 'fast-check';
import { instant } from '#calendar/instant.js';
import { parseCallRecord } from './parse-call-record.js';
import { MAXIMUM_RECORD_BYTES } from './record-from.js';

const NOW = instant('2026-10-31T12:00:00Z');
const CALL = {
  source: 'switch-1',
  id: 'c-1',
  user: 'seat-1',
  direction: 'outbound',
  from: '+31302000101',
  to: '0201234567',
  startedAt: '2026-10-05T10:00:00+02:00',
  answeredAt: '2026-10-05T10:00:05+02:00',
  endedAt: '2026-10-05T10:01:05.900+02:00',
};
const parse = (change: Record<string, unknown> = {}) =>
  parseCallRecord(JSON.stringify({ ...CALL, ...change }), NOW);
const recordOf = (change: Record<string, unknown> = {}) => {
  const parsed = parse(change);
  if (!parsed.ok) throw new Error(parsed.rejection.reason);
  if (parsed.kind !== 'ended') throw new Error(parsed.kind);
  return parsed.record;
};
const rejectionOf = (change: Record<string, unknown>) => {
  const parsed = parse(change);
  return parsed.ok ? 'accepted' : `${parsed.rejection.code}: ${parsed.rejection.reason}`;
};

describe('a call record', () => {
  it('is normalised: numbers to E.164, talk time in whole seconds, the disposition by the answer', () => {
    expect(recordOf()).toEqual({
      source: 'switch-1',
      id: 'c-1',
      account: null,
      user: 'seat-1',
      forwardedBy: null,
      direction: 'outbound',
      from: '+31302000101',
      to: '+31201234567',
      startedAt: instant('2026-10-05T08:00:00Z'),
      answeredAt: instant('2026-10-05T08:00:05Z'),
      endedAt: instant('2026-10-05T08:01:05.900Z'),
      talkSeconds: 60,
      disposition: 'answered',
      ip: null,
      trunk: null,
    });
    expect(recordOf({ answeredAt: null })).toMatchObject({ talkSeconds: 0, disposition: 'no-answer' });
    expect(recordOf({ from: 'anonymous' }).from).toBeNull();
    expect(recordOf({ unknownField: { deep: [1] } })).toEqual(recordOf());
    for (const short of ['112', '14020', '116123']) expect(recordOf({ to: short }).to).toBe(short);
    expect(recordOf({ direction: 'internal', from: '201', to: '*21' })).toMatchObject({
      from: '201',
      to: '*21',
    });
  });

  it.each([
    [{ source: '' }, 'invalid: source "" must be a text of 1 to 64 characters.'],
    [{ source: 's'.repeat(65) }, /^invalid: source "s{59}… \(67 characters\) must be/],
    [{ id: 'i'.repeat(129) }, /^invalid: id "i/],
    [{ id: 7 }, 'invalid: id 7 must be a text of 1 to 128 characters.'],
    [{ id: 'a\u0000b' }, String.raw`invalid: id "a\u0000b" holds a control character.`],
    [{ id: 'a\ud800' }, String.raw`invalid: id "a\ud800" holds half a character.`],
    [{ account: 'a'.repeat(65) }, /^invalid: account/],
    [{ user: '' }, /^invalid: user/],
    [{ forwardedBy: 4 }, /^invalid: forwardedBy/],
    [{ trunk: 't'.repeat(65) }, /^invalid: trunk/],
    [{ direction: 'sideways' }, 'invalid: direction "sideways" must be one of outbound, inbound, internal.'],
    [
      { direction: undefined },
      'invalid: direction is missing; it must be one of outbound, inbound, internal.',
    ],
    [{ to: '' }, /^invalid: to "" is not a telephone number/],
    [{ to: '*21' }, /^invalid: to "\*21" is not/],
    [{ direction: 'up\u009b\u007f' }, /^invalid: direction "up\\u009b\\u007f" must be/],
    [{ to: `${'a'.repeat(58)}🙂` }, /^invalid: to "a{58}\\ud83d… \(62 characters\)/],
    [{ to: '1'.repeat(400) }, /^invalid: to "1{59}… \(402 characters\) is not a telephone number/],
    [{ from: `+31${'9'.repeat(397)}` }, /^invalid: from .* is not a telephone number/],
    [{ from: 31 }, 'invalid: from 31 must be a telephone number.'],
    [{ startedAt: '2026-10-05T10:00:00' }, /^invalid: startedAt .* offset/],
    [{ startedAt: '2026-02-30T10:00:00Z' }, /^invalid: startedAt/],
    [{ startedAt: 1_790_000_000 }, /^invalid: startedAt 1790000000/],
    [{ endedAt: null }, /^invalid: endedAt null/],
    [{ answeredAt: 'later' }, /^invalid: answeredAt "later"/],
    [{ durationSeconds: -1 }, /^invalid: durationSeconds -1 must be a whole number/],
    [{ durationSeconds: 1.5 }, /^invalid: durationSeconds 1.5/],
    [{ durationSeconds: '60' }, /^invalid: durationSeconds "60"/],
    [{ disposition: 'asleep' }, /^invalid: disposition/],
    [{ ip: '1.2.3.4.5' }, /^invalid: ip/],
    [{ type: 'call.ringing' }, 'invalid: type "call.ringing" must be one of call.ended, call.answered.'],
    [{ type: null }, /^invalid: type null/],
    [{ endedAt: '2026-10-05T09:59:00+02:00' }, /^implausible: endedAt .* is before startedAt/],
    [{ answeredAt: '2026-10-05T10:02:00+02:00' }, /^implausible: answeredAt/],
    [{ startedAt: '1999-12-31T23:59:59Z' }, /^implausible: startedAt .* before the year 2000/],
    [
      { startedAt: '2026-09-01T00:00:00Z', answeredAt: null },
      /^implausible: The call lasts longer than 7 days/,
    ],
    [
      { durationSeconds: 63 },
      'implausible: durationSeconds 63 disagrees with the 60 seconds from answer to end.',
    ],
    [{ durationSeconds: 4_000_000_000 }, /^implausible: durationSeconds/],
    [{ answeredAt: null, disposition: 'answered' }, /^implausible: disposition is answered/],
    [{ disposition: 'busy' }, /^implausible: disposition is busy/],
  ])('%j is refused with field and value', (change, reason) => {
    expect(rejectionOf(change)).toEqual(typeof reason === 'string' ? reason : expect.stringMatching(reason));
  });

  it('may start five minutes from now and not later; may disagree by two seconds and not more', () => {
    const at = (startedAt: string) => rejectionOf({ startedAt, answeredAt: null, endedAt: startedAt });
    expect(at('2026-10-31T12:05:00Z')).toBe('accepted');
    expect(at('2026-10-31T12:05:00.001Z')).toMatch(/^implausible: .* in the future/);
    expect(recordOf({ durationSeconds: 62 }).talkSeconds).toBe(62);
    expect(recordOf({ durationSeconds: 58 }).talkSeconds).toBe(58);
  });

  it('may last seven days and not a millisecond more', () => {
    const lasting = (endedAt: string) => rejectionOf({ answeredAt: null, endedAt });
    expect(lasting('2026-10-12T10:00:00+02:00')).toBe('accepted');
    expect(lasting('2026-10-12T10:00:00.001+02:00')).toMatch(/longer than 7 days/);
  });

  it('keeps the identity of a refused record where it has one', () => {
    expect(parse({ direction: 'up' })).toMatchObject({ ok: false, source: 'switch-1', id: 'c-1' });
    expect(parse({ id: 'x\u0001' })).toMatchObject({ ok: false, source: 'switch-1', id: null });
  });

  it('of 16 KiB is read, of a byte more not', () => {
    const padded = (bytes: number) => {
      const text = JSON.stringify({ ...CALL, note: '' });
      return parseCallRecord(
        Buffer.from(JSON.stringify({ ...CALL, note: 'x'.repeat(bytes - text.length) })),
        NOW,
      );
    };
    expect(padded(MAXIMUM_RECORD_BYTES).ok).toBe(true);
    expect(padded(MAXIMUM_RECORD_BYTES + 1)).toMatchObject({ rejection: { code: 'unreadable' } });
  });

  it('takes nothing from a key that speaks of prototypes', () => {
    const { id: _id, ...rest } = CALL;
    const polluted = `{"__proto__": {"id": "p"}, "constructor": {"prototype": {"id": "p"}}, ${JSON.stringify(rest).slice(1)}`;
    expect(parseCallRecord(polluted, NOW)).toMatchObject({ rejection: { reason: /^id is missing/ } });
    expect(Object.prototype).not.toHaveProperty('id');
  });

  it('nested as deep as 16 KiB allow is refused like any other', () => {
    const deep = '['.repeat(8_000) + ']'.repeat(8_000);
    expect(parseCallRecord(deep, NOW)).toMatchObject({ rejection: { code: 'unreadable' } });
    const inField = `{"to": ${deep}, ${JSON.stringify({ ...CALL, to: undefined }).slice(1)}`;
    expect(parseCallRecord(inField, NOW)).toMatchObject({ rejection: { reason: /^to \[…\] is not/ } });
    expect(parseCallRecord(`{"durationSeconds": 1e400, ${JSON.stringify(CALL).slice(1)}`, NOW)).toMatchObject(
      {
        rejection: { reason: /^durationSeconds Infinity/ },
      },
    );
  });

  it('of bytes that are no UTF-8 is unreadable: two of them must not become one id', () => {
    const bytes = Buffer.from(JSON.stringify({ ...CALL, id: 'é-1' }), 'latin1');
    expect(parseCallRecord(bytes, NOW)).toMatchObject({ rejection: { code: 'unreadable', reason: /UTF-8/ } });
    expect(parseCallRecord(Buffer.from(JSON.stringify({ ...CALL, id: '\ufffd' })), NOW).ok).toBe(true);
  });

  it('is an answer for whatever bytes there are, in a sentence that can be stored', () => {
    const isStorable = (text: string) =>
      ![...text].some((character) => character < ' ' || character === '\u007f');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc.json(),
          fc.string(),
        ),
        (bytes) => {
          const parsed = parseCallRecord(bytes, NOW);
          expect(parsed.ok || isStorable(parsed.rejection.reason)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
    expect(parseCallRecord(Buffer.from([0, 1, 2]), NOW)).toMatchObject({
      rejection: { reason: expect.stringContaining(String.raw`\u0000`) },
    });
  });
});

describe('a call that was answered and goes on', () => {
  const open = (change: Record<string, unknown> = {}) =>
    parse({ type: 'call.answered', endedAt: undefined, ...change });
  const reasonOf = (change: Record<string, unknown>) => {
    const parsed = open(change);
    return parsed.ok ? parsed.kind : `${parsed.rejection.code}: ${parsed.rejection.reason}`;
  };

  it('has no end, no talk time and no disposition yet', () => {
    const { endedAt: _endedAt, talkSeconds: _talk, disposition: _disposition, ...rest } = recordOf();
    expect(open()).toEqual({ ok: true, kind: 'answered', record: rest });
    expect(open({ endedAt: null })).toEqual(open());
  });

  it.each([
    [{ answeredAt: null }, /^invalid: answeredAt null must be an RFC 3339 instant/],
    [{ answeredAt: undefined }, /^invalid: answeredAt is missing/],
    [
      { endedAt: '2026-10-05T10:01:00+02:00' },
      /^invalid: endedAt .* must be absent of a call that is open; send type call\.ended/,
    ],
    [{ answeredAt: '2026-10-05T09:00:00+02:00' }, /^implausible: answeredAt .* is before startedAt/],
    [{ answeredAt: '2026-10-13T09:00:00+02:00' }, /^implausible: The call rang longer than 7 days/],
    [
      { startedAt: '2026-10-31T12:00:00Z', answeredAt: '2026-10-31T12:06:00Z' },
      /^implausible: answeredAt .* in the future/,
    ],
    [{ startedAt: '1999-01-01T00:00:00Z', answeredAt: '1999-01-01T00:00:01Z' }, /^implausible: .* 2000/],
    [{ to: 'x' }, /^invalid: to/],
  ])('%j is refused', (change, reason) => {
    expect(reasonOf(change)).toMatch(reason);
  });
});
