import { AMSTERDAM } from '#calendar/billing-zone.js';
import { addDays, daysBetween, dayNumberOf } from '#calendar/local-date.js';
import { type Planted, simulate } from '#simulation/simulate.js';
import {
  type Recorded,
  type RecordedCall,
  endOfTalk,
  groupedBy,
  isJudged,
  record,
} from './recorded-calls.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const simulation = simulate({ accounts: 60, days: 62, seed: 21, badRecords: false });
let recorded: Recorded;
let judgedOf: Map<string, RecordedCall[]>;
let callsOf: Map<string, RecordedCall[]>;

beforeAll(() => {
  recorded = record(simulation);
  callsOf = groupedBy(recorded.calls, (call) => call.account);
  judgedOf = groupedBy(recorded.calls.filter(isJudged), (call) => call.account);
}, 120_000);

function planted(kind: string): Planted & { readonly account: string } {
  const found = simulation.planted.find((one) => one.kind === kind);
  if (found === undefined || found.account === null) throw new Error(`${kind} is not planted on an account`);
  return { ...found, account: found.account };
}

const judged = (account: string) => judgedOf.get(account) ?? [];
const dayOf = (call: RecordedCall) => AMSTERDAM.dayNumberAt(call.record.answeredAt ?? call.record.startedAt);
const talkMillis = (call: RecordedCall) => call.record.talkSeconds * 1000;

/** Line-open episodes by hand: one user, one number, set up at most 30 s after the end of talk. Days on which one got 3 hours long. */
function openLineDays(account: string): number[] {
  const days: number[] = [];
  const lines = groupedBy(judged(account), (call) => `${call.user} ${call.record.to}`);
  for (const line of lines.values()) {
    let until = 0;
    let millis = 0;
    for (const call of line.toSorted((a, b) => a.record.startedAt - b.record.startedAt)) {
      if (call.record.startedAt > until + 30_000) millis = 0;
      if (millis < 3 * HOUR && millis + talkMillis(call) >= 3 * HOUR) days.push(dayOf(call));
      millis += talkMillis(call);
      until = Math.max(until, endOfTalk(call));
    }
  }
  return days.toSorted((a, b) => a - b);
}

const most = (days: readonly number[], windowDays: number) =>
  Math.max(0, ...days.map((last) => days.filter((day) => last - windowDays < day && day <= last).length));

/** Days with 60 or more judged calls of at most 6 s answered within 10 minutes that are half of all judged ones. */
function burstDays(account: string): number[] {
  const days = new Set<number>();
  const calls = judged(account).toSorted((a, b) => (a.record.answeredAt ?? 0) - (b.record.answeredAt ?? 0));
  for (const [first, call] of calls.entries()) {
    const from = call.record.answeredAt ?? 0;
    let short = 0;
    let all = 0;
    for (let index = first; index < calls.length; index += 1) {
      const next = calls[index]?.record;
      if (next === undefined || (next.answeredAt ?? 0) >= from + 10 * MINUTE) break;
      all += 1;
      if (next.talkSeconds <= 6) short += 1;
    }
    if (short >= 60 && short * 2 >= all) days.add(dayOf(call));
  }
  return [...days].toSorted((a, b) => a - b);
}

/** Mean judged minutes an unlimited seat and calendar day over the last 28 days. */
function usePerSeat(account: string): number {
  const unlimited = (recorded.records.find(({ id }) => id === account)?.subscriptions ?? []).filter(
    ({ plan }) => plan !== 'metered',
  );
  const seats = unlimited.at(-1)?.seats ?? 1;
  const from = AMSTERDAM.startOfDay(addDays(simulation.lastDay, -27));
  const talk = judged(account).filter((call) => call.record.startedAt >= from);
  return talk.reduce((sum, call) => sum + talkMillis(call), 0) / MINUTE / seats / 28;
}

function ordinaryAccounts(): string[] {
  const special = new Set(simulation.planted.map(({ account }) => account));
  return recorded.records
    .filter(
      ({ id, subscriptions }) => !special.has(id) && subscriptions.some(({ plan }) => plan !== 'metered'),
    )
    .map(({ id }) => id);
}

const meanOrdinaryUse = () => {
  const use = ordinaryAccounts().map(usePerSeat);
  return use.reduce((sum, one) => sum + one, 0) / use.length;
};

describe('planted abusers', () => {
  it('start early enough that evidence, notice, deadline, the week after it and a measure lie in the span', () => {
    const abusers = simulation.planted.filter(({ abuser }) => abuser);
    expect(abusers).toHaveLength(6);
    for (const { from } of abusers) {
      expect(daysBetween(simulation.options.from, from)).toBeGreaterThanOrEqual(20);
      expect(daysBetween(simulation.options.from, from)).toBeLessThanOrEqual(25);
    }
  });

  it('mostly go on for ever, and one takes heed', () => {
    const forEver = simulation.planted.filter(({ rule, stopsOn }) => rule !== null && stopsOn === null);
    expect(forEver.map(({ kind }) => kind).toSorted()).toEqual([
      'call-shop',
      'dialler',
      'open-line',
      'short-call-burst',
    ]);
    const { from, stopsOn } = planted('redialled-open-line');
    expect(stopsOn).toBe(addDays(from, 14));
  });

  it('leave a line open for 3 hours or more, three times in 14 days and to the end', () => {
    const { account, from } = planted('open-line');
    const days = openLineDays(account);
    expect(most(days, 14)).toBeGreaterThanOrEqual(6);
    expect(days[0]).toBeGreaterThanOrEqual(dayNumberOf(from));
    expect(days.at(-1) ?? 0).toBeGreaterThan(dayNumberOf(simulation.lastDay) - 4);
  });

  it('redial an open line within 30 seconds, so that no call but the line is 3 hours long, and stop after the notice', () => {
    const { account, stopsOn } = planted('redialled-open-line');
    const days = openLineDays(account);
    expect(most(days, 14)).toBeGreaterThanOrEqual(6);
    expect(Math.max(...judged(account).map(talkMillis))).toBeLessThan(3 * HOUR);
    expect(days.at(-1) ?? 0).toBeLessThan(dayNumberOf(stopsOn ?? simulation.lastDay));
  });

  it.each(['short-call-burst', 'dialler'])('call in bursts on several days in 14: %s', (kind) => {
    const { account } = planted(kind);
    expect(most(burstDays(account), 14)).toBeGreaterThanOrEqual(5);
    const short = judged(account).filter(({ record }) => record.talkSeconds <= 6).length;
    expect(short / judged(account).length).toBeGreaterThan(0.3);
  });

  it('dial more than 100 numbers in 10 minutes of which fewer than 30 % answer', () => {
    const { account } = planted('dialler');
    const attempts = (callsOf.get(account) ?? []).filter(({ record }) => record.direction === 'outbound');
    const busiest = groupedBy(attempts, ({ record }) => Math.floor(record.startedAt / (10 * MINUTE)));
    const campaigns = [...busiest.values()].filter((stretch) => stretch.length > 100);
    expect(
      new Set(campaigns.flatMap(([first]) => (first === undefined ? [] : dayOf(first)))).size,
    ).toBeGreaterThan(5);
    for (const stretch of campaigns) {
      expect(stretch.filter(({ record }) => record.answeredAt !== null).length / stretch.length).toBeLessThan(
        0.36,
      );
    }
    const all = campaigns.flat();
    expect(all.filter(({ record }) => record.answeredAt !== null).length / all.length).toBeLessThan(0.3);
  });

  it('resell calls for far more than the average customer uses, on nearly every day', () => {
    const { account, from } = planted('call-shop');
    expect(usePerSeat(account)).toBeGreaterThan(60);
    expect(usePerSeat(account)).toBeGreaterThan(5 * meanOrdinaryUse());
    const days = new Set(
      judged(account)
        .map(dayOf)
        .filter((day) => day >= dayNumberOf(from)),
    );
    expect(days.size).toBeGreaterThanOrEqual(daysBetween(from, simulation.lastDay) - 1);
  });

  it('steal calls at night, in parallel and for a lot of money, none of which unlimited calling covers', () => {
    const { account } = planted('toll-fraud');
    const stolen = (callsOf.get(account) ?? []).filter(
      ({ record }) => record.ip?.startsWith('192.0.2.') === true,
    );
    expect(stolen.length).toBeGreaterThan(50);
    expect(stolen.some((call) => call.rated.rating.covered)).toBe(false);
    const hours = stolen.map(({ record }) =>
      Math.floor((AMSTERDAM.wallClockMillis(record.startedAt) / HOUR) % 24),
    );
    expect(Math.max(...hours)).toBeLessThan(6);
    const euros = stolen.reduce((sum, call) => sum + call.rated.rating.charge, 0) / 1e6;
    expect(euros).toBeGreaterThan(1_000);
    const parallel = stolen.map(
      (one) => stolen.filter((other) => covers(other, one.record.startedAt)).length,
    );
    expect(Math.max(...parallel)).toBeGreaterThanOrEqual(5);
  });
});

function covers(call: RecordedCall, moment: number): boolean {
  return call.record.startedAt <= moment && moment < call.record.endedAt;
}

describe('innocent look-alikes', () => {
  it('never breach: few open lines, bursts on no second day, use below the floor', () => {
    const innocent = simulation.planted.filter(({ abuser, account }) => !abuser && account !== null);
    expect(innocent.length).toBeGreaterThanOrEqual(12);
    for (const { kind, account } of innocent) {
      expect([kind, most(openLineDays(account ?? ''), 14) < 3]).toEqual([kind, true]);
      expect([kind, most(burstDays(account ?? ''), 14) < 2]).toEqual([kind, true]);
      if (kind !== 'new-account') expect([kind, usePerSeat(account ?? '') < 18]).toEqual([kind, true]);
    }
  });

  it('do look alike: the metered call centre calls more a seat than the call shop’s neighbours, but nothing is judged', () => {
    const { account } = planted('metered-call-centre');
    expect(judged(account)).toEqual([]);
    const talk = (callsOf.get(account) ?? []).reduce((sum, call) => sum + call.record.talkSeconds, 0);
    expect(talk / 60 / 8 / 62).toBeGreaterThan(40);
  });

  it('include the largest user of all, ordinary for each of its seats', () => {
    const { account } = planted('big-company');
    const ordinary = Math.max(...ordinaryAccounts().map((one) => judged(one).length));
    expect(judged(account).length).toBeGreaterThan(2 * ordinary);
    expect(usePerSeat(account)).toBeLessThan(2.5 * meanOrdinaryUse());
  });

  it('include one call of eight hours, a help desk, lines that are not judged and a newcomer', () => {
    const conference = judged(planted('long-conference').account).filter(
      (call) => talkMillis(call) >= 3 * HOUR,
    );
    expect(conference.map(({ record }) => record.talkSeconds)).toEqual([8 * 3600]);
    const desk = callsOf.get(planted('help-desk').account) ?? [];
    expect(desk.filter(({ record }) => record.direction === 'inbound').length / desk.length).toBeGreaterThan(
      0.85,
    );
    for (const kind of ['internal-baby-monitor', 'on-net-line', 'metered-open-line']) {
      const long = (callsOf.get(planted(kind).account) ?? []).filter((call) => talkMillis(call) >= 3 * HOUR);
      expect([kind, long.length > 10, long.some(isJudged)]).toEqual([kind, true, false]);
    }
    const { account, from } = planted('new-account');
    expect(daysBetween(from, simulation.lastDay)).toBeLessThan(14);
    expect(recorded.records.find(({ id }) => id === account)?.subscriptions.map((one) => one.from)).toEqual([
      from,
    ]);
  });
});

describe('ordinary customers', () => {
  it('stay far from every rule', () => {
    expect(ordinaryAccounts().length).toBeGreaterThan(20);
    for (const account of ordinaryAccounts()) {
      expect([account, openLineDays(account), burstDays(account)]).toEqual([account, [], []]);
      expect([account, usePerSeat(account) < 18]).toEqual([account, true]);
    }
  });
});
