import fc from 'fast-check';
import { type DayNumber, localDateOf } from '#calendar/local-date.js';
import { type JudgedDay, RULES, type RunningVerdict, judgeDay } from './judge-day.js';
import { daysFrom, isCounted } from './judging-calendar.js';
import { KeptOut } from './kept-out.js';
import { compareRatios } from './ratio.js';
import { smallWorlds } from './testing/small-worlds.js';
import { type SmallWorld, slowVerdict } from './testing/slow-judge.js';
import { UseOfAccount } from './use-of-account.js';

function judgeAll(world: SmallWorld, first: DayNumber, last: DayNumber): JudgedDay[] {
  const keptOut = new KeptOut(world.exceptions, []);
  const terms = {
    rules: world.policy.rules,
    calendar: world.calendar,
    keptOut,
    from: (first - 12) as DayNumber,
    through: last,
  };
  const accounts = world.accounts.map(({ days, calls }) => new UseOfAccount(days, calls, terms));
  let known = new Map<string, RunningVerdict>();
  return [...daysFrom(first, last)].map((day) => {
    const judged = judgeDay({
      policy: world.policy,
      calendar: world.calendar,
      day,
      keptOut,
      accounts,
      before: (account, rule) => known.get(`${account} ${rule}`),
      idOf: (...cause) => cause.join('/'),
    });
    known = new Map(judged.verdicts.map((verdict) => [`${verdict.account} ${verdict.rule}`, verdict]));
    return judged;
  });
}

describe('judging a day gives what the rules say, worked out slowly with plain fractions', () => {
  const seen = { breached: new Set<string>(), reasons: new Set<string>(), verdicts: 0 };

  it('for every rule, account and day of random small worlds', () => {
    fc.assert(
      fc.property(smallWorlds, ({ world, first, last }) => {
        const runs = new Map<string, number>();
        for (const judged of judgeAll(world, first, last)) {
          const { day } = judged;
          const expected: string[] = [];
          for (const { days } of world.accounts) {
            const isJudged = isCounted(world.calendar, day) && days.seatsByDay.has(day);
            for (const rule of RULES) {
              const key = `${days.account} ${rule}`;
              const verdict = judged.verdicts.find((one) => `${one.account} ${one.rule}` === key);
              expect(verdict !== undefined).toBe(isJudged);
              const slow = isJudged ? slowVerdict(world, day, days.account, rule) : undefined;
              const run = slow?.exceeded === true ? (runs.get(key) ?? 0) + 1 : 0;
              runs.set(key, run);
              if (slow === undefined || verdict === undefined) continue;
              seen.verdicts += 1;
              expect(verdict.reason).toBe(slow.reason);
              if (slow.reason !== null) {
                seen.reasons.add(slow.reason);
                continue;
              }
              expect([key, verdict.value?.toRatio(), verdict.limit?.toRatio()]).toEqual([
                key,
                slow.value,
                slow.limit,
              ]);
              expect(verdict.exceededDays).toBe(run);
              if (run >= (world.policy.rules[rule] && rule === 'excess-over-average' ? 2 : 1)) {
                expected.push(`finding/small/${days.account}/${rule}/${localDateOf(day)}`);
                seen.breached.add(rule);
                const finding = judged.findings.find(
                  (one) => one.account === days.account && one.rule === rule,
                );
                expect(finding?.second.value).toBeCloseTo(numberOf(slow.second.value), 5);
                expect(finding?.second.limit).toBeCloseTo(numberOf(slow.second.limit), 5);
              }
            }
          }
          expect(judged.findings.map((finding) => finding.findingId).sort()).toEqual(expected.sort());
        }
      }),
      { numRuns: 150, seed: 20_261_025 },
    );
  }, 120_000);

  it('and these worlds have findings of every rule and every reason not to judge', () => {
    expect([...seen.breached].sort()).toEqual([...RULES].sort());
    expect([...seen.reasons].sort()).toEqual(['log-too-short', 'too-few-to-compare', 'too-new']);
    expect(seen.verdicts).toBeGreaterThan(5_000);
  });
});

function numberOf(value: Parameters<typeof compareRatios>[0]): number {
  return Number(value.numerator) / Number(value.denominator);
}
