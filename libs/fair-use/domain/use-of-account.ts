import type { DayNumber } from '#calendar/local-date.js';
import type { FairUseRules } from '#catalogue/domain/policy.js';
import { type Burst, BurstFinder, isShort } from './bursts.js';
import { Exact, NOTHING } from './exact.js';
import { type JudgedCall, endOfTalk, splitAtMidnight } from './judged-call.js';
import { type AccountDays, type JudgingCalendar, endOfDay, subscribedSeats } from './judging-calendar.js';
import type { KeptOut } from './kept-out.js';
import { LineChains, type LineOpenEpisode, episodesAt } from './line-open-episodes.js';
import { type Ratio, ratio, sumOf } from './ratio.js';

const MILLIS_PER_MINUTE = 60_000;
const ROUNDING = 2 ** -52;

/** What a span of days has in it for one account. */
export interface UseInSpan {
  readonly subscribedDays: number;
  /** Sum over the subscribed days. */
  readonly seats: number;
  /** Judged calls answered on them, whatever is kept out of single rules. */
  readonly calls: number;
}

/** What all accounts are folded by. */
export interface FoldTerms {
  readonly rules: FairUseRules;
  readonly calendar: JudgingCalendar;
  readonly keptOut: KeptOut;
  /** Days for which figures are kept; talk before and after is dropped. */
  readonly from: DayNumber;
  readonly through: DayNumber;
}

/**
 * An account's judged calls, folded to what the rules ask of any day: minutes per day, the calls of lines that were open long, and of
 * accounts that ever call in bursts their calls. So calls are read once for a whole run of days. Memory: 6 figures per day, plus those calls.
 */
export class UseOfAccount {
  private readonly seats: Int32Array;
  private readonly talkMillis: Float64Array;
  private readonly calls: Int32Array;
  private readonly callsForShare: Int32Array;
  private readonly shortCalls: Int32Array;
  /** Short calls of a day whose talk goes on after it: cut there, they are not short yet. */
  private readonly shortCallsAcrossMidnight: Int32Array;
  private readonly chains: readonly (readonly JudgedCall[])[];
  private readonly bursts: BurstFinder | undefined;

  /** @param calls in order of set-up */
  constructor(
    readonly days: AccountDays,
    calls: Iterable<JudgedCall>,
    private readonly terms: FoldTerms,
  ) {
    const length = terms.through - terms.from + 1;
    this.seats = Int32Array.from({ length }, (_unused, index) =>
      subscribedSeats(terms.calendar, days, (terms.from + index) as DayNumber),
    );
    this.talkMillis = new Float64Array(length);
    this.calls = new Int32Array(length);
    this.callsForShare = new Int32Array(length);
    this.shortCalls = new Int32Array(length);
    this.shortCallsAcrossMidnight = new Int32Array(length);
    const lines = terms.rules['long-open-line'];
    const burst = terms.rules['short-call-burst'];
    const chains = lines && new LineChains(lines);
    const forBursts: JudgedCall[] = [];
    for (const call of calls) {
      const answeredOn = terms.calendar.zone.dayNumberAt(call.answeredAt);
      this.addTalk(call, answeredOn);
      if (chains !== undefined && !this.isOut('long-open-line', call, answeredOn)) chains.add(call);
      if (
        burst !== undefined &&
        this.seatsOn(answeredOn) > 0 &&
        !this.isOut('short-call-burst', call, answeredOn)
      ) {
        forBursts.push(call);
        this.addShare(call, answeredOn, isShort(call, burst));
      }
    }
    this.chains = chains?.finish() ?? [];
    this.bursts = burst && new BurstFinder(forBursts, burst, terms.calendar);
  }

  get account(): string {
    return this.days.account;
  }

  /** Seats on a subscribed day, else 0. */
  seatsOn(day: DayNumber): number {
    return this.seats[day - this.terms.from] ?? 0;
  }

  /** Talk on a day as far as it is judged, in milliseconds. */
  talkMillisOn(day: DayNumber): number {
    return this.seatsOn(day) === 0 ? 0 : (this.talkMillis[day - this.terms.from] ?? 0);
  }

  callsOn(day: DayNumber): number {
    return this.seatsOn(day) === 0 ? 0 : (this.calls[day - this.terms.from] ?? 0);
  }

  /** The plan with most seats on a day. */
  planOn(day: DayNumber): string | undefined {
    return this.days.seatsByDay.get(day)?.plan;
  }

  span(from: DayNumber, through: DayNumber): UseInSpan {
    let subscribedDays = 0;
    let seats = 0;
    let calls = 0;
    for (let index = Math.max(0, from - this.terms.from); index <= through - this.terms.from; index += 1) {
      const ofDay = this.seats[index] ?? 0;
      if (ofDay === 0) continue;
      subscribedDays += 1;
      seats += ofDay;
      calls += this.calls[index] ?? 0;
    }
    return { subscribedDays, seats, calls };
  }

  /** Daily use: minutes of the day per seat. */
  dailyUse(day: DayNumber): Exact {
    const seats = this.seatsOn(day);
    return seats === 0 ? NOTHING : Exact.fraction(this.talkMillisOn(day), MILLIS_PER_MINUTE * seats);
  }

  /** The mean of the daily use over the subscribed days of a span; nothing where it has none. */
  meanDailyUse(from: DayNumber, through: DayNumber): Exact {
    let days = 0;
    let sum = 0;
    for (let index = Math.max(0, from - this.terms.from); index <= through - this.terms.from; index += 1) {
      const seats = this.seats[index] ?? 0;
      if (seats === 0) continue;
      days += 1;
      sum += (this.talkMillis[index] ?? 0) / (MILLIS_PER_MINUTE * seats);
    }
    if (days === 0) return NOTHING;
    // Each of the terms and partial sums is off by one rounding at most.
    return Exact.enclosed(sum, sum * ROUNDING * (days + 1), () =>
      this.sumOfDailyUse(from, through),
    ).dividedBy(days);
  }

  private sumOfDailyUse(from: DayNumber, through: DayNumber): Ratio {
    const terms: Ratio[] = [];
    for (let index = Math.max(0, from - this.terms.from); index <= through - this.terms.from; index += 1) {
      const seats = this.seats[index] ?? 0;
      if (seats > 0) terms.push(ratio(this.talkMillis[index] ?? 0, MILLIS_PER_MINUTE * seats));
    }
    return sumOf(terms);
  }

  /** Episodes as they are at the end of `day`. */
  episodesAt(day: DayNumber): LineOpenEpisode[] {
    const rule = this.terms.rules['long-open-line'];
    if (rule === undefined) return [];
    return this.chains
      .flatMap((chain) => episodesAt(chain, day, rule, this.terms.calendar, (one) => this.seatsOn(one) > 0))
      .sort((a, b) => a.from - b.from || (a.user < b.user ? -1 : a.user > b.user ? 1 : 0));
  }

  /** Bursts as they are at the end of `day`. */
  burstsAt(day: DayNumber): Burst[] {
    return this.bursts?.burstsAt(day) ?? [];
  }

  /** Judged calls of a span, and the short ones among them, as they are at the end of its last day. */
  shortCallsIn(from: DayNumber, through: DayNumber): { short: number; judged: number } {
    let short = -(this.shortCallsAcrossMidnight[through - this.terms.from] ?? 0);
    let judged = 0;
    for (let index = Math.max(0, from - this.terms.from); index <= through - this.terms.from; index += 1) {
      short += this.shortCalls[index] ?? 0;
      judged += this.callsForShare[index] ?? 0;
    }
    return { short, judged };
  }

  private isOut(rule: keyof FairUseRules, call: JudgedCall, answeredOn: DayNumber): boolean {
    return this.terms.keptOut.isCallKeptOut(this.account, rule, call, answeredOn);
  }

  private addTalk(call: JudgedCall, answeredOn: DayNumber): void {
    this.calls[answeredOn - this.terms.from] = (this.calls[answeredOn - this.terms.from] ?? 0) + 1;
    if (this.isOut('excess-over-average', call, answeredOn)) return;
    splitAtMidnight(this.terms.calendar.zone, call.answeredAt, endOfTalk(call), (day, millis) => {
      const index = day - this.terms.from;
      this.talkMillis[index] = (this.talkMillis[index] ?? 0) + millis;
    });
  }

  private addShare(call: JudgedCall, answeredOn: DayNumber, short: boolean): void {
    const index = answeredOn - this.terms.from;
    this.callsForShare[index] = (this.callsForShare[index] ?? 0) + 1;
    if (!short) return;
    this.shortCalls[index] = (this.shortCalls[index] ?? 0) + 1;
    if (endOfTalk(call) > endOfDay(this.terms.calendar, answeredOn)) {
      this.shortCallsAcrossMidnight[index] = (this.shortCallsAcrossMidnight[index] ?? 0) + 1;
    }
  }
}
