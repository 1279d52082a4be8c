import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type LocalDate, localDate, weekdayOf } from '#calendar/local-date.js';
import { type SimulationOptions, simulate } from '#simulation/simulate.js';
import { type Recorded, at, endOfTalk, record } from './recorded-calls.js';

const share = (part: number, whole: number) => part / whole;

/** Simulated and recorded; `ordinary` without the accounts on which something is planted. */
function recordedOf(options: SimulationOptions) {
  const simulation = simulate({ ...options, badRecords: false });
  const planted = new Set(simulation.planted.map(({ account }) => account));
  const recorded = record(simulation);
  return {
    ...recorded,
    planted: simulation.planted,
    ordinary: { calls: recorded.calls.filter(({ account }) => !planted.has(account)) },
  };
}

/** Calls per day of a set of accounts. */
function perDay(
  { calls }: Pick<Recorded, 'calls'>,
  only: (account: string) => boolean = () => true,
): Map<LocalDate, number> {
  const days = new Map<LocalDate, number>();
  for (const { record, account } of calls) {
    if (!only(account)) continue;
    const day = AMSTERDAM.localDateAt(record.startedAt);
    days.set(day, (days.get(day) ?? 0) + 1);
  }
  return days;
}

function mean(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0) / counts.length;
}

describe('the calls of a customer base', () => {
  let autumn: ReturnType<typeof recordedOf>;
  beforeAll(() => {
    autumn = recordedOf({ accounts: 30, days: 62, seed: 5 });
  }, 120_000);

  it('come in order of their end, over all accounts', () => {
    const late = autumn.calls.filter(
      ({ record }, index) => record.endedAt < (autumn.calls[index - 1]?.record.endedAt ?? 0),
    );
    expect(late).toEqual([]);
  });

  it('are 1,500 an account in 62 days, or more', () => {
    expect(autumn.calls.length).toBeGreaterThan(30 * 1_500);
  });

  it('start on all 62 days and on no other', () => {
    const days = [...perDay(autumn).keys()].toSorted();
    expect(days).toHaveLength(62);
    expect([days[0], days.at(-1)]).toEqual(['2026-09-01', '2026-11-01']);
  });

  it('are not answered about a quarter of the time', () => {
    const unanswered = autumn.ordinary.calls.filter(({ record }) => record.answeredAt === null);
    expect(share(unanswered.length, autumn.ordinary.calls.length)).toBeGreaterThan(0.2);
    expect(share(unanswered.length, autumn.ordinary.calls.length)).toBeLessThan(0.32);
    const endings = new Set(unanswered.map(({ record }) => record.disposition));
    expect([...endings].toSorted()).toEqual(['busy', 'cancelled', 'failed', 'no-answer']);
  });

  it('are inbound for about a half, with callers who withhold their number', () => {
    const inbound = autumn.ordinary.calls.filter(({ record }) => record.direction === 'inbound');
    expect(share(inbound.length, autumn.ordinary.calls.length)).toBeGreaterThan(0.35);
    expect(share(inbound.length, autumn.ordinary.calls.length)).toBeLessThan(0.6);
    const anonymous = inbound.filter(({ record }) => record.from === null).length;
    expect(share(anonymous, inbound.length)).toBeGreaterThan(0.05);
    expect(share(anonymous, inbound.length)).toBeLessThan(0.12);
  });

  it('follow the week: few on Sunday, most from Monday to Friday', () => {
    const byWeekday = Array.from({ length: 7 }, (_, weekday) =>
      mean(
        [...perDay(autumn.ordinary)].filter(([day]) => weekdayOf(day) === weekday).map(([, count]) => count),
      ),
    );
    const [monday = 0, , , , friday = 0, saturday = 0, sunday = 0] = byWeekday;
    expect(sunday).toBeLessThan(saturday);
    expect(saturday).toBeLessThan(monday * 0.6);
    expect(saturday).toBeLessThan(friday * 0.6);
  });

  it('follow the day: a dip at lunch, nearly nothing at night', () => {
    const byHour = Array.from({ length: 24 }, () => 0);
    for (const { record } of autumn.calls) {
      const hour = Math.floor((AMSTERDAM.wallClockMillis(record.startedAt) / 3_600_000) % 24);
      byHour[hour] = (byHour[hour] ?? 0) + 1;
    }
    const [ten = 0, twelve = 0, three = 0] = [byHour[10], byHour[12], byHour[3]];
    expect(twelve).toBeLessThan(ten * 0.9);
    expect(three).toBeLessThan(ten * 0.1);
  });

  it('rise on the one day of the rush, for everybody', () => {
    const days = perDay(autumn.ordinary);
    const rush = days.get(localDate('2026-10-09')) ?? 0;
    expect(rush).toBeGreaterThan(1.6 * (days.get(localDate('2026-10-02')) ?? 0));
  });

  it('go on over midnight, and over the hour in which the clock is set back', () => {
    const midnight = AMSTERDAM.startOfDay(localDate('2026-10-16'));
    const change = at('2026-10-25T01:00:00Z');
    const across = (moment: Instant) =>
      autumn.calls.filter((call) => {
        const { answeredAt } = call.record;
        return answeredAt !== null && answeredAt < moment && moment < endOfTalk(call);
      });
    expect(across(change).length).toBeGreaterThan(0);
    expect(across(midnight).length).toBeGreaterThan(0);
    const twice = autumn.calls.filter(
      ({ record }) => record.startedAt >= change - 3_600_000 && record.startedAt < change + 3_600_000,
    );
    expect(twice.length).toBeGreaterThan(0);
  });

  it('are forwarded, on-net, internal, to service numbers, abroad, and rarely to 112', () => {
    const classes = new Map<string, number>();
    for (const { rated } of autumn.calls) {
      const { class: id } = rated.rating;
      if (id !== null) classes.set(id, (classes.get(id) ?? 0) + 1);
    }
    for (const id of ['on-net', 'nl-premium', 'nl-free', 'nl-short', 'eu-fixed', 'eu-mobile', 'world-1']) {
      expect(classes.get(id) ?? 0).toBeGreaterThan(0);
    }
    expect(classes.get('satellite') ?? 0).toBe(0);
    expect(classes.get('emergency') ?? 0).toBeLessThan(autumn.calls.length / 5_000);
    expect(autumn.calls.some(({ record }) => record.forwardedBy !== null)).toBe(true);
    expect(
      autumn.calls.some(({ record }) => record.direction === 'internal' && /^2\d\d$/.test(record.to)),
    ).toBe(true);
  });

  it('keep a seat to one conversation at a time, where nothing is planted', () => {
    const busyUntil = new Map<string, number>();
    const talks = autumn.ordinary.calls
      .filter(({ record, user }) => record.answeredAt !== null && user !== '' && !user.endsWith('-test'))
      .filter(({ record }) => record.forwardedBy === null && record.direction !== 'internal')
      .toSorted((a, b) => a.record.startedAt - b.record.startedAt);
    let overlapping = 0;
    for (const call of talks) {
      if ((busyUntil.get(call.user) ?? 0) > call.record.startedAt) overlapping += 1;
      busyUntil.set(call.user, endOfTalk(call));
    }
    // The night watch has its call over the change of the clocks whatever else it does.
    expect(overlapping).toBeLessThanOrEqual(20);
  });

  it('come from the account’s own network or a mobile one, except in toll fraud', () => {
    const elsewhere = autumn.calls.filter(
      ({ record }) =>
        record.ip !== null && !/^(?:198\.1[89]|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(record.ip),
    );
    const fraud = autumn.planted.find(({ kind }) => kind === 'toll-fraud');
    expect(new Set(elsewhere.map(({ account }) => account))).toEqual(new Set([fraud?.account]));
  });
});

describe('holidays', () => {
  let spring: ReturnType<typeof recordedOf>;
  beforeAll(() => {
    spring = recordedOf({ accounts: 24, days: 50, seed: 6, from: localDate('2026-03-14') });
  }, 120_000);

  it('are quiet: Easter Monday and King’s Day beside the same weekday a week before', () => {
    const days = perDay(spring.ordinary);
    for (const [holiday, ordinary] of [
      ['2026-04-06', '2026-03-30'],
      ['2026-04-27', '2026-04-20'],
    ] as const) {
      expect(days.get(localDate(holiday)) ?? 0).toBeLessThan(0.55 * (days.get(localDate(ordinary)) ?? 0));
    }
  });

  it('keep schools quiet for a week', () => {
    const schools = new Set(
      spring.records.filter(({ name }) => /^(?:Basisschool|Lyceum)/.test(name)).map(({ id }) => id),
    );
    const days = perDay(spring, (account) => schools.has(account));
    expect(schools.size).toBeGreaterThan(0);
    expect(days.get(localDate('2026-04-29')) ?? 0).toBeLessThan(
      0.3 * (days.get(localDate('2026-04-22')) ?? 0),
    );
  });

  it('have a night in March with no call in the hour that does not exist, and one across it', () => {
    const change = at('2026-03-29T01:00:00Z');
    const across = spring.calls.filter((call) => {
      const { answeredAt } = call.record;
      return answeredAt !== null && answeredAt < change && change < endOfTalk(call);
    });
    expect(across.length).toBeGreaterThan(0);
  });
});
