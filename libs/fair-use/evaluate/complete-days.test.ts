import { instant } from '#calendar/instant.js';
import { dayNumberOf, localDate } from '#calendar/local-date.js';
import { judgedNotBefore, missingSources, refuseIncomplete } from './complete-days.js';

const day = (text: string) => dayNumberOf(localDate(text));
const seen = (source: string, firstSeen: string, lastSeen: string) => ({
  source,
  firstSeen: instant(firstSeen),
  lastSeen: instant(lastSeen),
});

describe('a complete day', () => {
  it('is judged from 06:00 local time on the next day, in summer and winter', () => {
    const at = (text: string) => judgedNotBefore(day('2026-10-24'), '06:00', instant(text)).ok;
    // The next day is the one with 25 hours: 06:00 is winter time by then.
    expect([at('2026-10-25T04:59:59Z'), at('2026-10-25T05:00:00Z')]).toEqual([false, true]);
  });

  it('misses the active sources that have shown no instant past its end', () => {
    const sources = [
      seen('switch-1', '2026-10-20T08:00:00Z', '2026-10-20T21:59:59Z'),
      seen('switch-2', '2026-10-20T08:00:00Z', '2026-10-20T22:00:00Z'),
    ];
    expect(missingSources(sources, day('2026-10-20'), day('2026-10-20'))).toEqual(
      new Map([[day('2026-10-20'), ['switch-1']]]),
    );
  });

  it('does not wait for a source that has sent nothing for a week, nor for one that begins later', () => {
    const sources = [
      seen('old', '2026-10-01T08:00:00Z', '2026-10-01T09:00:00Z'),
      seen('new', '2026-10-21T08:00:00Z', '2026-10-21T09:00:00Z'),
    ];
    expect([...missingSources(sources, day('2026-10-08'), day('2026-10-20')).keys()]).toEqual([]);
    expect(missingSources(sources, day('2026-10-07'), day('2026-10-07')).get(day('2026-10-07'))).toEqual([
      'old',
    ]);
  });

  it('the refusal names the first day and its sources', () => {
    expect(refuseIncomplete(new Map([[day('2026-10-20'), ['switch-1', 'switch-2']]]))).toMatchObject({
      ok: false,
      refusal: {
        code: 'day-incomplete',
        message: expect.stringContaining(
          '2026-10-20 is not complete: switch-1, switch-2 have shown no instant',
        ),
      },
    });
  });
});
