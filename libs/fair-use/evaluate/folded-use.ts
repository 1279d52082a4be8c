import type { DayNumber } from '#calendar/local-date.js';
import { localDateOf } from '#calendar/local-date.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import type { FairUsePolicy } from '#catalogue/domain/policy.js';
import type { Database } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import { addDigests, callDigest } from '../domain/call-digest.js';
import { type AccountDays, type JudgingCalendar, dayAfter, endOfDay } from '../domain/judging-calendar.js';
import { type DatedException, KeptOut } from '../domain/kept-out.js';
import { type FoldTerms, UseOfAccount } from '../domain/use-of-account.js';
import { type CoveredCall, type LogCursor, judgedCallsOf } from '../store/judged-call-reader.js';
import { readAccountDays } from '../store/judging-reader.js';

/**
 * A call lasts 7 days at most, so talk of a window can come from a call set up so long before it. A chain of redials that began even
 * earlier has reached its `episode_hours` before the window.
 */
const LOOK_BACK_DAYS = 8;

/** What a run of judged days rests on, fixed before the first of them: read again, it gives the same. */
export interface Basis {
  /** Of all these days; another version is another run. */
  readonly policy: FairUsePolicy;
  readonly plans: readonly string[];
  readonly timeline: CatalogueTimeline;
  readonly calendar: JudgingCalendar;
  readonly referencePosition: number;
  readonly cursor: LogCursor;
  readonly exceptions: readonly DatedException[];
  /** First day of the longest window. */
  readonly windowsFrom: DayNumber;
  readonly through: DayNumber;
}

export interface FoldedUse {
  readonly basis: Basis;
  readonly accounts: readonly UseOfAccount[];
  readonly keptOut: KeptOut;
  /** Judged calls answered on a span of days, and their checksum. */
  digestOf(from: DayNumber, through: DayNumber): { calls: number; checksum: number };
}

/** The most that a rule of the policy looks back from a day, that day included. */
export function longestWindow(policy: FairUsePolicy): number {
  return Math.max(...Object.values(policy.rules).flatMap((rule) => [rule.windowDays, rule.clearDays]));
}

/**
 * Reads each judged call of the days once, bucket by bucket and account by account in one snapshot, and folds it. Cost: one step along
 * an index per call, and one look for a later rating of it; then any number of days is judged from memory. Memory: a page, the calls
 * of one account, and the folded figures (about 50 bytes per account and day).
 */
export async function foldUse(database: Database, basis: Basis): Promise<FoldedUse> {
  const { policy, calendar, through } = basis;
  const from = dayAfter(basis.windowsFrom, -LOOK_BACK_DAYS);
  const keptOut = new KeptOut(basis.exceptions, []);
  const terms: FoldTerms = { rules: policy.rules, calendar, keptOut, from, through };
  const digests = new Map<DayNumber, { calls: number; checksum: number }>();
  const accounts: UseOfAccount[] = [];
  await database.snapshot(async (snapshot) => {
    const days = await readAccountDays(snapshot, basis.timeline, {
      policy: policy.id,
      position: basis.referencePosition,
      from,
      through,
    });
    const isJudged = judgedPlans(basis);
    for (const [bucket, ofBucket] of byBucket(days)) {
      const fold = new BucketFold(ofBucket, terms);
      const pages = judgedCallsOf(snapshot, {
        bucket,
        accounts: ofBucket.map((one) => one.account),
        plans: basis.plans,
        from: calendar.zone.startOfDayNumber(from),
        to: endOfDay(calendar, through),
        throughSeq: basis.cursor[bucket] ?? 0,
      });
      for await (const page of pages)
        for (const call of page) {
          if (!isJudged(call)) continue;
          digest(digests, calendar.zone.dayNumberAt(call.answeredAt), call);
          fold.add(call);
        }
      accounts.push(...fold.finish());
    }
  });
  return {
    basis,
    accounts: accounts.sort((a, b) => (a.account < b.account ? -1 : 1)),
    keptOut,
    digestOf: (first, last) => sumOfDigests(digests, first, last),
  };
}

/** Calls come account by account; one account's are in memory at a time. */
class BucketFold {
  private readonly waiting: Map<string, AccountDays>;
  private readonly done: UseOfAccount[] = [];
  private account: string | undefined;
  private calls: CoveredCall[] = [];

  constructor(
    days: readonly AccountDays[],
    private readonly terms: FoldTerms,
  ) {
    this.waiting = new Map(days.map((one) => [one.account, one]));
  }

  add(call: CoveredCall): void {
    if (call.account !== this.account) this.foldAccount();
    this.account = call.account;
    this.calls.push(call);
  }

  /** Everybody who has seats, with calls or without. */
  finish(): readonly UseOfAccount[] {
    this.foldAccount();
    for (const days of this.waiting.values()) this.done.push(new UseOfAccount(days, [], this.terms));
    return this.done;
  }

  private foldAccount(): void {
    if (this.account === undefined) return;
    const days = this.waiting.get(this.account);
    if (days === undefined) throw new Error(`The calls of ${this.account} came in two parts`);
    this.waiting.delete(this.account);
    this.done.push(new UseOfAccount(days, this.calls, this.terms));
    this.calls = [];
  }
}

function byBucket(days: readonly AccountDays[]): Map<number, AccountDays[]> {
  const buckets = new Map<number, AccountDays[]>();
  for (const one of days) {
    const bucket = bucketOf(one.account);
    const ofBucket = buckets.get(bucket);
    if (ofBucket === undefined) buckets.set(bucket, [one]);
    else ofBucket.push(one);
  }
  return buckets;
}

/** A plan can come to another policy by a new catalogue: a call is judged by the policy that its plan had when it was set up. */
function judgedPlans({ timeline, policy, calendar }: Basis): (call: CoveredCall) => boolean {
  const plansOn = new Map<DayNumber, ReadonlySet<string>>();
  return (call) => {
    const day = calendar.zone.dayNumberAt(call.startedAt);
    let plans = plansOn.get(day);
    if (plans === undefined) {
      const all = timeline.at(localDateOf(day))?.plans ?? [];
      plans = new Set(all.filter((plan) => plan.fairUse === policy.id).map((plan) => plan.id));
      plansOn.set(day, plans);
    }
    return plans.has(call.plan);
  };
}

type Digests = Map<DayNumber, { calls: number; checksum: number }>;

function digest(digests: Digests, day: DayNumber, call: CoveredCall): void {
  const ofDay = digests.get(day) ?? { calls: 0, checksum: 0 };
  digests.set(day, { calls: ofDay.calls + 1, checksum: addDigests(ofDay.checksum, callDigest(call)) });
}

function sumOfDigests(digests: Digests, from: DayNumber, through: DayNumber) {
  let calls = 0;
  let checksum = 0;
  for (let day = from; day <= through; day = dayAfter(day, 1)) {
    calls += digests.get(day)?.calls ?? 0;
    checksum = addDigests(checksum, digests.get(day)?.checksum ?? 0);
  }
  return { calls, checksum };
}
