import fc from 'fast-check';
import { type Instant, instant } from '#calendar/instant.js';
import { addDays, localDate } from '#calendar/local-date.js';
import { decideCase } from './case.js';
import type { CaseCommand } from './case-command.js';
import { type CaseEvent, DELIVERY_EVIDENCE, MEASURE_KINDS } from './case-event.js';
import { type Case, type CaseState, evolveCase } from './case-state.js';
import { canStillBounce, isPast, todayAt } from './deadline.js';
import { whatToDoWith } from './opening.js';
import { finding } from './testing/case-story.js';

const BEGIN = instant('2026-10-01T06:00:00Z');
const RULES = ['excess-over-average', 'long-open-line'] as const;

/** One thing that somebody does: the clock goes on, a finding comes, or a command is given to one of the account's cases. */
interface Step {
  readonly daysLater: number;
  readonly of: 'finding' | 'command';
  readonly rule: (typeof RULES)[number];
  readonly command: (the: Case, at: Instant, serial: number) => CaseCommand;
  /** Which of the account's cases; mostly the last. */
  readonly earlier: number;
}

const people = fc.constantFrom('anna', 'bob');
const text = fc.constantFrom('stated', ' ', null);
const command: fc.Arbitrary<Step['command']> = fc.oneof(
  fc.constant<Step['command']>((_, __, serial) => ({
    type: 'request-notice',
    noticeId: `n${serial}`,
    by: 'anna',
    estimateCents: null,
  })),
  fc.constantFrom(...DELIVERY_EVIDENCE).map<Step['command']>((evidence) => (the, at) => ({
    type: 'record-notice-delivered',
    noticeId: the.notice?.noticeId ?? 'none',
    evidence,
    at,
  })),
  fc.constant<Step['command']>((the) => ({
    type: 'record-notice-failed',
    noticeId: the.notice?.noticeId ?? 'none',
    cause: 'bounced',
  })),
  fc
    .tuple(fc.boolean(), fc.integer({ min: 0, max: 12 }))
    .map<Step['command']>(([goesOn, days]) => (the, at) => ({
      type: 'judge-after-deadline',
      result: goesOn ? 'continued' : 'cured',
      through: addDays(the.notice?.deadline ?? todayAt(at), days),
      figures: RULES.map((rule) => ({ rule, value: 1, limit: 1, exceeded: goesOn })),
      at,
    })),
  fc
    .tuple(
      fc.constantFrom(...MEASURE_KINDS),
      people,
      text,
      text,
      fc.option(fc.integer({ min: -40, max: 10 })),
    )
    .map<Step['command']>(([kind, by, reason, hindrance, day]) => (_, at, serial) => ({
      type: 'propose-measure',
      measureId: `m${serial}`,
      kind,
      by,
      reason,
      hindrance,
      from: day === null ? null : addDays(todayAt(at), day),
      previewHash: 'abc',
      at,
    })),
  fc.tuple(people, fc.boolean()).map<Step['command']>(([by, fourEyes]) => (the, at) => ({
    type: 'approve-measure',
    measureId: the.measure?.proposal.measureId ?? 'none',
    by,
    fourEyes,
    at,
  })),
  fc.constant<Step['command']>((_, at) => ({ type: 'record-measure-applied', at })),
  fc.constant<Step['command']>((the) => ({
    type: 'record-measure-not-executed',
    measureId: the.measure?.proposal.measureId ?? 'none',
    by: 'retro-rating',
    reason: 'x',
  })),
  fc.constant<Step['command']>(() => ({ type: 'undo-measure', by: 'anna', reason: 'x' })),
  fc.constant<Step['command']>(() => ({ type: 'close', by: 'anna', reason: null })),
  fc.integer({ min: 0, max: 30 }).map<Step['command']>((days) => (_, at) => ({
    type: 'dismiss',
    by: 'anna',
    reason: 'x',
    until: addDays(todayAt(at), days),
    at,
  })),
);

/** The next step of a case that runs its course; left to chance alone, few cases would come far. */
const usual = fc
  .tuple(command, people, fc.integer())
  .map<Step['command']>(([other, by, chance]) => (the, at, serial) => {
    const { notice, measure } = the;
    if (the.status === 'open' && notice?.status !== 'requested') {
      return { type: 'request-notice', noticeId: `n${serial}`, by, estimateCents: null };
    }
    if (the.status === 'open') {
      const evidence = chance % 2 === 0 ? 'accepted-by-server' : 'delivery-report';
      return { type: 'record-notice-delivered', noticeId: notice?.noticeId ?? 'none', evidence, at };
    }
    if (the.status === 'noticed') {
      const exceeded = chance % 4 !== 0;
      return {
        type: 'judge-after-deadline',
        result: exceeded ? 'continued' : 'cured',
        through: addDays(notice?.deadline ?? todayAt(at), 7),
        figures: RULES.map((rule) => ({ rule, value: 1, limit: 1, exceeded })),
        at,
      };
    }
    if (the.status === 'measure-proposed' && measure?.approvedBy === null) {
      return { type: 'approve-measure', measureId: measure.proposal.measureId, by, fourEyes: true, at };
    }
    if (the.status === 'measure-proposed') return { type: 'record-measure-applied', at };
    return other(the, at, serial);
  });

const step: fc.Arbitrary<Step> = fc.record({
  daysLater: fc.constantFrom(0, 0, 1, 3, 16),
  of: fc.constantFrom('finding', 'command', 'command', 'command', 'command'),
  rule: fc.constantFrom(...RULES),
  command: fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: command }),
  earlier: fc.constantFrom(0, 0, 0, 0, 1, 2),
});

/** One account whose findings go where the opening of cases says; refused commands change nothing, as in the house. */
class Account {
  readonly cases: Case[] = [];
  readonly told: { event: CaseEvent; before: CaseState; at: Instant }[] = [];
  private at: Instant = BEGIN;
  private serial = 0;

  take(one: Step): void {
    this.at = (this.at + one.daysLater * 86_400_000) as Instant;
    this.serial += 1;
    if (one.of === 'finding') return this.place(one.rule);
    const index = this.cases.length - 1 - one.earlier;
    const the = this.cases[index];
    if (the !== undefined) this.decide(index, one.command(the, this.at, this.serial));
  }

  private place(rule: string): void {
    const day = todayAt(this.at);
    const found = finding({
      findingId: `f${this.serial}`,
      rule,
      firstDay: addDays(day, -3),
      lastDay: addDays(day, -1),
      windowFrom: addDays(day, -14),
    });
    const what = whatToDoWith(
      found,
      this.cases.map(({ id, status, answeredThrough, answeredRules }) => ({
        caseId: id,
        status,
        answeredThrough,
        answeredRules,
      })),
      [],
    );
    if (what.kind === 'hold-back') return;
    if (what.kind !== 'open') {
      const index = this.cases.findIndex((one) => one.id === what.caseId);
      if (what.kind === 'add') return this.decide(index, { type: 'add-finding', finding: found });
      this.decide(index, { type: 'close', by: 'case-opening', reason: 'another breach' });
    }
    this.decide(this.cases.length, {
      type: 'open-case',
      caseId: `c${this.serial}`,
      account: 'A1',
      plan: 'unlimited',
      policy: 'standard',
      policyVersion: 1,
      deadlineDays: 7,
      afterDays: 7,
      findings: [found],
      at: this.at,
    });
  }

  private decide(index: number, one: CaseCommand): void {
    let state: CaseState = this.cases[index] ?? null;
    const decided = decideCase(one, state);
    if (!decided.ok) return;
    for (const event of decided.value) {
      this.told.push({ event, before: state, at: this.at });
      state = evolveCase(state, event);
    }
    if (state !== null) this.cases[index] = state;
  }
}

describe('whatever people and processes do, in whatever order', () => {
  const reached = new Set<string>();

  it('the promises to the customer hold', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const account = new Account();
        for (const one of steps) {
          account.take(one);
          const live = account.cases.filter(({ status }) => status !== 'closed' && status !== 'dismissed');
          expect(live.length).toBeLessThanOrEqual(1);
        }
        for (const { event, before, at } of account.told) {
          reached.add(event.type);
          if (event.type === 'case.measure-approved') expectDueMeasure(event.data, before, at);
          if (event.type === 'case.measure-applied') expect(before?.measure?.approvedBy).toBeTruthy();
          if (event.type === 'case.dismissed') {
            expect(before?.hadMeasure).toBe(false);
            expect(before?.measure?.approvedBy ?? null).toBeNull();
          }
          if (event.type === 'case.continued') {
            expect(before?.notice?.status).toBe('delivered');
            expect(event.data.from > (before?.notice?.deadline ?? '9999')).toBe(true);
          }
          if (event.type === 'case.notice-requested') {
            expect(before?.notice === null || before?.notice.status === 'failed').toBe(true);
          }
        }
      }),
      { numRuns: 400, seed: 20_261_016 },
    );
  });

  it('and every promise was put to the test', () =>
    expect([...reached].sort()).toEqual([
      'case.closed',
      'case.continued',
      'case.cured',
      'case.dismissed',
      'case.finding-added',
      'case.measure-applied',
      'case.measure-approved',
      'case.measure-proposed',
      'case.measure-undone',
      'case.notice-delivered',
      'case.notice-failed',
      'case.notice-requested',
      'case.opened',
    ]));
});

/** A measure: delivered, the deadline passed, continued, a reason or hindrance, and for charges backwards strong evidence. */
function expectDueMeasure(
  { from, approvedBy, proposedBy }: Extract<CaseEvent, { type: 'case.measure-approved' }>['data'],
  before: CaseState,
  at: Instant,
): void {
  const notice = before?.notice;
  const proposal = before?.measure?.proposal;
  if (notice?.deadline == null || notice.deliveredAt === null || proposal === undefined) {
    throw new Error('approved without a delivered notice');
  }
  expect(before?.status).toBe('measure-proposed');
  expect(isPast(notice.deadline, at)).toBe(true);
  expect(`${proposal.reason ?? ''}${proposal.hindrance ?? ''}`.trim()).not.toBe('');
  if (notice.evidence === 'accepted-by-server') expect(canStillBounce(notice.deliveredAt, at)).toBe(false);
  if (proposal.otherDate) expect(approvedBy).not.toBe(proposedBy);
  if (from !== null && from < todayAt(at)) expect(notice.evidence).not.toBe('accepted-by-server');
  if (from !== null) expect(from >= localDate('2026-09-28')).toBe(true);
}
