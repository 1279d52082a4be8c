import type { DayNumber } from '#calendar/local-date.js';
import type { LongOpenLineParameters } from '#catalogue/domain/policy.js';
import type { JudgingCalendar } from './judging-calendar.js';
import { endOfDay } from './judging-calendar.js';
import {
  type JudgedCall,
  endOfTalk,
  inOrderOfAnswer,
  inOrderOfStart,
  splitAtMidnight,
} from './judged-call.js';
import { ceiling, multiply, ratio, ratioOfDecimal } from './ratio.js';

/** A line left open, or re-dialled at once: judged calls of one user to one number without a pause worth the name. */
export interface LineOpenEpisode {
  readonly user: string;
  readonly number: string;
  readonly from: number;
  /** End of its talk, at most the end of the day on which it is looked at. */
  readonly until: number;
  /** Talk time on subscribed days, overlap counted once, in milliseconds. */
  readonly lengthMillis: number;
  /** The day on which its length reaches `episode_hours`, and later days on which that much of it falls. */
  readonly countedOn: readonly DayNumber[];
  readonly calls: readonly JudgedCall[];
}

export function millisOfHours(hours: number): number {
  return ceiling(multiply(ratioOfDecimal(hours), ratio(3_600_000)));
}

/**
 * Chains the calls of an account as they come, in order of set-up, and keeps only chains that can become an episode: those whose talk
 * adds up to `episode_hours`. Memory is one open chain per line (user and number) and the calls of the chains kept.
 */
export class LineChains {
  private readonly open = new Map<string, { calls: JudgedCall[]; latestEnd: number; talkMillis: number }>();
  private readonly kept: JudgedCall[][] = [];
  private readonly neededMillis: number;

  constructor(private readonly rule: LongOpenLineParameters) {
    this.neededMillis = millisOfHours(rule.episodeHours);
  }

  add(call: JudgedCall): void {
    const line = `${call.user}\n${call.to}`;
    const chain = this.open.get(line);
    const end = endOfTalk(call);
    if (chain !== undefined && call.startedAt <= chain.latestEnd + this.rule.redialSeconds * 1000) {
      chain.calls.push(call);
      chain.latestEnd = Math.max(chain.latestEnd, end);
      chain.talkMillis += call.talkSeconds * 1000;
      return;
    }
    if (chain !== undefined) this.keep(chain);
    this.open.set(line, { calls: [call], latestEnd: end, talkMillis: call.talkSeconds * 1000 });
  }

  /** Chains that can hold an episode, once all calls are there. */
  finish(): readonly (readonly JudgedCall[])[] {
    for (const chain of this.open.values()) this.keep(chain);
    this.open.clear();
    return this.kept;
  }

  private keep(chain: { calls: JudgedCall[]; talkMillis: number }): void {
    if (chain.talkMillis >= this.neededMillis) this.kept.push(chain.calls);
  }
}

/**
 * The episodes of one chain as they are at the end of `day`: talk is cut there, and a call that is answered later is not there yet
 * (so it does not hold the chain together either). Those that count on no day are left out.
 */
export function episodesAt(
  chain: readonly JudgedCall[],
  day: DayNumber,
  rule: LongOpenLineParameters,
  calendar: JudgingCalendar,
  isSubscribed: (day: DayNumber) => boolean,
): LineOpenEpisode[] {
  const cut = endOfDay(calendar, day);
  const runs: JudgedCall[][] = [];
  let latestEnd = Number.NEGATIVE_INFINITY;
  for (const call of chain.filter((one) => one.answeredAt < cut).toSorted(inOrderOfStart)) {
    const run = runs.at(-1);
    if (run !== undefined && call.startedAt <= latestEnd + rule.redialSeconds * 1000) run.push(call);
    else runs.push([call]);
    latestEnd = Math.max(latestEnd, Math.min(endOfTalk(call), cut));
  }
  return runs
    .map((calls) => episodeOf(calls, cut, rule, calendar, isSubscribed))
    .filter((episode) => episode.countedOn.length > 0);
}

function episodeOf(
  calls: readonly JudgedCall[],
  cut: number,
  rule: LongOpenLineParameters,
  calendar: JudgingCalendar,
  isSubscribed: (day: DayNumber) => boolean,
): LineOpenEpisode {
  const needed = millisOfHours(rule.episodeHours);
  const byDay = new Map<DayNumber, number>();
  const talks = unionOf(calls, cut);
  for (const [from, to] of talks)
    splitAtMidnight(calendar.zone, from, to, (day, millis) => {
      if (isSubscribed(day)) byDay.set(day, (byDay.get(day) ?? 0) + millis);
    });
  const countedOn: DayNumber[] = [];
  let length = 0;
  for (const [day, millis] of [...byDay].sort(([a], [b]) => a - b)) {
    const before = length;
    length += millis;
    if (before >= needed ? millis >= needed : length >= needed) countedOn.push(day);
  }
  const [first] = calls;
  return {
    user: first?.user ?? '',
    number: first?.to ?? '',
    from: talks[0]?.[0] ?? cut,
    until: talks.at(-1)?.[1] ?? cut,
    lengthMillis: length,
    countedOn,
    calls,
  };
}

/** Talk without overlap, in order. */
function unionOf(calls: readonly JudgedCall[], cut: number): [number, number][] {
  const union: [number, number][] = [];
  for (const call of calls.toSorted(inOrderOfAnswer)) {
    const end = Math.min(endOfTalk(call), cut);
    const last = union.at(-1);
    if (last !== undefined && call.answeredAt <= last[1]) last[1] = Math.max(last[1], end);
    else union.push([call.answeredAt, end]);
  }
  return union;
}
