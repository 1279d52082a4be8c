import type { DayNumber } from '#calendar/local-date.js';
import type { FairUsePolicy, RuleName } from '#catalogue/domain/policy.js';
import type { JudgedCall } from '../judged-call.js';
import type { AccountDays, JudgingCalendar } from '../judging-calendar.js';
import type { DatedException } from '../kept-out.js';
import {
  type Ratio,
  ZERO,
  add,
  ceiling,
  compareRatios,
  multiply,
  ratio,
  ratioOfDecimal,
  subtract,
} from '../ratio.js';

/**
 * The rules once more, as a reader of fair-use.md would write them down: fractions only, everything from the calls for every account
 * and day, no sums kept. Slow, and meant to be obviously right; the product is compared with it.
 */
export interface SmallWorld {
  readonly policy: FairUsePolicy;
  readonly calendar: JudgingCalendar;
  readonly accounts: readonly { readonly days: AccountDays; readonly calls: readonly JudgedCall[] }[];
  readonly exceptions: readonly DatedException[];
}

export interface SlowVerdict {
  readonly reason: string | null;
  readonly value: Ratio;
  readonly limit: Ratio;
  readonly second: { readonly value: Ratio; readonly limit: Ratio };
  readonly exceeded: boolean;
}

type Account = SmallWorld['accounts'][number];

export function slowVerdict(world: SmallWorld, day: DayNumber, account: string, rule: RuleName): SlowVerdict {
  const judge = new SlowDay(world, day, rule);
  const the = world.accounts.find((one) => one.days.account === account);
  if (the === undefined) throw new Error(`${account} is not in this world`);
  return judge.verdict(the);
}

class SlowDay {
  private readonly cut: number;
  private readonly from: number;
  private readonly window: number[];

  constructor(
    private readonly world: SmallWorld,
    private readonly day: number,
    private readonly rule: RuleName,
  ) {
    this.cut = this.startOf(day + 1);
    const length = world.policy.rules[rule]?.windowDays ?? 0;
    this.from = day - length + 1;
    this.window = Array.from({ length }, (_unused, index) => this.from + index);
  }

  verdict(a: Account): SlowVerdict {
    if (this.rule === 'excess-over-average') {
      if (this.from < this.world.calendar.firstCompleteDay) return notJudged('log-too-short');
      if (!this.longEnough(a)) return notJudged('too-new');
    }
    const cohort = this.cohortOf(a);
    if (cohort === undefined) return notJudged('too-few-to-compare');
    const others = cohort.filter((one) => one !== a);
    if (this.rule === 'excess-over-average') return this.excess(a, cohort, others);
    if (this.rule === 'long-open-line') return this.openLine(a, others);
    return this.burst(a, others);
  }

  private excess(a: Account, cohort: Account[], others: Account[]): SlowVerdict {
    const rule = this.world.policy.rules['excess-over-average'];
    if (rule === undefined) throw new Error('not in the policy');
    const use = (one: Account) => mean(this.subscribedDays(one).map((day) => this.dailyUse(one, day)));
    const outlier = multiply(
      ratioOfDecimal(this.world.policy.cohort.outlierFactor),
      quantile(cohort.map(use), ratio(1, 2)),
    );
    const ordinary = others.filter((one) => compareRatios(use(one), outlier) <= 0);
    const baseline = mean(ordinary.map(use));
    const factor = ratioOfDecimal(rule.factor);
    const limit = max(
      multiply(factor, baseline),
      max(
        min(quantile(others.map(use), ratioOfDecimal(rule.percentile)), outlier),
        ratioOfDecimal(rule.floorMinutes),
      ),
    );
    const highDays = this.subscribedDays(a).filter((day) => {
      const ofDay = mean(
        ordinary.filter((one) => this.seats(one, day) > 0).map((one) => this.dailyUse(one, day)),
      );
      return compareRatios(this.dailyUse(a, day), multiply(factor, max(ofDay, baseline))) > 0;
    });
    const value = use(a);
    const second = { value: ratio(highDays.length), limit: ratio(rule.days) };
    return {
      reason: null,
      value,
      limit,
      second,
      exceeded: compareRatios(value, limit) > 0 && compareRatios(second.value, second.limit) >= 0,
    };
  }

  private openLine(a: Account, others: Account[]): SlowVerdict {
    const rule = this.world.policy.rules['long-open-line'];
    if (rule === undefined) throw new Error('not in the policy');
    const perSeat = (one: Account) => {
      const seats = this.subscribedDays(one).map((day) => ratio(this.seats(one, day)));
      return seats.length === 0 ? ZERO : divide(ratio(this.episodes(one).length), mean(seats));
    };
    const users = [...new Set(this.episodes(a))];
    const value = users
      .map((user) => ratio(this.episodes(a).filter((one) => one === user).length))
      .reduce(max, ZERO);
    const limit = ratio(rule.episodes);
    const second = {
      value: perSeat(a),
      limit: multiply(ratioOfDecimal(rule.factor), this.trimmedMean(others.map(perSeat))),
    };
    return {
      reason: null,
      value,
      limit,
      second,
      exceeded: compareRatios(value, limit) >= 0 && compareRatios(second.value, second.limit) > 0,
    };
  }

  /** One entry (its user) for each day of the window on which an episode counts. */
  private episodes(a: Account): string[] {
    const rule = this.world.policy.rules['long-open-line'];
    if (rule === undefined) return [];
    const needed = multiply(ratioOfDecimal(rule.episodeHours), ratio(3_600_000));
    const found: string[] = [];
    const lines = new Set(a.calls.map((call) => `${call.user}>${call.to}`));
    for (const line of lines) {
      const calls = this.calls(a)
        .filter((call) => `${call.user}>${call.to}` === line)
        .sort((x, y) => x.startedAt - y.startedAt);
      const chains: JudgedCall[][] = [];
      for (const call of calls) {
        const chain = chains.at(-1);
        const end = Math.max(...(chain ?? []).map((one) => this.end(one)));
        if (chain !== undefined && call.startedAt <= end + rule.redialSeconds * 1000) chain.push(call);
        else chains.push([call]);
      }
      for (const chain of chains) {
        let length = 0;
        for (let day = this.from - 20; day <= this.day; day += 1) {
          if (this.seats(a, day) === 0) continue;
          const before = length;
          const ofDay = this.covered(chain, this.startOf(day), this.startOf(day + 1));
          length += ofDay;
          const reachedBefore = compareRatios(ratio(before), needed) >= 0;
          const counts = compareRatios(ratio(reachedBefore ? ofDay : length), needed) >= 0;
          if (counts && day >= this.from) found.push(chain[0]?.user ?? '');
        }
      }
    }
    return found;
  }

  /** Milliseconds of `[from, to)` in which at least one of the calls talks. */
  private covered(calls: JudgedCall[], from: number, to: number): number {
    const edges = [from, to, ...calls.flatMap((call) => [call.answeredAt, this.end(call)])]
      .filter((edge) => edge >= from && edge <= to)
      .sort((x, y) => x - y);
    return edges.slice(1).reduce((sum, edge, index) => {
      const begin = edges[index] ?? edge;
      const talks = calls.some((call) => call.answeredAt <= begin && this.end(call) >= edge && edge > begin);
      return sum + (talks ? edge - begin : 0);
    }, 0);
  }

  private burst(a: Account, others: Account[]): SlowVerdict {
    const rule = this.world.policy.rules['short-call-burst'];
    if (rule === undefined) throw new Error('not in the policy');
    const inWindow = (one: Account) => this.calls(one).filter((call) => this.isAnsweredInWindow(one, call));
    const share = (one: Account) =>
      ratio(inWindow(one).filter((call) => this.isShort(call)).length, Math.max(1, inWindow(one).length));
    const callers = others.filter((one) => inWindow(one).length > 0);
    const value = ratio(new Set(this.burstDays(a)).size);
    const limit = ratio(rule.days);
    const second = {
      value: share(a),
      limit: max(
        ratioOfDecimal(rule.shareFloor),
        multiply(ratioOfDecimal(rule.factor), this.trimmedMean(callers.map(share))),
      ),
    };
    return {
      reason: null,
      value,
      limit,
      second,
      exceeded: compareRatios(value, limit) >= 0 && compareRatios(second.value, second.limit) > 0,
    };
  }

  private burstDays(a: Account): number[] {
    const rule = this.world.policy.rules['short-call-burst'];
    if (rule === undefined) return [];
    const calls = this.calls(a).filter((call) => this.seats(a, this.dayOf(call.answeredAt)) > 0);
    const within = rule.withinMinutes * 60_000;
    const begins = calls
      .filter((call) => this.isShort(call))
      .map((call) => call.answeredAt)
      .filter((begin) => {
        const inside = calls.filter((call) => call.answeredAt >= begin && call.answeredAt < begin + within);
        const short = inside.filter((call) => this.isShort(call)).length;
        return (
          short >= rule.calls && compareRatios(ratio(short, inside.length), ratioOfDecimal(rule.share)) >= 0
        );
      })
      .sort((x, y) => x - y);
    const days: number[] = [];
    let until = Number.NEGATIVE_INFINITY;
    for (const begin of begins) {
      if (begin >= until) days.push(this.dayOf(begin));
      until = begin + within;
    }
    return days.filter((day) => day >= this.from && day <= this.day);
  }

  private isShort(call: JudgedCall): boolean {
    const { shortSeconds } = this.world.policy.rules['short-call-burst'] ?? { shortSeconds: 0 };
    return call.talkSeconds <= shortSeconds && call.answeredAt + call.talkSeconds * 1000 <= this.cut;
  }

  /** Undefined: too few. */
  private cohortOf(a: Account): Account[] | undefined {
    const members = this.world.accounts.filter(
      (one) =>
        this.seats(one, this.day) > 0 &&
        this.longEnough(one) &&
        one.calls.some((call) => call.answeredAt < this.cut && this.isAnsweredInWindow(one, call)) &&
        !this.isExcepted(one),
    );
    const minimum = this.world.policy.cohort.minimumAccounts;
    const plan = a.days.seatsByDay.get(this.day as DayNumber)?.plan;
    const samePlan = members.filter((one) => one.days.seatsByDay.get(this.day as DayNumber)?.plan === plan);
    for (const cohort of [samePlan, members])
      if (cohort.filter((one) => one !== a).length >= minimum) return cohort;
    return undefined;
  }

  private isExcepted(one: Account): boolean {
    return this.world.exceptions.some(
      (exception) =>
        exception.account === one.days.account &&
        exception.user === null &&
        exception.number === null &&
        (exception.rule === null || exception.rule === this.rule) &&
        exception.from <= this.day &&
        this.day <= exception.through,
    );
  }

  private longEnough(one: Account): boolean {
    const needed = multiply(ratioOfDecimal(this.world.policy.cohort.minimumShare), ratio(this.window.length));
    return compareRatios(ratio(this.subscribedDays(one).length), needed) >= 0;
  }

  private subscribedDays(one: Account): number[] {
    return this.window.filter((day) => this.seats(one, day) > 0);
  }

  private seats(one: Account, day: number): number {
    const { firstCompleteDay, incompleteDays } = this.world.calendar;
    if (day < firstCompleteDay || incompleteDays.has(day as DayNumber)) return 0;
    return one.days.seatsByDay.get(day as DayNumber)?.seats ?? 0;
  }

  private dailyUse(one: Account, day: number): Ratio {
    const millis = this.calls(one).reduce(
      (sum, call) =>
        sum +
        Math.max(
          0,
          Math.min(this.end(call), this.startOf(day + 1)) - Math.max(call.answeredAt, this.startOf(day)),
        ),
      0,
    );
    return ratio(millis, 60_000 * this.seats(one, day));
  }

  /** What there is of the account's calls at the end of the day, without what an exception for a user or number keeps out. */
  private calls(one: Account): JudgedCall[] {
    return one.calls.filter(
      (call) =>
        call.answeredAt < this.cut &&
        !this.world.exceptions.some(
          (exception) =>
            exception.account === one.days.account &&
            (exception.user !== null || exception.number !== null) &&
            (exception.rule === null || exception.rule === this.rule) &&
            (exception.user === null || exception.user === call.user) &&
            (exception.number === null || exception.number === call.to) &&
            exception.from <= this.dayOf(call.answeredAt) &&
            this.dayOf(call.answeredAt) <= exception.through,
        ),
    );
  }

  private isAnsweredInWindow(one: Account, call: JudgedCall): boolean {
    const day = this.dayOf(call.answeredAt);
    return day >= this.from && day <= this.day && this.seats(one, day) > 0;
  }

  private end(call: JudgedCall): number {
    return Math.min(call.answeredAt + call.talkSeconds * 1000, this.cut);
  }

  private startOf(day: number): number {
    return this.world.calendar.zone.startOfDayNumber(day as DayNumber);
  }

  private dayOf(at: JudgedCall['answeredAt']): number {
    return this.world.calendar.zone.dayNumberAt(at);
  }

  private trimmedMean(figures: Ratio[]): Ratio {
    const off = ceiling(multiply(ratioOfDecimal(this.world.policy.cohort.trim), ratio(figures.length)));
    return mean(figures.sort(compareRatios).slice(0, figures.length - off));
  }
}

function notJudged(reason: string): SlowVerdict {
  return { reason, value: ZERO, limit: ZERO, second: { value: ZERO, limit: ZERO }, exceeded: false };
}

function mean(figures: Ratio[]): Ratio {
  return figures.length === 0 ? ZERO : multiply(figures.reduce(add, ZERO), ratio(1, figures.length));
}

function quantile(figures: Ratio[], q: Ratio): Ratio {
  const sorted = [...figures].sort(compareRatios);
  const position = multiply(q, ratio(sorted.length - 1));
  const place = Number(position.numerator / position.denominator);
  const lower = sorted[place] ?? ZERO;
  const upper = sorted[place + 1] ?? lower;
  return add(lower, multiply(subtract(upper, lower), subtract(position, ratio(place))));
}

function divide(a: Ratio, b: Ratio): Ratio {
  return multiply(a, ratio(b.denominator, b.numerator));
}

function max(a: Ratio, b: Ratio): Ratio {
  return compareRatios(a, b) >= 0 ? a : b;
}

function min(a: Ratio, b: Ratio): Ratio {
  return compareRatios(a, b) <= 0 ? a : b;
}
