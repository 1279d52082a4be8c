import fc from 'fast-check';
import { type Instant, formatInstant, instant } from '#calendar/instant.js';
import {
  type AmbiguousRule,
  type WrittenTimes,
  instantsAtWall,
  resolveTimes,
  zoneNamed,
} from './local-time.js';

const zoneOf = (name: string) => {
  const zone = zoneNamed(name);
  if (zone === undefined) throw new Error(name);
  return zone;
};
const AMSTERDAM = zoneOf('Europe/Amsterdam');

function resolved(times: WrittenTimes, rule: AmbiguousRule = 'quarantine', zone = AMSTERDAM) {
  const found = resolveTimes(times, zone, rule);
  return found.ok
    ? [found.startedAt, found.answeredAt, found.endedAt].map((at) => (at === null ? null : formatInstant(at)))
    : `${found.rejection.code}: ${found.rejection.reason}`;
}

describe('local times of a switch', () => {
  it('become instants by the offset of the zone on that day', () => {
    expect(
      resolved({ start: '2026-10-05 10:00:00', answer: '2026-10-05 10:00:05', end: '2026-10-05 10:01:00' }),
    ).toEqual(['2026-10-05T08:00:00Z', '2026-10-05T08:00:05Z', '2026-10-05T08:01:00Z']);
    expect(resolved({ start: '2026/12/05 10:00:00.5', answer: null, end: '2026-12-05T10:00:01' })).toEqual([
      '2026-12-05T09:00:00.500Z',
      null,
      '2026-12-05T09:00:01Z',
    ]);
  });

  it('with an offset of their own, or as seconds since 1970, need no zone', () => {
    const times = { start: '2026-10-25 02:30:00+0200', answer: null, end: '1793057460' };
    expect(resolveTimes(times, undefined, 'quarantine')).toMatchObject({
      ok: true,
      startedAt: instant('2026-10-25T00:30:00Z'),
      endedAt: 1_793_057_460_000,
    });
    expect(resolveTimes({ ...times, end: '2026-10-25 03:00:00' }, undefined, 'quarantine')).toMatchObject({
      rejection: { code: 'invalid', reason: /no --time-zone was given/ },
    });
  });

  it.each([
    '',
    'yesterday',
    '2026-02-30 10:00:00',
    '2026-10-05 25:00:00',
    '05-10-2026 10:00:00',
    '2026-10-05',
  ])('%j is no time', (start) => {
    expect(resolved({ start, answer: null, end: '2026-10-05 10:00:00' })).toMatch(
      /^invalid: start ".*" is no time such as/,
    );
  });
});

describe('in the night in which the clock goes back', () => {
  const within = { start: '2026-10-25 02:30:00', answer: null, end: '2026-10-25 02:30:20', totalSeconds: 20 };

  it('a call wholly within the hour that exists twice is what the rule says', () => {
    expect(resolved(within, 'earlier')).toEqual(['2026-10-25T00:30:00Z', null, '2026-10-25T00:30:20Z']);
    expect(resolved(within, 'later')).toEqual(['2026-10-25T01:30:00Z', null, '2026-10-25T01:30:20Z']);
    expect(resolved(within)).toBe(
      'implausible: 2026-10-25 02:30:00 exists twice in Europe/Amsterdam, in the night in which the clock goes back. Say which is meant with --ambiguous earlier or later.',
    );
  });

  it('a call that begins before or ends after that hour is told by its duration, whatever the rule', () => {
    const intoIt = { start: '2026-10-25 01:59:50', answer: null, end: '2026-10-25 02:10:00' };
    for (const rule of ['quarantine', 'earlier', 'later'] as const) {
      expect(resolved({ ...intoIt, totalSeconds: 610 }, rule)).toEqual([
        '2026-10-24T23:59:50Z',
        null,
        '2026-10-25T00:10:00Z',
      ]);
      expect(resolved({ ...intoIt, totalSeconds: 4_210 }, rule)).toEqual([
        '2026-10-24T23:59:50Z',
        null,
        '2026-10-25T01:10:00Z',
      ]);
      expect(
        resolved(
          {
            start: '2026-10-25 02:59:00',
            answer: '2026-10-25 02:59:10',
            end: '2026-10-25 03:01:00',
            totalSeconds: 120,
            talkSeconds: 110,
          },
          rule,
        ),
      ).toEqual(['2026-10-25T01:59:00Z', '2026-10-25T01:59:10Z', '2026-10-25T02:01:00Z']);
    }
  });

  it('a call across the change, whose end looks earlier than its start, is no riddle', () => {
    expect(
      resolved({
        start: '2026-10-25 02:50:00',
        answer: null,
        end: '2026-10-25 02:10:00',
        totalSeconds: 1_200,
      }),
    ).toEqual(['2026-10-25T00:50:00Z', null, '2026-10-25T01:10:00Z']);
  });

  it('the hour before and the hour after exist once', () => {
    expect(resolved({ start: '2026-10-25 01:59:59', answer: null, end: '2026-10-25 03:00:00' })).toEqual([
      '2026-10-24T23:59:59Z',
      null,
      '2026-10-25T02:00:00Z',
    ]);
  });

  it('times in UTC are never in doubt', () => {
    expect(resolved(within, 'quarantine', zoneOf('UTC'))).toEqual([
      '2026-10-25T02:30:00Z',
      null,
      '2026-10-25T02:30:20Z',
    ]);
  });
});

describe('in the night in which the clock goes forward', () => {
  it('a time that does not exist is implausible, whatever the rule', () => {
    for (const rule of ['quarantine', 'earlier', 'later'] as const) {
      expect(resolved({ start: '2026-03-29 02:30:00', answer: null, end: '2026-03-29 03:10:00' }, rule)).toBe(
        'implausible: start 2026-03-29 02:30:00 does not exist in Europe/Amsterdam: the clock went forward over it.',
      );
    }
  });

  it('a call across the gap lasts what it lasted', () => {
    expect(resolved({ start: '2026-03-29 01:59:00', answer: null, end: '2026-03-29 03:01:00' })).toEqual([
      '2026-03-29T00:59:00Z',
      null,
      '2026-03-29T01:01:00Z',
    ]);
  });
});

describe('every instant', () => {
  it.each(['Europe/Amsterdam', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'])(
    'is among those at which a clock in %s shows its time',
    (name) => {
      const zone = zoneOf(name);
      const at = fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2090, 0, 1) });
      const nearChange = fc
        .tuple(at, fc.integer({ min: -7_200_000, max: 7_200_000 }))
        .map(([start, shift]) => Math.min(zone.nextChangeAfter(start), Date.UTC(2090, 0, 1)) + shift);
      fc.assert(
        fc.property(fc.oneof(at, nearChange), (moment) => {
          const found = instantsAtWall(zone, zone.wallClockMillis(moment as Instant));
          expect(found).toContain(moment);
          expect(found.length).toBeLessThanOrEqual(2);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('of a zone that nobody knows is none', () => {
    expect(zoneNamed('Europe/Amsterdm')).toBeUndefined();
  });
});
