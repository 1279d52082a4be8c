import { type Hash, createHash } from 'node:crypto';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type Period, localDateOf, periodOf } from '#calendar/local-date.js';
import type { Amounts, LogEntry, LogProjection } from '#call-log/domain/log-entry.js';
import type { ReferenceData } from '#call-log/domain/rate-record.js';
import { type MicroEuros, ZERO_MICRO_EUROS, addMicroEuros, microEuros } from '#money/money.js';
import {
  type CallOfLog,
  type Rerated,
  type Unratable,
  amountsOf,
  directionOf,
  entryWith,
  rerate,
} from './reratings.js';

/** Charges of affected calls, in micro-euros. */
export interface AffectedCharges {
  calls: number;
  seconds: number;
  before: MicroEuros;
  after: MicroEuros;
}

/** What a draft takes of an account's usage in a month, per class. */
export interface UsageOfClass {
  readonly class: string;
  calls: number;
  coveredCalls: number;
  seconds: number;
  charge: MicroEuros;
  regularCharge: MicroEuros;
}

type UsageByPeriod = Map<Period, Map<string, UsageOfClass>>;

const UNRATABLE_SHOWN = 5;

/**
 * What a change makes of an account's calls, folded page by page: memory grows with months and classes, never with calls. Usage is folded
 * by the projection that folds the log itself, so a draft of these figures is the draft that comes out.
 */
export class ChangeFigures {
  readonly affected: AffectedCharges = nothing();
  readonly unratable: { count: number; readonly first: Unratable[] } = { count: 0, first: [] };
  private readonly byPeriodAndClass = new Map<string, AffectedCharges & { period: Period; class: string }>();
  private readonly usageBefore: UsageByPeriod = new Map();
  private readonly usageAfter: UsageByPeriod = new Map();
  private readonly digest: Hash = createHash('sha256');
  private calls = 0;

  /**
   * @param from calls that started before it are counted as they are
   * @param reference with the changed terms
   */
  constructor(
    private readonly projection: LogProjection,
    private readonly from: Instant,
    private readonly reference: ReferenceData,
  ) {}

  add(page: readonly CallOfLog[]): void {
    const before = page.filter((call) => call.startedAt < this.from);
    const { rerated, unratable } = rerate(
      page.filter((call) => call.startedAt >= this.from),
      this.reference,
    );
    this.keepUnratable(unratable);
    const changing = rerated.filter((one) => one.changes);
    const same = [
      ...before,
      ...rerated.filter((one) => !one.changes).map((one) => one.call),
      ...unratable.map((one) => one.call),
    ].map((call) => entryWith(call, amountsOf(call)));
    this.count([this.usageBefore, this.usageAfter], same);
    this.count(
      [this.usageBefore],
      changing.map((one) => entryWith(one.call, one.before)),
    );
    this.count(
      [this.usageAfter],
      changing.map((one) => entryWith(one.call, one.after.rating)),
    );
    for (const one of changing) this.addAffected(one);
    this.calls += page.length;
    this.digest.update(
      [...before.map((call) => `${call.callKey} ${textOf(amountsOf(call))}\n`), ...rerated.map(lineOf)].join(
        '',
      ),
    );
  }

  /** Affected calls per month and class, in order. */
  get byPeriod(): readonly (AffectedCharges & { readonly period: Period; readonly class: string })[] {
    return [...this.byPeriodAndClass.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, value]) => value);
  }

  usageIn(period: Period): { before: UsageOfClass[]; after: UsageOfClass[] } {
    return {
      before: [...(this.usageBefore.get(period)?.values() ?? [])],
      after: [...(this.usageAfter.get(period)?.values() ?? [])],
    };
  }

  /** Number of calls looked at, and SHA-256 over their old and new ratings; nothing can be added after it. */
  finish(): { readonly count: number; readonly digest: string } {
    return { count: this.calls, digest: this.digest.digest('hex') };
  }

  private addAffected(one: Rerated): void {
    const period = periodOf(AMSTERDAM.localDateAt(one.call.startedAt));
    const ofClass =
      one.after.rating.class ?? (directionOf(one.call) === 'outbound' ? 'unrated' : directionOf(one.call));
    const key = `${period} ${ofClass}`;
    let sums = this.byPeriodAndClass.get(key);
    if (sums === undefined) {
      sums = { ...nothing(), period, class: ofClass };
      this.byPeriodAndClass.set(key, sums);
    }
    addTo(sums, one);
    addTo(this.affected, one);
  }

  private keepUnratable(unratable: readonly Unratable[]): void {
    this.unratable.count += unratable.length;
    for (const one of unratable) {
      if (this.unratable.first.length < UNRATABLE_SHOWN) this.unratable.first.push(one);
    }
  }

  private count(into: readonly UsageByPeriod[], entries: readonly LogEntry[]): void {
    if (entries.length === 0) return;
    for (const delta of this.projection.fold(entries)) {
      const period = periodOf(localDateOf(delta.day));
      for (const usage of into) {
        const sums = classIn(usage, period, delta.class);
        sums.calls += delta.calls;
        sums.coveredCalls += delta.coveredCalls;
        sums.seconds += delta.seconds;
        sums.charge = microEuros(sums.charge + delta.charge);
        sums.regularCharge = microEuros(sums.regularCharge + delta.regularCharge);
      }
    }
  }
}

function nothing(): AffectedCharges {
  return { calls: 0, seconds: 0, before: ZERO_MICRO_EUROS, after: ZERO_MICRO_EUROS };
}

function addTo(sums: AffectedCharges, { call, before, after }: Rerated): void {
  sums.calls += 1;
  sums.seconds += call.talkSeconds;
  sums.before = addMicroEuros(sums.before, before.charge);
  sums.after = addMicroEuros(sums.after, after.rating.charge);
}

function classIn(usage: UsageByPeriod, period: Period, usageClass: string): UsageOfClass {
  let classes = usage.get(period);
  if (classes === undefined) {
    classes = new Map();
    usage.set(period, classes);
  }
  let sums = classes.get(usageClass);
  if (sums === undefined) {
    sums = {
      class: usageClass,
      calls: 0,
      coveredCalls: 0,
      seconds: 0,
      charge: ZERO_MICRO_EUROS,
      regularCharge: ZERO_MICRO_EUROS,
    };
    classes.set(usageClass, sums);
  }
  return sums;
}

function lineOf({ call, before, after: { rating } }: Rerated): string {
  const from = `${textOf(before)} ${call.tariff} ${call.tariffVersion} ${call.billedSeconds}`;
  const to = `${textOf(rating)} ${rating.tariff} ${rating.tariffVersion} ${rating.billedSeconds}`;
  return `${call.callKey} ${from} > ${to}\n`;
}

function textOf(amounts: Amounts): string {
  return `${amounts.class} ${amounts.covered} ${amounts.charge} ${amounts.regularCharge}`;
}
