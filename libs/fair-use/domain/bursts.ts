import type { DayNumber } from '#calendar/local-date.js';
import type { ShortCallBurstParameters } from '#catalogue/domain/policy.js';
import { type JudgedCall, endOfTalk, inOrderOfAnswer, instantAt } from './judged-call.js';
import { type JudgingCalendar, endOfDay } from './judging-calendar.js';
import { compareRatios, ratio, ratioOfDecimal } from './ratio.js';

/** Many short calls in a short time: qualifying stretches that overlap, chained. */
export interface Burst {
  /** Answer of the short call that begins it; its day is the burst's. */
  readonly from: number;
  /** End of the last stretch, exclusive. */
  readonly until: number;
  readonly day: DayNumber;
  readonly shortCalls: readonly JudgedCall[];
  /** Judged calls answered in it, the short ones included. */
  readonly calls: number;
}

/** A short call as it is at the end of the day on which it is looked at: one that is cut there is not short. */
export function isShort(
  call: JudgedCall,
  rule: ShortCallBurstParameters,
  cut = Number.POSITIVE_INFINITY,
): boolean {
  return call.talkSeconds <= rule.shortSeconds && endOfTalk(call) <= cut;
}

/**
 * The judged calls of an account in order of answer, and its bursts as they are at the end of any day. Stretches that end well before
 * that are the same for every later day and are looked for once; only those around the cut are looked at again.
 */
export class BurstFinder {
  private readonly calls: readonly JudgedCall[];
  /** Index of the short call that begins each qualifying stretch, nothing cut. */
  private readonly settled: readonly number[];
  private readonly within: number;
  private readonly share;

  constructor(
    calls: readonly JudgedCall[],
    private readonly rule: ShortCallBurstParameters,
    private readonly calendar: JudgingCalendar,
  ) {
    this.within = rule.withinMinutes * 60_000;
    this.share = ratioOfDecimal(rule.share);
    // An account that never has enough short calls close together has no burst on any day: nothing of it is kept.
    const ordered = calls.toSorted(inOrderOfAnswer);
    this.calls = this.isEverDense(ordered) ? ordered : [];
    this.settled = this.qualifying(0, this.calls.length, Number.POSITIVE_INFINITY);
  }

  /** All bursts that have begun by the end of `day`, as they are then, in order. */
  burstsAt(day: DayNumber): Burst[] {
    if (this.calls.length === 0) return [];
    const cut = endOfDay(this.calendar, day);
    const doubtful = cut - this.within - this.rule.shortSeconds * 1000;
    const begins = this.settled.filter((index) => this.answerOf(index) <= doubtful);
    begins.push(...this.qualifying(this.firstAnsweredAfter(doubtful), this.firstAnsweredFrom(cut), cut));
    return this.chain(begins, cut);
  }

  private isEverDense(ordered: readonly JudgedCall[]): boolean {
    const answers = ordered.filter((call) => isShort(call, this.rule)).map((call) => call.answeredAt);
    return answers.some((answer, index) => {
      const enough = answers[index + this.rule.calls - 1];
      return enough !== undefined && enough < answer + this.within;
    });
  }

  /** Begins of stretches among the calls `[first, end)` that have enough short calls, and enough of all that are answered in them. */
  private qualifying(first: number, end: number, cut: number): number[] {
    const found: number[] = [];
    let next = first;
    let shorts = 0;
    const limit = Number.isFinite(cut) ? end : this.calls.length;
    for (let index = first; index < end; index += 1) {
      while (next < limit && this.answerOf(next) < this.answerOf(index) + this.within) {
        if (this.isShortAt(next, cut)) shorts += 1;
        next += 1;
      }
      const total = next - this.firstAtSameAnswer(index, first);
      const early = this.shortsBetween(this.firstAtSameAnswer(index, first), index, cut);
      if (this.isShortAt(index, cut)) {
        if (this.qualifies(shorts + early, total)) found.push(index);
        shorts -= 1;
      }
    }
    return found;
  }

  /** Calls answered at the very moment at which a stretch begins are in it, in whatever order they stand. */
  private firstAtSameAnswer(index: number, first: number): number {
    let at = index;
    while (at > first && this.answerOf(at - 1) === this.answerOf(index)) at -= 1;
    return at;
  }

  private shortsBetween(from: number, to: number, cut: number): number {
    let shorts = 0;
    for (let index = from; index < to; index += 1) if (this.isShortAt(index, cut)) shorts += 1;
    return shorts;
  }

  private qualifies(shorts: number, total: number): boolean {
    return shorts >= this.rule.calls && compareRatios(ratio(shorts, total), this.share) >= 0;
  }

  /** Stretches that overlap are one burst; that one ends where the next begins does not make them overlap. */
  private chain(begins: readonly number[], cut: number): Burst[] {
    const bursts: Burst[] = [];
    let from = Number.NaN;
    let until = Number.NaN;
    const close = () => {
      if (!Number.isNaN(from)) bursts.push(this.burstOf(from, until, cut));
    };
    for (const index of begins) {
      const answer = this.answerOf(index);
      if (!(answer < until)) {
        close();
        from = answer;
      }
      until = answer + this.within;
    }
    close();
    return bursts;
  }

  private burstOf(from: number, until: number, cut: number): Burst {
    const first = this.firstAnsweredFrom(from);
    const end = this.firstAnsweredFrom(Math.min(until, cut));
    return {
      from,
      until,
      day: this.calendar.zone.dayNumberAt(instantAt(from)),
      shortCalls: this.calls.slice(first, end).filter((call) => isShort(call, this.rule, cut)),
      calls: end - first,
    };
  }

  private isShortAt(index: number, cut: number): boolean {
    const call = this.calls[index];
    return call !== undefined && isShort(call, this.rule, cut);
  }

  private answerOf(index: number): number {
    return this.calls[index]?.answeredAt ?? Number.POSITIVE_INFINITY;
  }

  private firstAnsweredAfter(at: number): number {
    return this.firstAnsweredFrom(at + 1);
  }

  private firstAnsweredFrom(at: number): number {
    let low = 0;
    let high = this.calls.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.answerOf(middle) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
